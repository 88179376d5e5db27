package io.muster.rehearsal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.ccs.daemon.CcsDaemon;
import io.muster.model.ModelNode;
import io.muster.service.ServiceManager;
import io.muster.service.ServiceState;
import io.muster.simulator.NetworkOptions;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// What cman has in force wins over any disk while a cman of the last quorum lives: a ccsd that begins
/// afresh takes it from there.
class OneTruthTest {
    private static final int RUNS = 10;

    private Site site;

    /// Of two nodes one is away while the cluster gets version 2. When it is back, with version 1 on its
    /// disk, the other one's ccsd is gone for a while: ccsds begin with nobody who knows version 2.
    @Test
    void ccsdThatBeginsAfreshTakesWhatCmanHasInForce() {
        LongStream.rangeClosed(1, RUNS).forEach(seed -> {
            site = new Site(Script.empty(seed, 2, new NetworkOptions(0, 0, 100, 400, 0)), new Draft(2, 1));
            ModelNode behind = site.model().node(1);
            ModelNode ahead = site.model().node(2);
            behind.boot();
            ahead.boot();
            site.model().simulation().runForMs(20_000);
            site.powerOff(behind);
            until(seed, "node 2 is alone", () -> members(ahead) == 1);
            byte[] next = site.documents().next();
            site.operator().update(ahead, next, () -> {});
            until(seed, "version 2 is in force", () -> version(ahead) == 2);
            ahead.kill(Site.CCSD, 20_000);
            behind.boot();
            site.model().simulation().runForMs(60_000);
            for (ModelNode node : site.model().nodes().values()) {
                String who = "seed " + seed + ", node " + node.nodeid();
                assertEquals(2, version(node), who + ": cman");
                assertArrayEquals(next, node.document(), who + ": disk");
                assertEquals(
                        2,
                        node.daemon("ccsd", CcsDaemon.class)
                                .flatMap(CcsDaemon::inForce)
                                .map(document -> document.version().number())
                                .orElse(0),
                        who + ": ccsd");
            }
            ServiceManager manager = Site.manager(ahead).orElseThrow();
            assertEquals(2, manager.plan().version(), "seed " + seed);
            assertEquals(ServiceState.STARTED, manager.services().getFirst().state(), "seed " + seed);
        });
    }

    private void until(long seed, String what, BooleanSupplier condition) {
        if (!site.model().simulation().runUntil(condition, 20_000)) {
            throw new AssertionError("seed " + seed + ": never " + what);
        }
    }

    private static int members(ModelNode node) {
        return (int) node.cman().orElseThrow().core().cman().status().nodes().stream()
                .filter(each -> each.member())
                .count();
    }

    private static int version(ModelNode node) {
        return node.cman().orElseThrow().core().cman().status().configVersion();
    }
}
