package io.muster.resource.cli;

import io.muster.cli.Command;
import io.muster.cli.Nearest;
import io.muster.config.ClusterConfig;
import io.muster.config.ConfigReader;
import io.muster.config.FailoverDomain;
import io.muster.core.CauseId;
import io.muster.daemon.Layout;
import io.muster.finding.Reading;
import io.muster.machine.Machine;
import io.muster.os.RealMachine;
import io.muster.resource.AgentMetadata;
import io.muster.resource.MetadataSet;
import io.muster.resource.Operation;
import io.muster.resource.ResourceNode;
import io.muster.resource.ResourceTree;
import io.muster.resource.TreeOrder;
import io.muster.resource.TreeResult;
import io.muster.resource.daemon.TreeRunner;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;

/// `rg_test`: shows what rgmanager makes of a configuration, and runs one service's agents on this
/// host, outside any cluster.
public final class RgTest implements Command {
    private static final String USAGE = """
            usage: rg_test [AGENTDIR] rules
                   rg_test [AGENTDIR] test CONFIG
                   rg_test [AGENTDIR] test CONFIG start|stop|status TYPE NAME
                   rg_test [AGENTDIR] noop CONFIG start|stop TYPE NAME
                   rg_test [AGENTDIR] delta OLD NEW
            """;
    private static final List<String> VERBS = List.of("rules", "test", "noop", "delta");

    private final Layout layout;

    public RgTest(Layout layout) {
        this.layout = layout;
    }

    public static void main(String[] args) {
        Command.main(new RgTest(Layout.fromEnvironment()), args);
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        var words = new java.util.ArrayList<>(Arrays.asList(args));
        Path directory = layout.agents();
        if (!words.isEmpty() && !VERBS.contains(words.getFirst()) && Files.isDirectory(Path.of(words.getFirst()))) {
            directory = Path.of(words.removeFirst());
        }
        if (words.isEmpty()) {
            err.print(USAGE);
            return 1;
        }
        // Before the agents are asked, who may take their time.
        if (words.getFirst().equals("-h") || words.getFirst().equals("--help")) {
            out.print(USAGE);
            return 0;
        }
        if (!VERBS.contains(words.getFirst())) {
            err.println("rg_test: unknown word \"" + words.getFirst() + "\"" + Nearest.hint(words.getFirst(), VERBS));
            return usage(err);
        }
        try (Machine machine = RealMachine.of("rg_test")) {
            return run(machine, directory, words, out, err);
        }
    }

    private int run(Machine machine, Path directory, List<String> words, PrintStream out, PrintStream err) {
        Optional<MetadataSet> agents = Asking.agents(machine, directory);
        if (agents.isEmpty()) {
            err.println("rg_test: asking the resource agents in " + directory + " broke off");
            return 1;
        }
        agents.get().problems().forEach(problem -> err.println("rg_test: " + problem));
        String verb = words.removeFirst();
        return switch (verb) {
            case "rules" -> rules(agents.get(), out);
            case "test" -> words.isEmpty() ? usage(err) : test(machine, agents.get(), words, out, err);
            case "noop" -> words.size() == 4 ? noop(agents.get(), words, out, err) : usage(err);
            default -> words.size() == 2 ? delta(agents.get(), words, out, err) : usage(err);
        };
    }

    private static int usage(PrintStream err) {
        err.print(USAGE);
        return 1;
    }

