package io.muster.fence.cli;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.cli.Nearest;
import io.muster.config.ClusterConfig;
import io.muster.config.ConfigReader;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.fence.AgentCall;
import io.muster.fence.DomainReport;
import io.muster.fence.FencePath;
import io.muster.fence.FenceSettings;
import io.muster.fence.NodeFencing;
import io.muster.fence.daemon.AgentRunner;
import io.muster.fence.daemon.FenceProtocol;
import io.muster.finding.ConfigInvalid;
import io.muster.wire.Output;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/// `fence_node`: fences (or unfences, or tests the devices of) one node from here, by its methods in
/// cluster.conf, once.
///
/// Exit: 0 done, 1 failed, 2 nothing configured. A success is told to fenced, if it runs here, as proof
/// for the run of the node that it knew when the agent was started; that proof is void when the run is
/// seen alive later, or unfenced.
public final class FenceNode implements Command {
    private static final String USAGE = """
            Usage: fence_node [options] NODE
              NODE     name or nodeid of the node, in cluster.conf or in one before
              -U       unfence NODE (this node if none is named)
              -S       test all fence devices of NODE
              -v       say what each agent answered; -vv also what it was told
              -O       taken for the sake of old scripts, without effect
              -h       print this help, then exit
              -V       print program version information, then exit
            """;

    private final Layout layout;

    public FenceNode(Layout layout) {
        this.layout = layout;
    }

    public static void main(String[] args) {
        Command.main(new FenceNode(Layout.fromEnvironment()), args);
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        String action = "fence";
        int verbosity = 0;
        var options = new Getopt("fence_node", args, "USvhVO", err);
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 'U' -> action = "unfence";
                case 'S' -> action = "status";
                case 'v' -> verbosity++;
                // The first generation needed it to read its configuration without quorum; there is
                // nothing to force.
                case 'O' -> {}
                case 'h' -> {
                    out.print(USAGE);
                    return 0;
                }
                case 'V' -> {
                    out.println("fence_node " + Daemon.version());
                    return 0;
                }
                default -> {
                    err.print(USAGE);
                    return 1;
                }
            }
        }
        ClusterConfig config;
        try {
            config = ConfigReader.read(layout.clusterConf()).orThrow();
        } catch (ConfigInvalid e) {
            err.println(e.getMessage());
            return 1;
        }
        FenceSettings settings = FenceSettings.of(config);
        Optional<String> name = name(options.operands(), action, config, err);
        if (name.isEmpty()) {
            return 1;
        }
        Optional<NodeFencing> found = settings.node(name.get()).or(() -> former(name.get()));
        if (found.isEmpty()) {
            err.println("fence_node: \"" + name.get() + "\": no such node in cluster.conf"
                    + Nearest.hint(name.get(), settings.names()));
            return 1;
        }
        NodeFencing node = found.get();
        var run = new MethodRun(new AgentRunner(layout), out, verbosity, settings.agentTimeoutMs());
        int status = switch (action) {
            case "unfence" -> unfence(run, node, err);
            case "status" -> test(run, node);
            default -> fence(run, node, err);
        };
        out.println(
                action + " " + node.name() + " " + (status == 0 ? "success" : status == 2 ? "undefined" : "failed"));
        return status;
    }

    private Optional<String> name(List<String> operands, String action, ClusterConfig config, PrintStream err) {
        if (operands.size() == 1) {
            return Optional.of(operands.getFirst());
        }
        if (operands.isEmpty() && action.equals("unfence")) {
            Optional<String> self = ThisNode.name(layout, config);
            if (self.isEmpty()) {
                err.println("fence_node: no node in cluster.conf is this machine: name one");
            }
            return self;
        }
        err.println(operands.isEmpty() ? "fence_node: no node name given" : "fence_node: one node at a time");
        err.print(USAGE);
        return Optional.empty();
    }

    /// One that is a member or a victim and that cluster.conf has no more.
    private Optional<NodeFencing> former(String name) {
        try {
            var request = FenceProtocol.named(name);
            return Optional.of(FenceProtocol.former(AskFenced.ask(layout, FenceProtocol.FORMER, request)));
        } catch (IOException | MalformedMessage e) {
            return Optional.empty();
        }
    }

    private int fence(MethodRun run, NodeFencing node, PrintStream err) {
        if (node.methods().stream().allMatch(method -> method.calls().isEmpty())) {
            return 2;
        }
        // Asked before the agent starts: the run that is there now is the one it will hit.
        Optional<Node> victim = present(node);
        Optional<String> device = run.first("fence", node.name(), node.methods(), (call, ok) -> {});
        if (device.isEmpty()) {
            return 1;
        }
        victim.ifPresent(hit -> tell(FenceProtocol.FENCED_OUTSIDE, FenceProtocol.outside(hit, device.get()), err));
        return 0;
    }

    /// The run of the node that is there, or was there last; empty without fenced on this node: then
    /// there is nobody to tell, and the node is fenced or unfenced all the same.
    private Optional<Node> present(NodeFencing node) {
        try {
            return AskFenced.report(layout).nodes().stream()
                    .filter(line -> line.nodeid() == node.nodeid())
                    .findFirst()
                    .flatMap(DomainReport.NodeLine::run);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private void tell(int type, Output what, PrintStream err) {
        try {
            AskFenced.ask(layout, type, what);
        } catch (IOException e) {
            err.println("fence_node: fenced wasn't told: " + e.getMessage());
        }
    }

    private int unfence(MethodRun run, NodeFencing node, PrintStream err) {
        if (node.unfence().isEmpty()) {
            return 2;
        }
        // Before the agents: from then on that it was fenced explains no silence.
        present(node).ifPresent(there -> tell(FenceProtocol.UNFENCED, FenceProtocol.node(there), err));
        return run.all("unfence", node.name(), node.unfence(), false, (call, ok) -> {}) ? 0 : 1;
    }

    private int test(MethodRun run, NodeFencing node) {
        var calls = new ArrayList<AgentCall>();
        node.methods()
                .forEach(method -> method.calls().stream()
                        .filter(call -> !call.restores())
                        .forEach(call -> calls.add(call.asking("status"))));
        if (calls.isEmpty()) {
            return 2;
        }
        return run.all("status", node.name(), calls, true, telling(node)) ? 0 : 1;
    }

    private BiConsumer<AgentCall, Boolean> telling(NodeFencing node) {
        return (call, ok) -> {
            try {
                var path = new FencePath(node.nodeid(), call.methodName(), call.deviceName());
                AskFenced.ask(layout, FenceProtocol.TRIED, FenceProtocol.tried(path, ok, call.agent()));
            } catch (IOException e) {
                // The record of proven paths is a convenience; the test's result is on the screen.
            }
        };
    }
}
