package io.muster.rehearsal;

import io.muster.model.ModelCluster;
import io.muster.model.ModelCman;
import io.muster.model.ModelNode;
import io.muster.service.RequestKind;
import io.muster.simulator.NetworkOptions;
import io.muster.simulator.SimLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// One seed: a cluster, a schedule of trouble, then calm.
public final class Story {
    private static final long CALM_LIMIT_MS = 150_000;
    private static final int KINDS = 21;

    private final long seed;
    private final Random plan;
    private final Site site;
    private final ModelCluster cluster;
    private final List<String> schedule = new ArrayList<>();
    private final int size;
    private final int services;

    public Story(long seed) {
        this.seed = seed;
        this.plan = new Random(seed * 0x9e3779b97f4a7c15L + 1);
        this.size = plan.nextInt(8) == 0 ? 6 + plan.nextInt(11) : 2 + plan.nextInt(4);
        this.services = 1 + plan.nextInt(4);
        boolean rough = plan.nextInt(3) == 0;
        var options = new NetworkOptions(
                rough ? plan.nextInt(8) : 0,
                rough ? plan.nextInt(4) : 0,
                100,
                100 + plan.nextInt(1500),
                plan.nextInt(2));
        boolean unlucky = plan.nextInt(2) == 0;
        var faults = new Faults(
                unlucky ? plan.nextInt(60) : 0,
                unlucky ? plan.nextInt(20) : 0,
                plan.nextInt(3) == 0 ? plan.nextInt(50) : 0,
                plan.nextInt(5) == 0 ? plan.nextInt(20) : 0,
                plan.nextInt(4) == 0 ? plan.nextInt(10) : 0);
        this.site = new Site(seed, size, services, options, faults);
        this.cluster = site.model();
    }

    /// Prints every step as it is taken.
    public void loud() {
        cluster.simulation().trace().loud();
    }

    /// Runs it.
    ///
    /// @throws AssertionError with the broken promise, the schedule and the last steps
    public void run() {
        try {
            for (ModelNode node : cluster.nodes().values()) {
                if (plan.nextInt(12) != 0) {
                    cluster.simulation().afterMs(plan.nextInt(500), node::boot);
                }
            }
            long quietMs = 4000L + plan.nextInt(6000);
            long troubleMs = 4000L + plan.nextInt(12_000);
            int faults = 1 + plan.nextInt(9);
            for (int i = 0; i < faults; i++) {
                schedule(quietMs + plan.nextLong(troubleMs));
            }
            cluster.simulation().runForMs(quietMs + troubleMs);
            site.calmDown();
            cluster.simulation().runForMs(3000);
            if (!cluster.simulation().runUntil(new Patience(), CALM_LIMIT_MS)) {
                throw cluster.simulation().failure("still owed in calm:\n" + site.owed());
            }
        } catch (AssertionError broken) {
            throw new AssertionError(
                    "seed " + seed + ": " + size + " nodes, " + services + " services, "
                            + cluster.network().options()
                            + "\nschedule:\n  "
                            + String.join("\n  ", schedule.stream().sorted().toList()) + "\n"
                            + broken.getMessage(),
                    broken);
        }
    }

    /// Looks only now and then: the question is dear.
    private final class Patience implements java.util.function.BooleanSupplier {
        private long askedMs = -1;

        @Override
        public boolean getAsBoolean() {
            long now = cluster.simulation().nowMs() / 200;
            if (now == askedMs) {
                return false;
            }
            askedMs = now;
            return site.owed().isEmpty();
        }
    }

