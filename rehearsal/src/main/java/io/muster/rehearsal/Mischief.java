package io.muster.rehearsal;

import io.muster.model.ModelCluster;
import io.muster.model.ModelCman;
import io.muster.model.ModelNode;
import io.muster.model.Unit;
import io.muster.service.RequestKind;
import io.muster.simulator.NetworkOptions;
import io.muster.simulator.SimLoop;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// Does the trouble of a story, each piece at its time or moment.
final class Mischief {
    private static final List<Unit> UNITS = List.of(Site.FENCED, Site.RGMANAGER, Site.CCSD);
    private static final int REMOVAL_MS = 4000;

    private final Site site;
    private final ModelCluster cluster;
    private final List<Step> armed = new ArrayList<>();
    private int done;

    Mischief(Site site) {
        this.site = site;
        this.cluster = site.model();
    }

    /// Pieces of trouble that have come so far.
    int done() {
        return done;
    }

    void schedule(Step step) {
        after(step.atMs(), () -> {
            if (step.moment() == Moment.TIME) {
                perform(step, step.node());
            } else {
                armed.add(step);
            }
        });
    }

    /// Nothing waits for its moment any more.
    void disarm() {
        armed.clear();
    }

    void moment(Moment moment, ModelNode node) {
        for (Step step : List.copyOf(armed)) {
            boolean theirs = step.node() == node.nodeid() || step.pick() % 3 == 0;
            if (step.moment() == moment && theirs) {
                armed.remove(step);
                site.rare(Rare.MOMENT);
                cluster.simulation().afterMicros(1, () -> perform(step, node.nodeid()));
            }
        }
    }

    private void after(long ms, Runnable what) {
        cluster.simulation().afterMs(ms, what);
    }

    private void perform(Step step, int nodeid) {
        if (!site.trouble()) {
            return;
        }
        done++;
        cluster.say("TROUBLE " + step.kind().told(nodeid, step.other(), step.ms()));
        perform(step, cluster.node(nodeid), new Random(step.pick()));
    }

