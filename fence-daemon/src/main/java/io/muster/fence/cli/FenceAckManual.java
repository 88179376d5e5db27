package io.muster.fence.cli;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.cli.Nearest;
import io.muster.cman.client.CmanFrames;
import io.muster.cman.client.CmanView;
import io.muster.cman.client.StatusCodec;
import io.muster.control.CommandClient;
import io.muster.control.NotRunningException;
import io.muster.core.MalformedMessage;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.fence.DomainReport;
import io.muster.fence.DomainReport.VictimLine;
import io.muster.fence.daemon.FenceProtocol;
import io.muster.membership.CmanStatus.Left;
import io.muster.membership.CmanStatus.NodeStatus;
import io.muster.wire.Output;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// `fence_ack_manual`: an operator's word that a victim is harmless, when no agent can prove it, or that one
/// service of it runs no longer.
///
/// Works from every quorate node of the fence domain. The word binds to the run that is a victim when
/// the command is given: should the node restart and fall silent again meanwhile, that later run stays
/// a victim. A word on one service is cman's to take, from every quorate member: it counts for each run whose
/// list names that service, also a member's that has no rgmanager.
///
/// Exit: 0 done, 1 otherwise. Source: the `absolutely` script of RHEL 6, and `-n`, `-O` of RHEL 5's.
public final class FenceAckManual implements Command {
    private static final String USAGE = """
            Usage: fence_ack_manual [options] NODE
              NODE     name or nodeid of a victim, also as -n NODE
              -i RUN   only this run of it: its first digits, as fence_tool ls and cman_tool show them
              -s NAME  only this service of it: it runs there no longer; also of a member without rgmanager
              -O       don't ask
              -h       print this help, then exit
              -V       print program version information, then exit
            """;

    private final Layout layout;
    private final InputStream in;

    /// @param in where the answer is read
    public FenceAckManual(Layout layout, InputStream in) {
        this.layout = layout;
        this.in = in;
    }

