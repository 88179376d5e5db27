package io.muster.rehearsal;

import io.muster.machine.Program;
import io.muster.model.ModelNode;
import io.muster.simulator.SimFiles;
import io.muster.simulator.SimPrograms;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/// Programs of a rehearsed machine: resource agents that take their time and sometimes fail, and a
/// fence agent that cuts a machine's power and switches it on again. They act whether or not their
/// daemon lives to hear of it.
final class Agents implements SimPrograms.World {
    private static final Path DIRECTORY = Path.of("/usr/share/cluster");
    private static final Path FENCE = Path.of("/usr/sbin/fence_sim");

    private static final String METADATA = """
            <?xml version="1.0"?>
            <resource-agent name="%s" version="rgmanager 2.0"><version>1.0</version>
            <parameters><parameter name="name" unique="1" required="1" primary="1"><content type="string"/></parameter>
            %s</parameters>
            <actions><action name="start" timeout="5"/><action name="stop" timeout="5"/>
            <action name="status" timeout="5" interval="%s"/><action name="meta-data" timeout="5"/></actions>
            <special tag="rgmanager"><attributes %s/>%s</special></resource-agent>
            """;

    private static final String SERVICE = METADATA.formatted(
            "service", """
            <parameter name="domain"><content type="string"/></parameter>
            <parameter name="autostart"><content type="boolean" default="1"/></parameter>
            <parameter name="recovery"><content type="string" default="restart"/></parameter>
            """, "1h", "root=\"1\" maxinstances=\"1\"", "<child type=\"script\" start=\"9\" stop=\"1\"/>");

    private static final String SCRIPT = METADATA.formatted(
            "script",
            "<parameter name=\"file\"><content type=\"string\"/></parameter>",
            "10",
            "maxinstances=\"0\"",
            "");

    private final Site site;

    Agents(Site site) {
        this.site = site;
    }

    static void install(SimFiles files) {
        files.install(DIRECTORY.resolve("service.sh"));
        files.install(DIRECTORY.resolve("script.sh"));
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

    private int random(int least, int most) {
        return least + dice().nextInt(most - least + 1);
    }

    /// Whether something that happens in so many of a hundred cases happens now.
    private boolean lucky(int percent) {
        return dice().nextInt(100) < percent;
    }

    private Random dice() {
        return site.model().simulation().dice();
    }

    // ---- resources

    private void resource(ModelNode node, SimPrograms.Execution execution, String program, String action) {
        if (action.equals("meta-data")) {
            execution.afterMs(random(1, 20), () -> execution.end(0, program.equals("script.sh") ? SCRIPT : SERVICE));
            return;
        }
        String service = "service:" + execution.program().environment().get("OCF_RESKEY_name");
        boolean script = program.equals("script.sh");
        if (script && action.equals("start")) {
            site.truth().starts(node, service);
        }
        execution.afterMs(random(5, script ? 300 : 60), () -> {
            int status = script ? outcome(node, service, action) : 0;
            if (status != 0) {
                site.truth().failed(service);
            }
            execution.end(status, "");
        });
    }

    private int outcome(ModelNode node, String service, String action) {
        Faults faults = site.faults();
        return switch (action) {
            case "start" -> lucky(faults.startFailsPercent()) ? 1 : 0;
            case "stop" -> {
                if (lucky(faults.stopFailsPercent())) {
                    yield 1;
                }
                site.truth().stopped(node, service);
                yield 0;
            }
            case "status" -> site.truth().runs(node, service) && !lucky(faults.statusFailsPercent()) ? 0 : 1;
            default -> 0;
        };
    }

    // ---- fencing

    private void fence(ModelNode node, SimPrograms.Execution execution) {
        int victim = port(execution.program());
        site.truth().agentStarts(node, victim);
        Faults faults = site.faults();
        int luck = dice().nextInt(100);
        if (luck < faults.agentHangsPercent()) {
            return;
        }
        int tookMs = random(20, 600);
        boolean works = luck >= faults.agentHangsPercent() + faults.agentFailsPercent();
        execution.afterMs(tookMs / 2, () -> {
            if (works) {
                site.powerCycle(victim);
            }
            // One after the other, however long the machine stood still between.
            execution.afterMs(tookMs / 2, () -> execution.end(works ? 0 : 1, works ? "" : "no answer"));
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
