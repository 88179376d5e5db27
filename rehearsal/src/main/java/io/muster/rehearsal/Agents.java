package io.muster.rehearsal;

import io.muster.machine.Program;
import io.muster.model.ModelNode;
import io.muster.simulator.OnNode;
import io.muster.simulator.SimFiles;
import io.muster.simulator.SimPrograms;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Programs of a rehearsed machine: resource agents that take their time, fail, do half or lie, and a
/// fence agent that cuts a machine's power and switches it on again. They act whether or not their
/// daemon lives to hear of it.
final class Agents implements SimPrograms.World {
    private static final Path DIRECTORY = Path.of("/usr/share/cluster");
    private static final Path FENCE = Path.of("/usr/sbin/fence_sim");
    private static final int SLOW_MS = 3000;

    private static final String METADATA = """
            <?xml version="1.0"?>
            <resource-agent name="%s" version="rgmanager 2.0"><version>1.0</version>
            <parameters>%s</parameters>
            <actions><action name="start" timeout="5"/><action name="stop" timeout="5"/>
            <action name="status" timeout="5" interval="%s"/><action name="meta-data" timeout="5"/></actions>
            <special tag="rgmanager"><attributes %s/>%s</special></resource-agent>
            """;

    private static final String NAME =
            "<parameter name=\"name\" unique=\"1\" required=\"1\" primary=\"1\"><content type=\"string\"/></parameter>";

    /// By program: what it says of itself.
    private static final Map<String, String> AGENTS = Map.of(
            "service.sh",
            METADATA.formatted(
                    "service",
                    NAME + """
            <parameter name="domain"><content type="string"/></parameter>
            <parameter name="autostart"><content type="boolean" default="1"/></parameter>
            <parameter name="exclusive"><content type="boolean" default="0"/></parameter>
            <parameter name="recovery"><content type="string" default="restart"/></parameter>
            <parameter name="depend"><content type="string"/></parameter>
            <parameter name="max_restarts"><content type="string" default="0"/></parameter>
            <parameter name="restart_expire_time"><content type="string" default="0"/></parameter>
            """,
                    "1h",
                    "root=\"1\" maxinstances=\"1\"",
                    "<child type=\"fs\" start=\"2\" stop=\"8\"/><child type=\"ip\" start=\"3\" stop=\"7\"/>"
                            + "<child type=\"script\" start=\"9\" stop=\"1\"/>"),
            "fs.sh",
            METADATA.formatted("fs", NAME + """
            <parameter name="device" unique="1" required="1"><content type="string"/></parameter>
            <parameter name="mountpoint" unique="1" required="1"><content type="string"/></parameter>
            <parameter name="fstype"><content type="string"/></parameter>
            """, "20", "maxinstances=\"1\"", ""),
            "ip.sh",
            METADATA.formatted("ip", """
            <parameter name="address" unique="1" required="1" primary="1"><content type="string"/></parameter>
            """, "10", "maxinstances=\"1\"", ""),
            "script.sh",
            METADATA.formatted(
                    "script",
                    NAME + "<parameter name=\"file\"><content type=\"string\"/></parameter>",
                    "10",
                    "maxinstances=\"0\"",
                    ""));

    /// A fence agent at work.
    private record Blow(ModelNode by, int victim, SimPrograms.Execution execution, OnNode daemon) {}

    private final Site site;
    private final List<Blow> blows = new ArrayList<>();
    /// Starts of machines that agents were sent against.
    private final Set<String> struck = new HashSet<>();
    /// Machines whose agents can't say what they are, and until when.
    private final SortedMap<Integer, Long> dumbUntilMs = new TreeMap<>();

    Agents(Site site) {
        this.site = site;
    }

    static void install(SimFiles files) {
        AGENTS.keySet().forEach(name -> files.install(DIRECTORY.resolve(name)));
        files.install(FENCE);
    }

    @Override
    public void started(SimPrograms.Execution execution) {
        List<String> command = execution.program().command();
        ModelNode node = site.model().node(execution.node().nodeid());
        String program = String.valueOf(Path.of(command.getFirst()).getFileName());
        if (program.equals("fence_sim")) {
            fence(node, execution);
        } else {
            resource(node, execution, program, command.get(1));
        }
    }

    /// A package is being replaced: for so long no agent of a machine can say what it is.
    void dumb(ModelNode node, int ms) {
        dumbUntilMs.put(node.nodeid(), site.model().simulation().nowMs() + ms);
    }

    private int random(int least, int most) {
        return least + dice().nextInt(most - least + 1);
    }

    /// Whether something that happens in so many of a hundred cases happens now.
    private boolean lucky(int percent) {
        return percent > 0 && dice().nextInt(100) < percent;
    }

    private Random dice() {
        return site.model().simulation().dice();
    }

    // ---- resources

