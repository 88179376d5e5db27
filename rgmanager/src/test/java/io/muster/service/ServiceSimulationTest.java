package io.muster.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.member.daemon.RecordedReplicas;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Chaos, then calm: crashes and cuts of nodes, deaths of rgmanagers, failing agents, loss of quorum,
/// operators and changes of configuration; afterwards everything that shall run runs, once, and all
/// replicas agree.
class ServiceSimulationTest {
    private static final int SEEDS = Integer.getInteger("seeds", 300);

    @Test
    void nothingRunsTwiceAndEverythingRunsInTheEnd() {
        Long one = Long.getLong("seed");
        if (one != null) {
            story(one, null);
            return;
        }
        long first = Long.getLong("firstSeed", 1);
        for (long seed = first; seed < first + SEEDS; seed++) {
            try {
                story(seed, null);
            } catch (RuntimeException e) {
                throw new AssertionError("-Dseed=" + seed + ": " + e, e);
            }
        }
    }

    private static Plan plan(Random dice, int version, int nodes) {
        var services = new ArrayList<Plan.ServiceSpec>();
        Plan.ServiceSpec web = Plans.inDomain(Plans.service("web"), "ordered");
        services.add(Plans.recovery(web, Recovery.values()[dice.nextInt(2)], dice.nextInt(3), 5_000));
        services.add(Plans.inDomain(Plans.service("db"), "restricted"));
        services.add(Plans.depend(Plans.service("app"), "db"));
        services.add(Plans.service("mail"));
        if (dice.nextBoolean()) {
            services.add(Plans.exclusive(Plans.service("alone")));
        }
        if (dice.nextBoolean()) {
            services.add(Plans.manual(Plans.service("manual")));
        }
        services.replaceAll(s -> dice.nextInt(3) == 0 ? Plans.digest(s, "v" + version) : s);
        return Plans.plan(
                version,
                nodes,
                List.of(
                        Plans.domain("ordered", true, false, dice.nextBoolean(), "1:1", "2:2"),
                        Plans.domain("restricted", false, true, false, "1", "2", "3")),
                services.toArray(Plan.ServiceSpec[]::new));
    }

    static void story(long seed, @Nullable RecordedReplicas records) {
        story(seed, records, (self, core) -> core);
    }

    static void story(long seed, @Nullable RecordedReplicas records, TestCluster.Around around) {
        Random dice = new Random(seed * 7919);
        int nodes = 3 + dice.nextInt(3);
        TestCluster cluster = new TestCluster(seed, plan(dice, 1, nodes));
        cluster.records = records;
        cluster.around = around;
        cluster.fenceMs = 100 + dice.nextInt(3_000);
        cluster.agentMs = 5 + dice.nextInt(100);
        int percent = dice.nextInt(12);
        cluster.luck = (nodeid, service, operation) -> dice.nextInt(100) >= percent;
        for (int n = 1; n <= nodes; n++) {
            cluster.boot(n);
        }
        cluster.machines.keySet().forEach(cluster::startRg);
        int version = 1;
        for (int step = 0; step < 40; step++) {
            cluster.run(dice.nextInt(1_500));
            int nodeid = 1 + dice.nextInt(nodes);
            TestCluster.Machine machine = cluster.machine(nodeid);
            switch (dice.nextInt(15)) {
                case 0 -> cluster.crash(nodeid);
                case 1 -> cluster.isolate(nodeid);
                case 2, 3 -> {
                    if (machine.run == null && !cluster.unfenced.containsKey(nodeid)) {
                        cluster.boot(nodeid);
                    }
                    cluster.startRg(nodeid);
                }
                case 4 -> {
                    cluster.killRg(nodeid);
                    cluster.at(cluster.nowMs + dice.nextInt(4_000), () -> cluster.startRg(nodeid));
                }
                case 5 -> cluster.reconfigure(plan(dice, ++version, nodes));
                case 6 -> {
                    if (machine.rg != null && machine.member) {
                        cluster.stopRg(nodeid);
                    }
                }
                case 7, 8 -> cluster.machines.keySet().forEach(cluster::heal);
                case 9 -> {
                    switch (dice.nextInt(8)) {
                        case 0, 1 -> cluster.killCman(nodeid);
                        case 2 -> cluster.leaveCluster(nodeid);
                        case 3 -> {
                            machine.ledgerLost |= !machine.ledger.isEmpty();
                        }
                        case 4 ->
                            cluster.machines.values().forEach(all -> {
                                if (all.rg != null && all.member) {
                                    cluster.stopRg(all.nodeid);
                                }
                            });
                        case 5 -> cluster.machines.keySet().forEach(cluster::killRg);
                        case 6 -> {
                            String broken = List.of("service:web", "service:db", "service:mail")
                                    .get(dice.nextInt(3));
                            long until = cluster.nowMs + 10_000;
                            cluster.luck = (on, service, operation) ->
                                    (cluster.nowMs > until || operation != Operation.STOP || !service.equals(broken))
                                            && dice.nextInt(100) >= percent;
                        }
                        default -> {
                            if (machine.rg == null) {
                                cluster.acknowledge(
                                        nodeid,
                                        List.of("service:web", "service:db").get(dice.nextInt(2)));
                            }
                        }
                    }
                }
                default -> {
                    if (machine.rg != null && machine.member) {
                        RequestKind kind = RequestKind.values()[dice.nextInt(RequestKind.values().length)];
                        String name =
                                List.of("web", "db", "app", "mail", "alone").get(dice.nextInt(5));
                        cluster.request(nodeid, kind, name, dice.nextInt(nodes + 1));
                    }
                }
            }
        }
        calm(cluster);
    }