    private void schedule(long atMs) {
        int nodeid = 1 + plan.nextInt(size);
        int other = 1 + plan.nextInt(size);
        int ms = 50 + plan.nextInt(plan.nextInt(3) == 0 ? 8000 : 2000);
        int kind = plan.nextInt(KINDS);
        ModelNode node = cluster.node(nodeid);
        switch (kind) {
            case 0, 1 ->
                at(atMs, "crash " + nodeid, () -> {
                    site.powerOff(node);
                    if (ms % 3 != 0) {
                        cluster.simulation().afterMs(ms, node::boot);
                    }
                });
            case 2 ->
                at(atMs, "stop " + nodeid + " for " + ms, () -> {
                    node.machine().stop();
                    cluster.simulation().afterMs(ms, node.machine()::goOn);
                });
            case 3 ->
                at(atMs, "cut one way " + nodeid + " to " + other + " for " + ms, () -> {
                    cluster.network().cutOneWay(nodeid, other);
                    cluster.simulation().afterMs(ms, () -> cluster.network().join(nodeid, other));
                });
            case 4, 5 -> partition(atMs, 1 + plan.nextInt(size), plan.nextInt(3) == 0 ? 20_000 : ms * 2);
            case 6 ->
                at(atMs, "isolate " + nodeid + " for " + ms, () -> {
                    cluster.nodeids().forEach(id -> cluster.network().cut(nodeid, id));
                    cluster.simulation()
                            .afterMs(
                                    ms,
                                    () -> cluster.nodeids()
                                            .forEach(id -> cluster.network().join(nodeid, id)));
                });
            case 7 ->
                at(
                        atMs,
                        "clog " + nodeid + " to " + other + " for " + ms,
                        () -> cluster.network().clog(nodeid, other, ms));
            case 8 ->
                at(
                        atMs,
                        "kill cman of " + nodeid,
                        () -> node.cman().ifPresent(cman -> cman.process().die()));
            case 9 -> at(atMs, "kill fenced of " + nodeid, () -> node.kill(Site.FENCED, ms));
            case 10 -> at(atMs, "kill rgmanager of " + nodeid, () -> node.kill(Site.RGMANAGER, ms));
            case 11 -> at(atMs, "kill ccsd of " + nodeid, () -> node.kill(Site.CCSD, ms));
            case 12 -> at(atMs, "stop fenced of " + nodeid + " for " + ms, () -> stop(node.process("fenced"), ms));
            case 13 ->
                at(atMs, "stop rgmanager of " + nodeid + " for " + ms, () -> stop(node.process("rgmanager"), ms));
            case 14 ->
                at(
                        atMs,
                        "stop cman of " + nodeid + " for " + ms,
                        () -> stop(node.cman().map(ModelCman::process), ms));
            case 15 ->
                at(
                        atMs,
                        "sockets of " + nodeid + " stand still for " + ms,
                        () -> node.wires().forEach(wire -> {
                            wire.stopDown();
                            cluster.simulation().afterMs(ms, wire::goOn);
                        }));
            case 16 -> {
                String service = "service:s" + (1 + plan.nextInt(services));
                RequestKind[] kinds = {
                    RequestKind.RELOCATE, RequestKind.DISABLE, RequestKind.ENABLE, RequestKind.RESTART, RequestKind.STOP
                };
                RequestKind request = kinds[plan.nextInt(kinds.length)];
                at(atMs, request + " " + service + " to " + other + " asked on " + nodeid, () -> {
                    site.truth().failed(service);
                    site.operator().clusvcadm(node, request, service, request == RequestKind.RELOCATE ? other : 0);
                });
            }
            case 17 ->
                at(atMs, "new configuration on " + nodeid, () -> site.operator().update(node, site.nextDocument()));
            case 18 -> {
                int stepMs = (plan.nextBoolean() ? 1 : -1) * (1_000 + plan.nextInt(3_600_000));
                at(
                        atMs,
                        "wall clock of " + nodeid + " steps by " + stepMs,
                        () -> node.machine().stepWall(stepMs));
            }
            case 19 ->
                at(
                        atMs,
                        "suspend " + nodeid + " for " + ms,
                        () -> node.machine().suspend(ms));
            case 20 ->
                at(atMs, "disk of " + nodeid + " full for " + ms, () -> {
                    node.files().refuseWrites("No space left on device");
                    cluster.simulation().afterMs(ms, () -> node.files().refuseWrites(""));
                });
            default -> throw new IllegalStateException("kind " + kind);
        }
    }

    private void partition(long atMs, int split, int healMs) {
        at(atMs, "partition 1.." + split + " from the rest for " + healMs, () -> {
            for (int a = 1; a <= split; a++) {
                for (int b = split + 1; b <= size; b++) {
                    cluster.network().cut(a, b);
                }
            }
            cluster.simulation().afterMs(healMs, cluster.network()::heal);
        });
    }

    private void stop(Optional<SimLoop> process, int ms) {
        process.ifPresent(one -> {
            one.stop();
            cluster.simulation().afterMs(ms, one::goOn);
        });
    }

    private void at(long atMs, String what, Runnable fault) {
        schedule.add(String.format(java.util.Locale.ROOT, "%6d ms %s", atMs, what));
        cluster.simulation().afterMs(atMs, () -> {
            cluster.simulation().trace().add(cluster.simulation().nowMicros(), "FAULT " + what);
            fault.run();
        });
    }
}
