package io.muster.membership;

import io.muster.core.CauseId;
import io.muster.core.Core;
import io.muster.core.Node;
import io.muster.group.GroupEntry.Level;
import io.muster.group.ReplicaEvent;
import io.muster.membership.CmanCluster.Client;
import io.muster.membership.CmanCluster.Run;
import io.muster.simulator.NetworkOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Chaos first, then calm. What must never happen is checked as it happens ([CmanCluster]); in the calm
/// all living nodes must become one cluster and all replicas equal, with every message of a client that
/// lived through it exactly once.
///
/// `-Dseed=N` runs one seed, `-Dseeds=N` that many.
class CmanChaosTest {
    static LongStream seeds() {
        Long one = Long.getLong("seed");
        return one != null ? LongStream.of(one) : LongStream.range(0, Long.getLong("seeds", 60));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void chaosThenCalm(long seed) {
        story(seed, core -> core);
    }

    static void story(long seed, UnaryOperator<Core<NodeEvent, NodeEffect>> driven) {
        Random dice = new Random(seed * 7919 + 1);
        int nodes = 2 + dice.nextInt(4);
        CmanCluster c = new CmanCluster(seed, nodes, rules -> rules);
        c.driven = driven;
        c.bootAll();
        c.network.options(new NetworkOptions(dice.nextInt(4), dice.nextInt(3), 100, 2000, dice.nextInt(3)));
        Optional<Level> level = dice.nextBoolean() ? Optional.of(Level.SERVICE) : Optional.empty();
        for (int step = 0; step < 40; step++) {
            act(c, dice, nodes, level);
            c.simulation.runForMs(dice.nextInt(400));
        }
        calm(c, nodes, level);
    }

    private static void act(CmanCluster c, Random dice, int nodes, Optional<Level> level) {
        int nodeid = 1 + dice.nextInt(nodes);
        Run run = c.run(nodeid);
        boolean alive = run.process.alive() && run.machine.running();
        switch (dice.nextInt(22)) {
            case 0 -> c.crash(nodeid);
            case 1, 2 -> {
                if (!run.process.alive()) {
                    c.crash(nodeid);
                    c.boot(nodeid);
                }
            }
            case 3 -> {
                List<Integer> one = new ArrayList<>();
                List<Integer> other = new ArrayList<>();
                for (int id = 1; id <= nodes; id++) {
                    (dice.nextBoolean() ? one : other).add(id);
                }
                c.partition(one, other);
            }
            case 4 -> c.network.heal();
            case 5 -> c.network.cutOneWay(nodeid, 1 + dice.nextInt(nodes));
            case 6 -> {
                run.machine.stop();
                c.simulation.afterMs(dice.nextInt(3000), run.machine::goOn);
            }
            case 7, 8 -> {
                if (alive && run.clients.values().stream().noneMatch(k -> k.process.alive())) {
                    run.join(level);
                }
            }
            case 9 ->
                run.clients.values().stream()
                        .filter(k -> k.process.alive())
                        .findFirst()
                        .ifPresent(k -> k.process.die());
            case 10 -> {
                if (alive) {
                    run.ask();
                }
            }
            case 11 -> {
                // cman alone dies, and is started again on a machine that has lived on.
                if (alive) {
                    c.killCman(nodeid);
                    c.startCman(nodeid);
                }
            }
            case 12, 13 ->
                run.client()
                        .filter(k -> k.streaming && level.isPresent())
                        .ifPresent(k -> run.start(k, "service:" + dice.nextInt(3)));
            case 14 -> c.stop(nodeid, "service:" + dice.nextInt(3));
            case 15 ->
                // In good order, though a service that couldn't be stopped, or is frozen, may be left.
                run.client().ifPresent(k -> {
                    run.process.post(CmanCluster.cman(new CmanEvent.Part(k.number, CmanCluster.GROUP)));
                    k.process.die();
                });
            case 16 -> fence(c, run, nodeid, dice);
            case 17 -> acknowledge(c, run, dice);
            case 18 -> {
                if (alive) {
                    run.process.post(CmanCluster.cman(new CmanEvent.Leave(99, 5, false, dice.nextBoolean())));
                }
            }
            default -> run.clients.values().forEach(k -> talk(k, 1 + dice.nextInt(20), dice.nextInt(3000)));
        }
    }

    /// A fence agent's success: the machine is off, and only then is it said.
    private static void fence(CmanCluster c, Run by, int nodeid, Random dice) {
        List<CmanStatus.Left> lost = lists(by).stream()
                .filter(left -> left.lost() && left.run().nodeid() != nodeid)
                .toList();
        if (by.process.alive() && by.quorate() && !lost.isEmpty()) {
            Node victim = lost.get(dice.nextInt(lost.size())).run();
            c.crash(victim.nodeid());
            by.process.post(CmanCluster.cman(new CmanEvent.ReportFenced(1, victim, "apc")));
        }
    }

    /// An operator's word: one service of one run, stopped by hand where it was listed.
    private static void acknowledge(CmanCluster c, Run by, Random dice) {
        List<CmanStatus.Left> finite =
                lists(by).stream().filter(left -> !left.remains().all()).toList();
        if (by.process.alive() && !finite.isEmpty()) {
            CmanStatus.Left left = finite.get(dice.nextInt(finite.size()));
            Run there = c.run(left.run().nodeid());
            if (there.client().isEmpty()) {
                String service = left.remains().services().first();
                c.stop(left.run().nodeid(), service);
                by.process.post(CmanCluster.cman(new CmanEvent.Acknowledge(99, 7, left.run(), service, CauseId.NONE)));
            }
        }
    }

    private static List<CmanStatus.Left> lists(Run run) {
        return run.core.cman().status().nodes().stream()
                .flatMap(n -> n.left().stream())
                .toList();
    }

    private static void talk(Client client, int count, int bytes) {
        if (client.process.alive() && client.streaming) {
            for (int i = 0; i < count; i++) {
                client.process.post(new ReplicaEvent.Local<>(new LogCore.Say(++client.run.said, bytes)));
            }
        }
    }

    private static void calm(CmanCluster c, int nodes, Optional<Level> level) {
        c.network.heal();
        c.network.options(NetworkOptions.calm(200));
        c.machines.values().forEach(machine -> machine.goOn());
        c.simulation.runForMs(6_000);
        for (int round = 0; round < 3; round++) {
            for (int id = 1; id <= nodes; id++) {
                if (!c.run(id).process.alive()) {
                    c.crash(id);
                    c.boot(id);
                }
            }
            c.simulation.runForMs(4_000);
        }
        c.until("one cluster of all", () -> c.alive().size() == nodes && c.together(), 10_000);
        c.require(c.run(1).quorate(), "all are there and not quorate");
        for (Run run : c.alive()) {
            if (run.clients.values().stream().noneMatch(k -> k.process.alive())) {
                run.join(level);
            }
        }
        c.until("all replicas equal", () -> c.agreed(), 10_000);
        for (Run run : c.alive()) {
            run.clients.values().forEach(k -> talk(k, 10, 100));
            run.ask();
        }
        c.simulation.runForMs(2_000);
        c.require(c.agreed(), "replicas differ in the calm");
        c.require(c.differences.isEmpty(), String.join("\n", c.differences));
        for (Run run : c.alive()) {
            for (Client client : run.clients.values()) {
                if (client.process.alive()) {
                    Long last = client.core.last().get(run.node);
                    c.require(
                            last != null && last == client.run.said,
                            "node " + run.node + " said " + client.run.said + " and the log ends with " + last);
                }
            }
        }
    }
}