    private void resource(ModelNode node, SimPrograms.Execution execution, String program, String action) {
        if (action.equals("meta-data")) {
            boolean dumb = dumbUntilMs.getOrDefault(node.nodeid(), 0L)
                            > site.model().simulation().nowMs()
                    || lucky(site.luck().metadataFails());
            String says = says(node, program);
            execution.afterMs(
                    random(1, 20), () -> execution.end(dumb || says == null ? 1 : 0, dumb || says == null ? "" : says));
            return;
        }
        Map<String, String> told = execution.program().environment();
        String what = switch (program) {
            case "fs.sh" -> told.get("OCF_RESKEY_device");
            case "ip.sh" -> told.get("OCF_RESKEY_address");
            case "script.sh" -> told.get("OCF_RESKEY_file");
            default -> null;
        };
        if (what == null) {
            execution.afterMs(random(5, 60), () -> execution.end(0, ""));
            return;
        }
        switch (action) {
            case "start" -> start(node, execution, what);
            case "stop" -> stop(node, execution, what, program.equals("script.sh"));
            case "status" -> status(node, execution, what);
            default -> execution.end(0, "");
        }
    }

    /// In some worlds not all nodes have the same agents: those of some don't say that a device is
    /// unique.
    private @Nullable String says(ModelNode node, String program) {
        String says = AGENTS.get(program);
        boolean older = site.script().seed() % 4 == 1 && node.nodeid() % 2 == 0;
        return says != null && older ? says.replace("\"device\" unique=\"1\"", "\"device\"") : says;
    }

    private void start(ModelNode node, SimPrograms.Execution execution, String what) {
        site.moment(Moment.START_BEGINS, node);
        site.truth().begins(node, what);
        Luck luck = site.luck();
        int tookMs = lucky(luck.startSlow()) ? random(500, SLOW_MS) : random(5, 300);
        boolean fails = lucky(luck.startFails());
        boolean works = !fails || lucky(luck.startHalf());
        int effectMs = tookMs / 2;
        execution.afterMs(effectMs, () -> {
            if (works) {
                site.truth().up(node, what);
            }
            execution.afterMs(tookMs - effectMs, () -> ends(execution, what, fails ? 1 : 0));
        });
    }

    private void stop(ModelNode node, SimPrograms.Execution execution, String what, boolean script) {
        Luck luck = site.luck();
        execution.afterMs(random(5, 300), () -> {
            boolean idle = !site.truth().there(node, what);
            if (lucky(luck.stopFails()) || script && idle && lucky(luck.stopFailsIdle())) {
                ends(execution, what, 1);
            } else if (lucky(luck.stopLies())) {
                site.truth().denied(node, what);
                ends(execution, what, 0);
            } else {
                site.truth().down(node, what);
                ends(execution, what, 0);
            }
        });
    }

    private void status(ModelNode node, SimPrograms.Execution execution, String what) {
        Luck luck = site.luck();
        int tookMs = lucky(luck.statusHangs()) ? random(1000, 4 * SLOW_MS) : random(5, 60);
        execution.afterMs(
                tookMs,
                () -> ends(execution, what, site.truth().there(node, what) && !lucky(luck.statusFails()) ? 0 : 1));
    }

    private void ends(SimPrograms.Execution execution, String what, int status) {
        if (status != 0) {
            site.documents().everHad(what).forEach(site.truth()::failed);
        }
        execution.end(status, "");
    }

    // ---- fencing

    /// Whether an agent of a node is at work against another, of a fenced that lives.
    boolean hits(ModelNode by, int victim) {
        blows.removeIf(blow -> !blow.execution().atWork());
        return blows.stream()
                .anyMatch(blow -> blow.by() == by
                        && blow.victim() == victim
                        && blow.daemon().alive());
    }

    private void fence(ModelNode node, SimPrograms.Execution execution) {
        int victim = port(execution.program());
        if (!execution.program().environment().containsKey(Operator.BY_HAND)) {
            node.process("fenced").ifPresent(daemon -> {
                site.truth().agentStarts(node, victim);
                if (!struck.add(
                        victim + "/" + site.model().node(victim).machine().starts())) {
                    site.rare(Rare.SECOND_AGENT);
                }
                blows.add(new Blow(node, victim, execution, daemon));
            });
        }
        site.moment(Moment.AGENT_STRIKES, node);
        site.strikes();
        Luck luck = site.luck();
        if (lucky(luck.fenceLate())) {
            execution.onKill(() -> site.model().simulation().afterMs(random(1, SLOW_MS), () -> {
                if (site.trouble()) {
                    site.powerCycle(victim);
                }
            }));
            return;
        }
        if (lucky(luck.fenceHangs())) {
            return;
        }
        int tookMs = lucky(luck.fenceSlow()) ? random(600, SLOW_MS) : random(20, 600);
        boolean fails = lucky(luck.fenceFails());
        boolean lies = !fails && lucky(luck.fenceLies());
        execution.afterMs(tookMs / 2, () -> {
            if (lies) {
                site.truth().deniedAll(site.model().node(victim));
            } else if (!fails) {
                site.powerCycle(victim);
            }
            // One after the other, however long the machine stood still between.
            execution.afterMs(tookMs / 2, () -> execution.end(fails ? 1 : 0, fails ? "no answer" : ""));
        });
    }

    private static int port(Program program) {
        return program.input()
                .lines()
                .filter(line -> line.startsWith("port="))
                .mapToInt(line -> Integer.parseInt(line.substring("port=".length())))
                .findFirst()
                .orElseThrow(() -> new AssertionError("a fence agent without a port: " + program.input()));
    }
}
