package io.muster.fence;

import io.muster.core.Node;
import io.muster.machine.Program;
import io.muster.model.ModelNode;
import io.muster.simulator.SimFiles;
import io.muster.simulator.SimPrograms;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Fence agents of the model: power switches that switch the machines they are told, fail, or hang
/// until they are killed. A machine with two power supplies is off when both outlets are.
final class FenceAgents implements SimPrograms.World {
    /// What an agent does this time.
    enum Luck {
        WORKS,
        /// Works just within its time limit.
        SLOWLY,
        FAILS,
        HANGS
    }

    /// Decides, agent by agent.
    @FunctionalInterface
    interface Fate {
        Luck of(String agent, int victim);
    }

    static final List<String> AGENTS = List.of("fence_apc", "fence_wti", "fence_ipmilan");
    private static final Path DIRECTORY = Path.of("/usr/sbin");

    private final FenceSite site;
    private final SortedMap<Integer, SortedSet<String>> outletsOff = new TreeMap<>();
    private Fate fate = (agent, victim) -> Luck.WORKS;
    private int started;
    private boolean prompt;

    FenceAgents(FenceSite site) {
        this.site = site;
    }

    static void install(SimFiles files) {
        AGENTS.forEach(agent -> files.install(DIRECTORY.resolve(agent)));
    }

    void fate(Fate next) {
        fate = next;
    }

    /// From now on each takes the same time, for stories.
    void prompt() {
        prompt = true;
    }

    /// How many have been started.
    int started() {
        return started;
    }

    @Override
    public void started(SimPrograms.Execution execution) {
        started++;
        String agent =
                String.valueOf(Path.of(execution.program().command().getFirst()).getFileName());
        ModelNode by = site.node(execution.node().nodeid());
        int victim = Integer.parseInt(option(execution.program(), "port", ""));
        String action = option(execution.program(), "action", "reboot");
        int delayMs = 1000 * Integer.parseInt(option(execution.program(), "delay", "0"));
        boolean unfences = victim == by.nodeid() && action.equals("on");
        Optional<Node> run =
                unfences ? Optional.empty() : Optional.of(site.truth().agentStarts(by, victim, execution));
        long sinceMs = site.model().simulation().nowMs();
        Luck luck = fate.of(agent, victim);
        by.say(agent + " " + action + " node " + victim + " " + luck);
        if (luck == Luck.HANGS) {
            return;
        }
        int tookMs = prompt ? 1000 : 20 + dice().nextInt(luck == Luck.SLOWLY ? 7_000 : 2_000);
        boolean works = luck == Luck.WORKS || luck == Luck.SLOWLY;
        execution.afterMs(delayMs + tookMs / 2, () -> {
            if (works) {
                run.ifPresent(hit -> site.truth().hits(victim, hit, sinceMs));
                act(agent, action, victim);
            }
            // One after the other, however long the machine stood still between.
            execution.afterMs(tookMs / 2, () -> execution.end(works ? 0 : 1, "no answer from the switch"));
        });
    }

    private void act(String agent, String action, int victim) {
        SortedSet<String> off = outletsOff.computeIfAbsent(victim, _ -> new TreeSet<>());
        switch (action) {
            case "off" -> {
                off.add(agent);
                if (off.size() == site.supplies(victim)) {
                    site.powerOff(victim);
                }
            }
            case "on" -> {
                off.remove(agent);
                bootLater(victim);
            }
            default -> {
                site.powerOff(victim);
                bootLater(victim);
            }
        }
    }

    private void bootLater(int victim) {
        int ms = prompt ? 8_000 : 3_000 + dice().nextInt(5_000);
        site.model().simulation().afterMs(ms, () -> site.boot(victim));
    }

    /// Somebody has switched the machine on by hand.
    void outletsOn(int nodeid) {
        outletsOff.remove(nodeid);
    }

    private Random dice() {
        return site.model().simulation().dice();
    }

    private static String option(Program program, String name, String otherwise) {
        return program.input()
                .lines()
                .filter(line -> line.startsWith(name + "="))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElse(otherwise);
    }
}