    private void perform(Step step, ModelNode node, Random pick) {
        int ms = step.ms();
        int nodeid = node.nodeid();
        int other = step.other();
        switch (step.kind()) {
            case CRASH -> {
                site.powerOff(node);
                if (pick.nextInt(3) != 0) {
                    after(ms, () -> site.boot(node));
                }
            }
            case PAUSE -> {
                node.machine().stop();
                after(ms, node.machine()::goOn);
            }
            case SUSPEND -> node.machine().suspend(ms);
            case STEP_WALL ->
                node.machine().stepWall((pick.nextBoolean() ? 1L : -1L) * (1_000 + pick.nextInt(3_600_000)));
            case JUMP -> node.machine().jump(ms);

            case KILL_CMAN -> node.cman().ifPresent(cman -> cman.process().die());
            case KILL_FENCED -> node.kill(Site.FENCED, ms);
            case KILL_RGMANAGER -> node.kill(Site.RGMANAGER, ms);
            case KILL_CCSD -> node.kill(Site.CCSD, ms);
            case KILL_SEVERAL ->
                UNITS.forEach(unit -> {
                    if (pick.nextInt(3) != 0) {
                        node.kill(unit, 1 + pick.nextInt(ms));
                    }
                });
            case KILL_ALL_RGMANAGERS ->
                cluster.nodes().values().forEach(one -> one.kill(Site.RGMANAGER, 1 + pick.nextInt(ms)));
            case PAUSE_CMAN -> pause(node.cman().map(ModelCman::process), ms);
            case PAUSE_FENCED -> pause(node.process("fenced"), ms);
            case PAUSE_RGMANAGER -> pause(node.process("rgmanager"), ms);
            case PAUSE_SOCKETS ->
                node.wires().forEach(wire -> {
                    wire.stopDown();
                    after(ms, wire::goOn);
                });
            case STOP_RGMANAGER -> site.stop(node, Site.RGMANAGER, ms);
            case STOP_ALL_RGMANAGERS ->
                cluster.nodes().values().forEach(one -> site.stop(one, Site.RGMANAGER, 1 + pick.nextInt(2 * ms)));
            case STOP_FENCED -> site.stop(node, Site.FENCED, ms);
            case RESTART_CMAN -> restartCman(node, ms, pick);

            case CUT_ONE_WAY -> {
                cluster.network().cutOneWay(nodeid, other);
                after(ms, () -> cluster.network().join(nodeid, other));
            }
            case SPLIT -> split(ms, id -> id <= nodeid ? 0 : 1);
            case SPLIT_IN_THREE -> split(ms, id -> Math.floorMod(id * 7 + nodeid, 3));
            case ISOLATE -> split(ms, id -> id == nodeid ? 0 : 1);
            case CLOG -> cluster.network().clog(nodeid, other, ms);
            case LOSSY_PATH -> path(nodeid, other, new NetworkOptions(50, 5, 100, 3000, 0), ms);
            case SLOW_PATH -> path(nodeid, other, new NetworkOptions(0, 0, 20_000, 150_000, 0), ms);
            case HEAL_ONE -> cluster.network().joinOne(pick.nextInt(1000));
            case ROUGH -> {
                NetworkOptions before = cluster.network().options();
                cluster.network().options(new NetworkOptions(5 + pick.nextInt(20), 5, 100, 5000, 2));
                after(ms, () -> {
                    if (site.trouble()) {
                        cluster.network().options(before);
                    }
                });
            }

            case ASK_SERVICE, FREEZE, LOCK, CONVALESCE -> ask(step, node, pick);
            case LEAVE -> {
                site.votesByHand();
                site.operator().leave(node, pick.nextInt(3) == 0, pick.nextInt(2) == 0);
                after(ms, () -> site.startCman(node));
            }
            case KILL_NODE -> site.operator().kill(node, other);
            case EXPECT_VOTES -> {
                site.votesByHand();
                site.operator()
                        .expect(node, 1 + pick.nextInt(site.documents().draft().votes() + 2));
            }
            case VOTES -> {
                site.votesByHand();
                site.operator().votes(node, other, pick.nextInt(4));
            }
            case ACKNOWLEDGE -> {
                ModelNode dead = cluster.node(other);
                Optional<io.muster.core.Node> run = dead.run();
                site.powerOff(dead);
                run.ifPresent(gone -> after(2000, () -> site.operator().acknowledge(node, gone)));
                after(2000L + ms, () -> site.boot(dead));
            }
            case FENCE_NODE -> site.operator().fence(node, other);
            case UPDATE -> {
                node.say(site.documents().draft().edit(pick, site.script().edition()));
                site.operator().update(node, site.documents().next(), () -> {});
            }
            case ADD_NODE -> {
                int added = site.documents().draft().unnamed();
                if (added != 0) {
                    site.votesByHand();
                    site.documents().draft().add(added);
                    byte[] document = site.documents().next();
                    site.operator().update(node, document, () -> {
                        cluster.node(added)
                                .files()
                                .put(cluster.node(added).layout().clusterConf(), document);
                        site.boot(cluster.node(added));
                    });
                }
            }
            case REMOVE_NODE -> {
                if (site.documents().draft().nodes().size() > 2 && nodeid != other) {
                    site.votesByHand();
                    site.operator().leave(cluster.node(other), true, true);
                    after(REMOVAL_MS, () -> {
                        site.powerOff(cluster.node(other));
                        if (site.documents().draft().nodes().containsKey(other)) {
                            site.documents().draft().remove(other);
                            site.operator().update(node, site.documents().next(), () -> {});
                        }
                    });
                }
            }

            case DISK_FULL -> full(node, Path.of("/"), ms);
            case RUN_FULL -> full(node, node.layout().run(), ms);
            case SYNC_FAILS -> {
                node.files().failSyncs(new Random(step.pick()));
                after(ms, () -> node.files().failSyncs(null));
            }
            case RUN_LOST -> {
                ledger(node, Rare.LEDGER_LOST);
                node.files().lose(node.layout().run());
            }
            case RUN_DAMAGED -> {
                ledger(node, Rare.LEDGER_DAMAGED);
                node.files().damage(node.layout().run(), pick);
            }
            case POWER_AT_WRITE ->
                node.files().powerLossAfter(pick.nextInt(4), () -> {
                    site.rare(Rare.POWER_AT_WRITE);
                    site.powerOff(node);
                    after(ms, () -> site.boot(node));
                });
            case DUMB_AGENTS -> site.agents().dumb(node, ms);

            case EDIT_FILE -> {
                node.files().put(node.layout().clusterConf(), site.documents().next());
                node.kill(Site.CCSD, ms);
            }
            case BLACKOUT ->
                cluster.nodes().values().forEach(one -> {
                    if (one.machine().up()) {
                        site.powerOff(one);
                        after(1 + pick.nextInt(ms), () -> site.boot(one));
                    }
                });
        }
    }