    public static void main(String[] args) {
        Command.main(new FenceAckManual(Layout.fromEnvironment(), System.in), args);
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        Optional<String> node = Optional.empty();
        String run = "";
        String service = "";
        boolean ask = true;
        var options = new Getopt("fence_ack_manual", args, "n:i:s:OhV", err);
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 'n' -> node = Optional.of(options.argument());
                case 'i' -> run = options.argument();
                case 's' -> service = options.argument();
                case 'O' -> ask = false;
                case 'h' -> {
                    out.print(USAGE);
                    return 0;
                }
                case 'V' -> {
                    out.println("fence_ack_manual " + Daemon.version());
                    return 0;
                }
                default -> {
                    err.print(USAGE);
                    return 1;
                }
            }
        }
        List<String> operands = options.operands();
        if (operands.size() + (node.isPresent() ? 1 : 0) != 1) {
            err.print(USAGE);
            return 1;
        }
        return acknowledge(node.orElseGet(operands::getFirst), new Word(run, label(service), ask), out, err);
    }

    /// What the word is about.
    ///
    /// @param run first digits of an incarnation; empty for all runs
    /// @param service empty for all that ran there
    private record Word(String run, String service, boolean ask) {}

    /// As rgmanager calls it.
    private static String label(String service) {
        return service.isEmpty() || service.contains(":") ? service : "service:" + service;
    }

    private int acknowledge(String name, Word word, PrintStream out, PrintStream err) {
        try {
            if (!word.service().isEmpty()) {
                return acknowledgeService(name, word, out, err);
            }
            List<VictimLine> victims = victims(name, word, err);
            if (victims.isEmpty()) {
                return 1;
            }
            for (VictimLine victim : victims) {
                out.println("About to override fencing for " + victim.name() + ", run "
                        + victim.node().incarnation() + ".");
            }
            out.println("If that run can still write to shared storage, data will be damaged.");
            out.println("Reset the node, or see that it has no power, before you go on.");
            out.println();
            if (word.ask() && !confirmed(out)) {
                out.println("Aborted.");
                return 1;
            }
            for (VictimLine victim : victims) {
                AskFenced.ask(layout, FenceProtocol.ACKNOWLEDGE, FenceProtocol.node(victim.node()));
            }
            out.println("Done");
            return 0;
        } catch (NotRunningException e) {
            err.println("fence_ack_manual: "
                    + (word.service().isEmpty()
                            ? "fenced isn't running on this node: run it on a node of the fence domain"
                            : "cman isn't running on this node: run it on a member of the cluster"));
        } catch (IOException e) {
            err.println("fence_ack_manual: " + e.getMessage());
        }
        return 1;
    }

    /// Lists are cman's: fenced needn't run for this, and the run may be a member's.
    private int acknowledgeService(String name, Word word, PrintStream out, PrintStream err) throws IOException {
        List<Left> runs = listed(name, word, err);
        if (runs.isEmpty()) {
            return 1;
        }
        for (Left left : runs) {
            out.println("About to say that " + word.service() + " runs no longer on node "
                    + left.run().nodeid() + ", run " + left.run().incarnation() + ".");
        }
        out.println("If anything of it still runs there, it will run twice, and data will be damaged.");
        out.println("See that it is stopped, whatever it consists of, before you go on.");
        out.println();
        if (word.ask() && !confirmed(out)) {
            out.println("Aborted.");
            return 1;
        }
        for (Left left : runs) {
            Output request = new Output().node(left.run()).string(word.service());
            CommandClient.askOnce(layout.socket("cman"), CommandClient.QUICK, CmanFrames.ACKNOWLEDGE, request)
                    .orRefuse();
        }
        out.println("Done");
        return 0;
    }

    /// The node's runs of which it is known what may still run there, this service among it.
    private List<Left> listed(String name, Word word, PrintStream err) throws IOException {
        CmanView view;
        try {
            view = StatusCodec.decode(
                    CommandClient.askOnce(layout.socket("cman"), CommandClient.QUICK, CmanFrames.ASK_STATUS));
        } catch (MalformedMessage e) {
            throw new IOException("cman's answer makes no sense: " + e.getMessage(), e);
        }
        List<NodeStatus> nodes = view.status().nodes();
        List<Left> known = nodes.stream()
                .filter(node -> node.name().equals(name)
                        || Integer.toString(node.nodeid()).equals(name))
                .flatMap(node -> node.left().stream())
                .filter(left -> left.run().incarnation().toHex().startsWith(word.run()))
                .toList();
        List<Left> listed = known.stream()
                .filter(left -> !left.remains().all() && left.remains().bars(word.service()))
                .toList();
        if (!listed.isEmpty()) {
            return listed;
        }
        boolean unknown = known.stream().anyMatch(left -> left.remains().all());
        err.println("fence_ack_manual: "
                + (unknown
                        ? "nobody knows what may still run on " + name
                                + ": fence it, or vouch for all of it, without naming a service"
                        : "nothing says that " + word.service() + " may still run on " + name
                                + (word.run().isEmpty() ? "" : ", run " + word.run())
                                + ": see cman_tool nodes -f"
                                + hint(nodes, name)));
        return List.of();
    }

    /// A name that is wrong is told with the nearest.
    private static String hint(List<NodeStatus> nodes, String name) {
        var names = nodes.stream().map(NodeStatus::name).toList();
        boolean known = nodes.stream()
                .anyMatch(node -> node.name().equals(name)
                        || Integer.toString(node.nodeid()).equals(name));
        return known ? "" : "; it isn't a node of the cluster" + Nearest.hint(name, names);
    }

    private boolean confirmed(PrintStream out) throws IOException {
        out.print("Continue [NO/absolutely]? ");
        out.flush();
        String answer = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine();
        return answer != null && answer.equals("absolutely");
    }

    /// All runs of the node that nobody has proven harmless: a word binds to the run that it names.
    private List<VictimLine> victims(String name, Word word, PrintStream err) throws IOException {
        DomainReport report = AskFenced.report(layout);
        if (!report.joined()) {
            err.println("fence_ack_manual: this node isn't in the fence domain: run it on one that is");
            return List.of();
        }
        List<VictimLine> known = report.victims(name);
        if (known.isEmpty() && report.node(name).isEmpty()) {
            var names = report.nodes().stream().map(DomainReport.NodeLine::name).toList();
            err.println("fence_ack_manual: \"" + name
                    + "\": no such node in cluster.conf, and no victim of that name or nodeid"
                    + Nearest.hint(name, names));
            return List.of();
        }
        if (!report.quorate()) {
            err.println("fence_ack_manual: this node isn't quorate: run it on one that is");
            return List.of();
        }
        List<VictimLine> victims = known.stream()
                .filter(line -> !line.proven())
                .filter(line -> line.node().incarnation().toHex().startsWith(word.run()))
                .toList();
        if (victims.isEmpty()) {
            err.println("fence_ack_manual: " + name + " is no victim"
                    + (word.run().isEmpty() ? "" : " with a run " + word.run())
                    + ": there is nothing to override; see fence_tool ls");
        }
        return victims;
    }
}