    private static int rules(MetadataSet agents, PrintStream out) {
        for (AgentMetadata agent : agents.all().values()) {
            out.println("Resource Rules for \"" + agent.type() + "\"");
            out.println("OCF API Version: " + agent.version());
            if (agent.maxInstances() > 0) {
                out.println("Max instances: " + agent.maxInstances());
            }
            out.println("Agent: " + agent.agent().getFileName());
            out.println("Attributes:");
            agent.parameters()
                    .forEach(parameter -> out.println("  " + parameter.name()
                            + (parameter.primary() ? " [ primary ]" : "")
                            + (parameter.unique() ? " [ unique ]" : "")
                            + (parameter.required() ? " [ required ]" : "")
                            + (parameter.reconfig() ? " [ reconfig ]" : "")
                            + parameter
                                    .inherit()
                                    .map(from -> " [ inherit ] \"" + from + "\"")
                                    .orElse("")
                            + parameter
                                    .defaultValue()
                                    .map(value -> " default=\"" + value + "\"")
                                    .orElse("")));
            out.println("Actions:");
            agent.actions().forEach(action -> out.println("  " + describe(action)));
            if (!agent.children().isEmpty()) {
                out.println("Explicitly defined child resource types:");
                agent.children()
                        .forEach(rule -> out.println("  " + rule.type()
                                + (rule.forbidden()
                                        ? " [ forbidden ]"
                                        : " [ start level " + rule.startLevel() + ", stop level " + rule.stopLevel()
                                                + " ]")));
            }
            out.println();
        }
        return 0;
    }

    private static String describe(AgentMetadata.AgentAction action) {
        return action.name()
                + (action.timeoutSeconds() > 0 ? " timeout=" + action.timeoutSeconds() + "s" : "")
                + (action.name().equals("status")
                        ? " depth=" + action.depth() + " interval=" + action.intervalSeconds() + "s"
                        : "");
    }

    private int test(Machine machine, MetadataSet agents, List<String> words, PrintStream out, PrintStream err) {
        Optional<ClusterConfig> config = read(words.getFirst(), err);
        if (config.isEmpty()) {
            return 1;
        }
        ResourceTree tree = ResourceTree.build(config.get().rm(), agents);
        tree.flaws().forEach(flaw -> err.println("rg_test: " + flaw));
        if (words.size() == 4) {
            return operate(machine, tree, words.get(1), words.get(2) + ":" + words.get(3), out, err);
        }
        if (words.size() != 1) {
            return usage(err);
        }
        out.println("=== Resource Tree ===");
        tree.services().values().forEach(service -> print(service, 0, out));
        out.println("=== Failover Domains ===");
        config.get().rm().domains().forEach(domain -> print(domain, out));
        return 0;
    }

    private static void print(ResourceNode node, int depth, PrintStream out) {
        String indent = "  ".repeat(depth);
        out.println(indent + node.type() + " {");
        node.attributes().forEach((name, value) -> out.println(indent + "  " + name + " = \"" + value + "\";"));
        node.children().forEach(child -> print(child, depth + 1, out));
        out.println(indent + "}");
    }

    private static void print(FailoverDomain domain, PrintStream out) {
        out.println("Failover domain: " + domain.name());
        out.println("Flags: "
                + (domain.ordered() ? "Ordered " : "")
                + (domain.restricted() ? "Restricted " : "")
                + (domain.nofailback() ? "No Failback " : "")
                + (domain.ordered() || domain.restricted() || domain.nofailback() ? "" : "none"));
        domain.nodes().forEach(node -> out.println("  Node " + node.name() + " (priority " + node.priority() + ")"));
    }

    private int operate(
            Machine machine, ResourceTree tree, String verb, String label, PrintStream out, PrintStream err) {
        Optional<Operation> operation = switch (verb) {
            case "start" -> Optional.of(Operation.START);
            case "stop" -> Optional.of(Operation.STOP);
            case "status" -> Optional.of(Operation.STATUS);
            default -> Optional.empty();
        };
        Optional<ResourceNode> service = find(tree, label, err);
        if (operation.isEmpty() || service.isEmpty()) {
            return operation.isEmpty() ? usage(err) : 1;
        }
        String lacks = tree.unfit().get(label);
        if (lacks != null && operation.get() == Operation.START) {
            // What it lacks has been said.
            err.println("rg_test: " + label + " isn't started, it would run without a resource");
            return 1;
        }
        out.println(verb + " " + label + "...");
        Optional<TreeResult> result =
                Asking.awaited(machine, told -> perform(machine, tree, label, operation.get(), told));
        if (result.isEmpty()) {
            err.println("rg_test: " + verb + " of " + label + " broke off");
            return 1;
        }
        boolean ok = result.get().ok();
        out.println(ok ? verb + " of " + label + " complete" : "Failed to " + verb + " " + label);
        if (!ok) {
            err.println("rg_test: " + result.get().failed() + " returned "
                    + result.get().status());
        }
        return ok ? 0 : 1;
    }

