package io.muster.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.transport.NeighbourEffect.Ask;
import io.muster.transport.NeighbourEffect.Look;
import io.muster.transport.NeighbourEffect.Recall;
import io.muster.transport.NeighbourEffect.Told;
import io.muster.transport.NeighbourEvent.Carrier;
import io.muster.transport.NeighbourEvent.Entry;
import io.muster.transport.NeighbourEvent.Looked;
import io.muster.transport.NeighbourEvent.Tick;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NeighboursTest {
    private static final NextHop TWO = new NextHop("eth0", 2, "10.0.0.2");
    private static final NextHop ROUTER = new NextHop("eth1", 3, "10.1.0.1");
    private static final String OLD = "02:00:00:00:00:02";
    private static final String NEW = "02:00:00:00:00:99";

    private final Neighbours core = new Neighbours();

    private List<NeighbourEffect> on(NeighbourEvent event, long nowMs) {
        return core.on(event, nowMs);
    }

    private void known() {
        on(carrier("eth0", true), 0);
        on(carrier("eth1", true), 0);
        assertEquals(List.of(new Look(true)), on(new Tick(), 0));
        assertEquals(List.of(), on(new Looked(List.of(reachable(TWO, OLD), reachable(ROUTER, NEW))), 0));
    }

    private static Carrier carrier(String device, boolean on) {
        return new Carrier(device, on, "02:00:00:00:00:01");
    }

    private static Entry reachable(NextHop hop, String mac) {
        return new Entry(hop, mac, true, true, false);
    }

    private static Entry silent(NextHop hop, String mac) {
        return new Entry(hop, mac, true, false, false);
    }

    private static Entry unknown(NextHop hop) {
        return new Entry(hop, "", false, false, false);
    }

    private static List<NeighbourEffect> deeds(List<NeighbourEffect> all) {
        return all.stream().filter(effect -> !(effect instanceof Told)).toList();
    }

    @Test
    void theLastAddressIsRecalledAtTheInstantTheCarrierIsBack() {
        known();
        assertEquals(List.of(), on(carrier("eth0", false), 1000));
        assertEquals(List.of(new Recall(TWO, OLD)), deeds(on(carrier("eth0", true), 1050)));
        assertEquals(1150, core.nextDeadlineMs());
        assertEquals(List.of(new Look(false)), on(new Tick(), 1150));
        assertEquals(List.of(), on(new Looked(List.of(reachable(TWO, OLD), reachable(ROUTER, NEW))), 1150));
    }

    @Test
    void whoeverIsSilentAtTheOldAddressIsAskedForAnewInAHundredMilliseconds() {
        known();
        on(carrier("eth0", false), 1000);
        on(carrier("eth0", true), 1700);
        on(new Tick(), 1800);
        assertEquals(List.of(new Ask(TWO)), on(new Looked(List.of(silent(TWO, OLD), reachable(ROUTER, NEW))), 1800));
        on(new Tick(), 1900);
        List<NeighbourEffect> found = on(new Looked(List.of(reachable(TWO, NEW), reachable(ROUTER, NEW))), 1900);
        assertEquals(List.of(new Told(TWO + " is at " + NEW + " now; it was at " + OLD)), found);
        on(carrier("eth0", false), 3000);
        assertEquals(List.of(new Recall(TWO, NEW)), deeds(on(carrier("eth0", true), 3050)));
    }

    @Test
    void whoeverIsntFoundIsTriedAtBothInTurnAndNotForEver() {
        known();
        on(carrier("eth0", false), 1000);
        on(carrier("eth0", true), 1100);
        var seen = new ArrayList<NeighbourEffect>();
        boolean recalled = true;
        for (long nowMs = 1200; nowMs < 20_000; nowMs += 100) {
            on(new Tick(), nowMs);
            Entry now = recalled ? silent(TWO, OLD) : unknown(TWO);
            List<NeighbourEffect> done = on(new Looked(List.of(now, reachable(ROUTER, NEW))), nowMs);
            seen.addAll(done);
            recalled = done.contains(new Recall(TWO, OLD)) || recalled && done.isEmpty();
        }
        assertEquals(new Ask(TWO), seen.getFirst());
        assertEquals(new Recall(TWO, OLD), seen.get(1));
        assertEquals(Neighbours.PRESS_MS / Neighbours.STEP_MS - 1, seen.size());
        assertTrue(core.nextDeadlineMs() - 20_000 > Neighbours.CALM_MS - 1000, "it is calm again");
    }

    @Test
    void nothingIsDoneForWhatAnAdministratorSetOrForOtherLinks() {
        known();
        on(carrier("eth1", false), 1000);
        List<NeighbourEffect> back = deeds(on(carrier("eth1", true), 1100));
        assertEquals(List.of(new Recall(ROUTER, NEW)), back, "the router's entry, as any other");
        on(new Tick(), 1200);
        Entry fixed = new Entry(ROUTER, NEW, true, false, true);
        assertEquals(List.of(), on(new Looked(List.of(reachable(TWO, OLD), fixed)), 1200));
    }

    @Test
    void aCarrierThatGoesAgainEndsIt() {
        known();
        on(carrier("eth0", false), 1000);
        on(carrier("eth0", true), 1050);
        on(carrier("eth0", false), 1060);
        on(new Tick(), 1150);
        assertEquals(List.of(), on(new Looked(List.of(unknown(TWO), reachable(ROUTER, NEW))), 1150));
    }

    @Test
    void addressesOutliveALinkWhoseRoutesWentWithIt() {
        known();
        on(carrier("eth0", false), 1000);
        on(new Tick(), 6000);
        on(new Looked(List.of(reachable(ROUTER, NEW))), 6000);
        assertEquals(List.of(new Recall(TWO, OLD)), deeds(on(carrier("eth0", true), 7000)));
    }

    @Test
    void oneNeverMetIsAskedForByTheFirstCarrierThatComesBack() {
        on(carrier("eth0", false), 0);
        on(new Tick(), 0);
        on(new Looked(List.of(unknown(TWO))), 0);
        assertEquals(List.of(new Ask(TWO)), deeds(on(carrier("eth0", true), 10)));
    }

    @Test
    void aCardOfOurOwnThatWasChangedIsToldByOurPacketsQuestions() {
        known();
        var renewed = new Carrier("eth0", true, "02:00:00:00:00:55");
        assertEquals(List.of(new Ask(TWO)), deeds(on(renewed, 1000)));
        on(new Carrier("eth0", false, renewed.mac()), 1020);
        assertEquals(List.of(new Ask(TWO)), deeds(on(renewed, 1120)), "not yet told");
        on(new Tick(), 1220);
        assertEquals(List.of(), on(new Looked(List.of(unknown(TWO), reachable(ROUTER, NEW))), 1220));
        on(new Tick(), 1320);
        assertEquals(List.of(new Ask(TWO)), on(new Looked(List.of(silent(TWO, OLD), reachable(ROUTER, NEW))), 1320));
        on(new Tick(), 1420);
        assertEquals(List.of(), on(new Looked(List.of(reachable(TWO, OLD), reachable(ROUTER, NEW))), 1420));
        on(new Carrier("eth0", false, renewed.mac()), 3000);
        assertEquals(List.of(new Recall(TWO, OLD)), deeds(on(renewed, 3050)));
    }
}