    private void ledger(ModelNode node, Rare state) {
        if (node.files().exists(node.layout().ledger())) {
            site.rare(state);
        }
    }

    private void restartCman(ModelNode node, int ms, Random pick) {
        if (pick.nextBoolean()) {
            node.kill(Site.RGMANAGER, ms + 1);
        }
        if (pick.nextBoolean()) {
            node.kill(Site.FENCED, ms + 1);
        }
        node.cman().ifPresent(cman -> cman.process().die());
        node.later(ms, () -> site.startCman(node));
    }

    private void split(int ms, java.util.function.IntUnaryOperator side) {
        for (int a : cluster.nodeids()) {
            for (int b : cluster.nodeids()) {
                if (side.applyAsInt(a) != side.applyAsInt(b)) {
                    cluster.network().cutOneWay(a, b);
                }
            }
        }
        after(2L * ms, cluster.network()::heal);
    }

    private void path(int one, int other, NetworkOptions options, int ms) {
        NetworkOptions before = cluster.network().options();
        cluster.network().options(one, other, options);
        cluster.network().options(other, one, options);
        after(ms, () -> {
            if (site.trouble()) {
                cluster.network().options(one, other, before);
                cluster.network().options(other, one, before);
            }
        });
    }

    private void pause(Optional<SimLoop> process, int ms) {
        process.ifPresent(one -> {
            one.stop();
            after(ms, one::goOn);
        });
    }

    private void full(ModelNode node, Path place, int ms) {
        node.files().refuseWrites(place, "No space left on device");
        site.truth().startsMayFail();
        after(ms, () -> node.files().refuseWrites(place, ""));
    }

    private void ask(Step step, ModelNode node, Random pick) {
        List<Integer> all = List.copyOf(site.documents().draft().services().keySet());
        int number = all.get(pick.nextInt(all.size()));
        String service = "service:s" + number;
        switch (step.kind()) {
            case FREEZE -> {
                site.operator().clusvcadm(node, RequestKind.FREEZE, service, 0);
                after(step.ms(), () -> site.operator().clusvcadm(node, RequestKind.UNFREEZE, service, 0));
            }
            case LOCK -> {
                site.operator().clusvcadm(node, RequestKind.LOCK, "", 0);
                after(step.ms(), () -> site.operator().clusvcadm(node, RequestKind.UNLOCK, "", 0));
            }
            case CONVALESCE -> site.operator().clusvcadm(node, RequestKind.CONVALESCE, service, 0);
            default -> {
                RequestKind[] kinds = {
                    RequestKind.RELOCATE,
                    RequestKind.DISABLE,
                    RequestKind.ENABLE,
                    RequestKind.ENABLE_BY_DOMAIN,
                    RequestKind.RESTART,
                    RequestKind.STOP
                };
                RequestKind request = kinds[pick.nextInt(kinds.length)];
                site.truth().failed(number);
                site.operator().clusvcadm(node, request, service, request == RequestKind.RELOCATE ? step.other() : 0);
            }
        }
    }
}