    /// On this host alone: nobody is asked whether it may.
    private void perform(
            Machine machine,
            ResourceTree tree,
            String label,
            Operation operation,
            Consumer<Optional<TreeResult>> told) {
        var setup = TreeRunner.Setup.of(
                machine, layout.inherited(), may -> may.accept(true), broken -> told.accept(Optional.empty()));
        var runner = new TreeRunner(setup);
        runner.configure(tree, CauseId.NONE);
        runner.run(label, operation, CauseId.NONE, (result, _) -> told.accept(Optional.of(result)));
    }

    private static Optional<ResourceNode> find(ResourceTree tree, String label, PrintStream err) {
        Optional<ResourceNode> service = tree.service(label);
        if (service.isEmpty() && tree.unfit().containsKey(label)) {
            err.println("rg_test: " + label + " can't be built: " + tree.unfit().get(label));
        } else if (service.isEmpty()) {
            err.println("rg_test: no " + label + " in this configuration"
                    + Nearest.hint(label, tree.services().keySet()));
        }
        return service;
    }

    private static int noop(MetadataSet agents, List<String> words, PrintStream out, PrintStream err) {
        Optional<ClusterConfig> config = read(words.getFirst(), err);
        if (config.isEmpty()) {
            return 1;
        }
        ResourceTree tree = ResourceTree.build(config.get().rm(), agents);
        Optional<ResourceNode> service = find(tree, words.get(2) + ":" + words.get(3), err);
        boolean start = words.get(1).equals("start");
        if (service.isEmpty() || !(start || words.get(1).equals("stop"))) {
            return service.isEmpty() ? 1 : usage(err);
        }
        order(service.get(), start, out);
        return 0;
    }

    private static void order(ResourceNode node, boolean start, PrintStream out) {
        if (start) {
            out.println("[start] " + node.label());
            TreeOrder.starting(node).forEach(child -> order(child, true, out));
        } else {
            TreeOrder.stopping(node).forEach(child -> order(child, false, out));
            out.println("[stop] " + node.label());
        }
    }

    private static int delta(MetadataSet agents, List<String> words, PrintStream out, PrintStream err) {
        Optional<ClusterConfig> before = read(words.get(0), err);
        Optional<ClusterConfig> after = read(words.get(1), err);
        if (before.isEmpty() || after.isEmpty()) {
            return 1;
        }
        ResourceTree old = ResourceTree.build(before.get().rm(), agents);
        ResourceTree fresh = ResourceTree.build(after.get().rm(), agents);
        var labels = new TreeSet<>(old.services().keySet());
        labels.addAll(fresh.services().keySet());
        for (String label : labels) {
            Optional<ResourceNode> was = old.service(label);
            Optional<ResourceNode> is = fresh.service(label);
            if (is.isEmpty()) {
                out.println("[gone] " + label + ": stopped and disabled");
            } else if (was.isEmpty()) {
                out.println("[new] " + label + ": stopped once, then evaluated");
            } else if (!was.get().equals(is.get())) {
                out.println("[changed] " + label);
            }
        }
        return 0;
    }

    private static Optional<ClusterConfig> read(String file, PrintStream err) {
        Reading<ClusterConfig> reading = ConfigReader.read(Path.of(file));
        reading.errors().forEach(problem -> err.println(problem));
        return reading.config();
    }
}