    private static void calm(TestCluster cluster) {
        cluster.luck = (nodeid, service, operation) -> true;
        String seed = "-Dseed=" + cluster.seedNumber + ": ";
        for (int round = 0; round < 60; round++) {
            for (TestCluster.Machine machine : cluster.machines.values()) {
                if (machine.run != null && !machine.member && !cluster.quorate && round > 5) {
                    cluster.powerCycle(machine.nodeid);
                }
                if (machine.run == null && !cluster.unfenced.containsKey(machine.nodeid)) {
                    cluster.boot(machine.nodeid);
                } else if (machine.run == null && !cluster.quorate) {
                    // An operator who sees too few nodes boots what he has, fenced or not.
                    cluster.boot(machine.nodeid);
                }
                cluster.startRg(machine.nodeid);
            }
            cluster.run(1_000);
        }
        cluster.recovered();
        int operator = cluster.machines.firstKey();
        cluster.ask(operator, RequestKind.UNLOCK, "", 0);
        for (Plan.ServiceSpec spec : cluster.plan.services()) {
            String name = spec.name().substring("service:".length());
            cluster.ask(operator, RequestKind.UNFREEZE, name, 0);
            ServiceState state = cluster.service(operator, name).state();
            if (state == ServiceState.FAILED) {
                cluster.ask(operator, RequestKind.DISABLE, name, 0);
            }
        }
        for (int again = 0; again < 3; again++) {
            cluster.run(5_000);
            for (Plan.ServiceSpec spec : cluster.plan.services()) {
                String name = spec.name().substring("service:".length());
                ServiceState state = cluster.service(operator, name).state();
                if (state != ServiceState.DISABLED && state != ServiceState.STOPPED) {
                    continue;
                }
                ResultCode code = cluster.ask(operator, RequestKind.ENABLE_BY_DOMAIN, name, 0);
                boolean elsewhere = code == ResultCode.FENCE || code == ResultCode.DOMAIN;
                boolean told = cluster.service(operator, name).barred().contains("clusvcadm -d " + spec.name());
                if (elsewhere && (told || state == ServiceState.DISABLED)) {
                    // It may still run where its domain doesn't let it: stopped once more, as clustat says.
                    cluster.ask(operator, RequestKind.DISABLE, name, 0);
                }
            }
        }
        cluster.run(30_000);
        for (Plan.ServiceSpec spec : cluster.plan.services()) {
            String name = spec.name().substring("service:".length());
            ServiceStatus status = cluster.service(operator, name);
            boolean alone = cluster.plan.service("service:alone") != null;
            // An exclusive service may find no empty node, or leave no room for another.
            if (!alone) {
                assertEquals(ServiceState.STARTED, status.state(), seed + name + "\n" + cluster.history());
                assertTrue(
                        cluster.machine(status.owner()).running.contains(spec.name()),
                        seed + name + " is said to run on node " + status.owner());
            }
        }
        byte[] first = cluster.rg(operator).manager.snapshot();
        cluster.machines
                .keySet()
                .forEach(n -> assertTrue(
                        Arrays.equals(first, cluster.rg(n).manager.snapshot()),
                        seed + "node " + n + " has another state"));
    }
}
