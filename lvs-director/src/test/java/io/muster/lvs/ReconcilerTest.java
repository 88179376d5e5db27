package io.muster.lvs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ipvs.Destination;
import io.muster.ipvs.FakeTable;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.IpvsError;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.Tunnel;
import io.muster.ipvs.VirtualService;
import io.muster.lvscf.LvsConfig;
import io.muster.lvscf.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReconcilerTest {
    private static final ServiceId WEB = Pool.id(0);
    private static final ServiceId DNS = Pool.id(2);

    private final OneLvsd lvsd = new OneLvsd(new FakeTable());

    private static LvsConfig config(int number, boolean sorry, boolean quiesce, int... weights) {
        var servers = new ArrayList<LvsConfig.Server>();
        for (int i = 0; i < weights.length; i++) {
            servers.add(Pool.server(number, i, weights[i]));
        }
        return Sample.config(List.of(Pool.virtual(number, "wlc", 0, sorry, 1_000, 2_000, quiesce, servers)));
    }

    private void hand(IpvsOp operation) {
        assertEquals(IpvsError.OK, lvsd.table.apply(operation));
    }

    private static IpvsOp weight(int server, int weight) {
        return new IpvsOp.EditDestination(
                WEB, Destination.of(Pool.address("10.2.0." + (server + 1)), 80, Forwarding.MASQ, weight));
    }

    @Test
    void serversComeWhenTheirCheckIsGoodAndGoWhenItFails() {
        lvsd.dead.add("10.2.0.2:80");
        lvsd.start(config(0, false, false, 1, 1));
        assertEquals("10.2.0.1:80=1", lvsd.weights(WEB));
        lvsd.dead.clear();
        lvsd.run(4_000);
        assertEquals("10.2.0.1:80=1 10.2.0.2:80=1", lvsd.weights(WEB));
        lvsd.dead.add("10.2.0.1:80");
        lvsd.run(2_000);
        assertEquals("10.2.0.2:80=1", lvsd.weights(WEB));
        assertEquals(1, lvsd.said("[inactive] shutting down 10.2.0.1:80"));
    }

    private static LvsConfig notifying(String servers) {
        return Sample.good(
                Sample.read("virtual web {\nactive = 1\naddress = 10.1.1.1 eth0:1\ntimeout = 1\nreentry = 2\n"
                        + "check = connect\nquorum_up = \"/bin/q %e %v %h %p\"\nquorum_down = \"/bin/q %e %v %h %p\"\n"
                        + "notify_down = \"/bin/n %e %v %s %h %p\"\n" + servers + "}\n"));
    }

    private static String member(int number) {
        return "server s" + number + " {\naddress = 10.2.0." + number + "\nactive = 1\n}\n";
    }

    private List<String> notified() {
        var told = List.copyOf(lvsd.notified);
        lvsd.notified.clear();
        return told;
    }

    @Test
    void whoGoesUpOrDownIsNotifiedOnceAndTheVirtualWithTheFirstAndLast() {
        lvsd.dead.addAll(List.of("10.2.0.1:80", "10.2.0.2:80"));
        lvsd.start(notifying(member(1) + member(2)));
        lvsd.run(5_000);
        assertEquals(List.of(), notified(), "nobody had been up");
        lvsd.dead.remove("10.2.0.1:80");
        lvsd.run(5_000);
        assertEquals(List.of("web/s1 up []", "web up [/bin/q, up, web, 10.1.1.1, 80]"), notified());
        lvsd.dead.remove("10.2.0.2:80");
        lvsd.run(5_000);
        assertEquals(List.of("web/s2 up []"), notified());
        lvsd.dead.add("10.2.0.1:80");
        lvsd.run(5_000);
        assertEquals(List.of("web/s1 down [/bin/n, down, web, s1, 10.2.0.1, 80]"), notified());
        lvsd.dead.add("10.2.0.2:80");
        lvsd.run(5_000);
        assertEquals(
                List.of(
                        "web/s2 down [/bin/n, down, web, s2, 10.2.0.2, 80]",
                        "web down [/bin/q, down, web, 10.1.1.1, 80]"),
                notified());
    }

    @Test
    void whatWasUpBeforeIsNoNewsNorIsADrain() {
        lvsd.start(notifying(member(1) + member(2)));
        lvsd.run(5_000);
        assertEquals(3, notified().size());
        lvsd.restart(notifying(member(1) + member(2)));
        lvsd.run(5_000);
        lvsd.give(new LvsdEvent.Drain(1, "s1", "", 0));
        lvsd.give(new LvsdEvent.Drain(2, "s2", "", 0));
        lvsd.run(5_000);
        assertEquals(List.of(), notified());
        lvsd.dead.addAll(List.of("10.2.0.1:80", "10.2.0.2:80"));
        lvsd.run(5_000);
        assertEquals(3, notified().size(), "up before it was found, and down now");
    }

    @Test
    void aReloadThatLeavesNobodyTurnsTheVirtualDown() {
        lvsd.dead.add("10.2.0.2:80");
        lvsd.start(notifying(member(1) + member(2)));
        lvsd.run(5_000);
        notified();
        lvsd.give(new LvsdEvent.Reloaded(notifying(member(2))));
        lvsd.run(5_000);
        assertEquals(List.of("web down [/bin/q, down, web, 10.1.1.1, 80]"), notified());
        lvsd.give(new LvsdEvent.Stop());
        assertEquals(List.of(), notified());
    }

    @Test
    void theSorryServerStandsInWhileNobodyTakesConnections() {
        lvsd.dead.addAll(List.of("10.2.0.1:80", "10.2.0.2:80"));
        lvsd.start(config(0, true, false, 1, 1));
        assertEquals("10.2.0.99:80=1", lvsd.weights(WEB));
        lvsd.dead.remove("10.2.0.1:80");
        lvsd.run(5_000);
        assertEquals("10.2.0.1:80=1", lvsd.weights(WEB));
        lvsd.give(new LvsdEvent.Drain(7, "s0", "", 0));
        assertEquals("10.2.0.1:80=0 10.2.0.99:80=1", lvsd.weights(WEB));
    }

    @Test
    void aQuiescedServerStaysAtWeightZeroAndIsNoDrain() {
        lvsd.start(config(0, false, true, 1, 1));
        lvsd.dead.add("10.2.0.1:80");
        lvsd.run(3_000);
        assertEquals("10.2.0.1:80=0 10.2.0.2:80=1", lvsd.weights(WEB));
        lvsd.restart(config(0, false, true, 1, 1));
        assertTrue(lvsd.core.status(lvsd.nowMs).virtuals().getFirst().servers().stream()
                .allMatch(server -> server.drain().isEmpty()));
        lvsd.dead.clear();
        lvsd.run(5_000);
        assertEquals("10.2.0.1:80=1 10.2.0.2:80=1", lvsd.weights(WEB));
    }

    @Test
    void aWeightOfZeroSetByHandIsKeptUntilUndrained() {
        lvsd.start(config(0, false, false, 1, 1));
        hand(weight(0, 0));
        lvsd.run(5_000);
        assertEquals("10.2.0.1:80=0 10.2.0.2:80=1", lvsd.weights(WEB));
        lvsd.restart(config(0, false, false, 1, 1));
        assertEquals("10.2.0.1:80=0 10.2.0.2:80=1", lvsd.weights(WEB));
        lvsd.give(new LvsdEvent.Undrain(1, "10.2.0.1", ""));
        assertEquals("10.2.0.1:80=1 10.2.0.2:80=1", lvsd.weights(WEB));
        assertEquals(0, lvsd.core.status(lvsd.nowMs).counters().drift());
    }

    @Test
    void aWeightOfZeroSetByHandEndsWithAReloadADrainDoesNot() {
        lvsd.start(config(0, false, false, 1, 1, 1));
        hand(weight(0, 0));
        lvsd.run(1_000);
        lvsd.give(new LvsdEvent.Drain(1, "s1", "v0", 0));
        lvsd.give(new LvsdEvent.Reloaded(config(0, false, false, 1, 1, 1)));
        assertEquals("10.2.0.1:80=1 10.2.0.2:80=0 10.2.0.3:80=1", lvsd.weights(WEB));
    }

    @Test
    void otherEditsAreUndoneWithinASecondCountedAndSaidOnce() {
        lvsd.start(config(0, false, false, 1, 1));
        for (int i = 1; i <= 3; i++) {
            hand(weight(0, 50));
            lvsd.run(1_000);
            assertEquals("10.2.0.1:80=1 10.2.0.2:80=1", lvsd.weights(WEB));
            assertEquals(i, lvsd.core.status(lvsd.nowMs).counters().drift());
        }
        assertEquals(1, lvsd.said("weight changed by somebody else"));
        hand(new IpvsOp.Flush());
        lvsd.run(1_000);
        assertEquals("10.2.0.1:80=1 10.2.0.2:80=1", lvsd.weights(WEB));
    }

    @Test
    void foreignServicesAreLeftAlone() {
        VirtualService foreign = VirtualService.of(Pool.foreign(1), "rr");
        hand(new IpvsOp.AddService(foreign));
        lvsd.start(config(0, false, false, 1));
        lvsd.give(new LvsdEvent.Stop());
        assertTrue(lvsd.stopped);
        assertEquals("-", lvsd.weights(WEB));
        assertEquals("", lvsd.weights(Pool.foreign(1)));
        assertEquals(Holdings.NONE, lvsd.disk);
    }

    @Test
    void aReloadEditsWhatChangedAndTouchesNothingElse() {
        lvsd.start(config(0, false, false, 1, 1));
        lvsd.done.clear();
        lvsd.give(new LvsdEvent.Reloaded(config(0, false, false, 1, 7)));
        assertEquals(
                List.of(new IpvsOp.EditDestination(
                        WEB, Destination.of(Pool.address("10.2.0.2"), 80, Forwarding.MASQ, 7))),
                lvsd.done);
        lvsd.done.clear();
        lvsd.give(new LvsdEvent.Reloaded(Sample.config(List.of(Pool.virtual(
                0, "rr", 300, false, 1_000, 2_000, false, List.of(Pool.server(0, 0, 1), Pool.server(0, 1, 7)))))));
        assertEquals(1, lvsd.done.size(), () -> lvsd.done.toString());
        assertTrue(lvsd.done.getFirst() instanceof IpvsOp.EditService, () -> lvsd.done.toString());
        lvsd.done.clear();
        lvsd.give(new LvsdEvent.Reloaded(Sample.config(List.of())));
        assertEquals(List.of(new IpvsOp.DeleteService(WEB)), lvsd.done);
        assertEquals(Holdings.NONE, lvsd.disk);
    }

    @Test
    void aRestartTakesTheTableOverBeforeAnyCheckHasAnswered() {
        lvsd.start(config(0, false, false, 64, 64));
        lvsd.run(200_000);
        assertEquals("10.2.0.1:80=64 10.2.0.2:80=64", lvsd.weights(WEB));
        lvsd.dead.add("10.2.0.1:80");
        lvsd.restart(config(0, false, false, 64, 64));
        // One was up and isn't any more; the other keeps its weight and starts nothing slowly.
        lvsd.run(2_000);
        assertEquals(
                List.of(new IpvsOp.DeleteDestination(
                        WEB, Destination.of(Pool.address("10.2.0.1"), 80, Forwarding.MASQ, 64))),
                lvsd.done);
    }

    @Test
    void aLeftOverServiceOfOursGoesAtTheNextStart() {
        lvsd.start(config(0, false, false, 1));
        lvsd.restart(config(2, false, false, 1));
        assertEquals("-", lvsd.weights(WEB));
        assertEquals("10.2.0.1:53=1", lvsd.weights(DNS));
    }

    @Test
    void aDrainHasItsDeadlineAndTheRestIsCutAndCounted() {
        lvsd.start(config(0, false, false, 1, 1));
        lvsd.table.connections(WEB, Pool.address("10.2.0.1"), 5, 2);
        lvsd.run(1_000);
        lvsd.give(new LvsdEvent.Drain(9, "10.2.0.1:80", "", 10_000));
        assertEquals("10.2.0.1:80=0 10.2.0.2:80=1", lvsd.weights(WEB));
        assertTrue(lvsd.replies.getLast().good());
        assertTrue(
                lvsd.replies.getLast().lines().getFirst().contains("5 active and 2 inactive"),
                () -> lvsd.replies.toString());
        lvsd.run(5_000);
        lvsd.table.connections(WEB, Pool.address("10.2.0.1"), 3, 1);
        lvsd.run(5_100);
        assertEquals("10.2.0.2:80=1", lvsd.weights(WEB));
        assertEquals(1, lvsd.said("4 connections cut"));
        lvsd.restart(config(0, false, false, 1, 1));
        assertEquals("10.2.0.2:80=1", lvsd.weights(WEB));
        lvsd.give(new LvsdEvent.Undrain(9, "s0", ""));
        lvsd.run(1_000);
        assertEquals("10.2.0.1:80=1 10.2.0.2:80=1", lvsd.weights(WEB));
    }

    @Test
    void aServerThatLeavesTheFileKeepsItsConnectionsUntilTheyEnd() {
        lvsd.start(config(0, false, false, 1, 1));
        lvsd.table.connections(WEB, Pool.address("10.2.0.2"), 5, 2);
        lvsd.run(2_000);
        lvsd.give(new LvsdEvent.Reloaded(config(0, false, false, 1)));
        assertEquals("10.2.0.1:80=1 10.2.0.2:80=0", lvsd.weights(WEB));
        lvsd.restart(config(0, false, false, 1));
        lvsd.run(5_000);
        assertEquals("10.2.0.1:80=1 10.2.0.2:80=0", lvsd.weights(WEB), "also when lvsd is another one");
        LvsdStatus.Server leaving =
                lvsd.core.status(lvsd.nowMs).virtuals().getFirst().servers().getLast();
        assertEquals("removed 10.2.0.2:80", leaving.name() + " " + leaving.address());
        lvsd.table.connections(WEB, Pool.address("10.2.0.2"), 0, 0);
        lvsd.run(3_000);
        assertEquals("10.2.0.1:80=1", lvsd.weights(WEB));
        assertEquals(0, lvsd.core.status(lvsd.nowMs).counters().drift());
    }

    @Test
    void aServerThatComesBackIntoTheFileTakesConnectionsAtOnce() {
        lvsd.start(config(0, false, false, 1, 1));
        lvsd.table.connections(WEB, Pool.address("10.2.0.2"), 5, 2);
        lvsd.run(2_000);
        lvsd.give(new LvsdEvent.Reloaded(config(0, false, false, 1)));
        lvsd.run(2_000);
        lvsd.give(new LvsdEvent.Reloaded(config(0, false, false, 1, 1)));
        assertEquals("10.2.0.1:80=1 10.2.0.2:80=1", lvsd.weights(WEB));
    }

    @Test
    void aUdpServerDrainsByLeavingTheTable() {
        lvsd.start(config(2, false, false, 1, 1));
        lvsd.give(new LvsdEvent.Drain(9, "s0", "", 0));
        assertEquals("10.2.0.2:53=1", lvsd.weights(DNS));
    }

    @Test
    void anUnknownServerIsRefusedWithTheNearestName() {
        lvsd.start(config(0, false, false, 1, 1));
        lvsd.give(new LvsdEvent.Drain(9, "10.2.0.3", "", 0));
        assertFalse(lvsd.replies.getLast().good());
        assertEquals(
                "no real server \"10.2.0.3\"; did you mean \"10.2.0.1\"?",
                lvsd.replies.getLast().lines().getFirst());
        lvsd.give(new LvsdEvent.Drain(9, "s0", "v1", 0));
        assertEquals(
                "no virtual server \"v1\"; did you mean \"v0\"?",
                lvsd.replies.getLast().lines().getFirst());
    }

    @Test
    void aRefusedOperationIsTriedAgainAndSaidOnce() {
        lvsd.kernel = operation ->
                operation instanceof IpvsOp.AddDestination ? IpvsError.INVALID : lvsd.table.apply(operation);
        lvsd.start(config(0, false, false, 1)).run(5_000);
        assertEquals(1, lvsd.said("the table refuses"));
        LvsdStatus.Refusal refusal = lvsd.core.status(lvsd.nowMs).refusals().getFirst();
        assertTrue(refusal.times() > 1 && refusal.sinceMs() > 0, refusal.toString());
        assertTrue(lvsd.core.status(lvsd.nowMs).counters().refused() > 4);
        lvsd.kernel = lvsd.table::apply;
        lvsd.run(1_000);
        assertEquals("10.2.0.1:80=1", lvsd.weights(WEB));
        assertEquals(List.of(), lvsd.core.status(lvsd.nowMs).refusals());
    }

    @Test
    void whatIsRefusedAndNoLongerWantedIsForgotten() {
        lvsd.kernel = operation ->
                operation instanceof IpvsOp.AddDestination ? IpvsError.INVALID : lvsd.table.apply(operation);
        lvsd.start(config(0, false, false, 1, 1)).run(5_000);
        assertEquals(
                List.of("add " + WEB + " -> 10.2.0.1:80", "add " + WEB + " -> 10.2.0.2:80"),
                lvsd.core.status(lvsd.nowMs).refusals().stream()
                        .map(LvsdStatus.Refusal::entry)
                        .toList());
        lvsd.give(new LvsdEvent.Reloaded(config(0, false, false, 1)));
        lvsd.run(5_000);
        assertEquals(1, lvsd.core.status(lvsd.nowMs).refusals().size());
    }

    @Test
    void whoTriesForLongTriesMoreSeldom() {
        lvsd.kernel = operation -> IpvsError.INVALID;
        lvsd.start(config(0, false, false, 1)).run(3_600_000);
        long hour = lvsd.core.status(lvsd.nowMs).counters().refused();
        assertTrue(hour < 400, "refused " + hour + " times in an hour");
    }

    @Test
    void aTableThatCanNotBeReadIsSaidOnceAndAnswersStillCome() {
        lvsd.readProblem = "no answer within 2000 ms";
        lvsd.start(config(0, false, false, 1)).run(20_000);
        assertEquals(1, lvsd.said("the table can't be read"));
        assertEquals("no answer within 2000 ms", lvsd.core.status(lvsd.nowMs).tableProblem());
        lvsd.give(new LvsdEvent.Drain(3, "s0", "", 0));
        assertTrue(lvsd.replies.getLast().good());
        lvsd.readProblem = "";
        lvsd.run(31_000);
        assertEquals("10.2.0.1:80=0", lvsd.weights(WEB));
        assertEquals(1, lvsd.said("the table can be read again"));
    }

    @Test
    void whoStopsBeforeItHeardWhatCameOfItsChangesLooksFirst() {
        lvsd.kernel = operation -> {
            lvsd.readProblem = "no answer";
            lvsd.applyProblem = "no answer";
            return lvsd.table.apply(operation);
        };
        lvsd.start(config(0, false, false, 1));
        assertNotEquals("-", lvsd.weights(WEB));
        lvsd.applyProblem = "";
        lvsd.kernel = lvsd.table::apply;
        lvsd.give(new LvsdEvent.Stop());
        lvsd.run(200);
        assertFalse(lvsd.stopped);
        lvsd.readProblem = "";
        lvsd.run(2_000);
        assertTrue(lvsd.stopped);
        assertEquals("-", lvsd.weights(WEB));
    }

    @Test
    void aLargeTableIsReadWhollyOnlyWhenItsFingerprintChangesAndEveryHalfMinute() {
        for (int i = 0; i < 100; i++) {
            ServiceId id = ServiceId.tcp(Pool.address("10.8.0." + (i + 1)), 80);
            hand(new IpvsOp.AddService(VirtualService.of(id, "rr")));
        }
        lvsd.start(config(0, false, false, 1, 1)).run(5_000);
        lvsd.wholeReads = 0;
        lvsd.cheapReads = 0;
        lvsd.run(60_000);
        assertTrue(lvsd.wholeReads <= 3, lvsd.wholeReads + " whole reads in a minute");
        assertTrue(lvsd.cheapReads >= 60, lvsd.cheapReads + " looks in a minute");
        hand(weight(0, 5));
        lvsd.run(1_000);
        assertEquals("10.2.0.1:80=1 10.2.0.2:80=1", lvsd.weights(WEB));
    }

    @Test
    void aServerOfTheDirectorsOwnShownAsLocalIsNoDrift() {
        lvsd.start(config(0, false, false, 1, 1));
        hand(new IpvsOp.EditDestination(WEB, Destination.of(Pool.address("10.2.0.1"), 80, Forwarding.LOCAL, 1)));
        lvsd.run(3_000);
        assertEquals(0, lvsd.core.status(lvsd.nowMs).counters().drift());
    }

    @Test
    void whatStandsTwiceInTheFileCountsOnce() {
        var twice =
                Pool.virtual(0, "wlc", 0, false, 1_000, 0, false, List.of(Pool.server(0, 0, 1), Pool.server(0, 0, 5)));
        lvsd.start(Sample.config(List.of(twice, twice)));
        assertEquals("10.2.0.1:80=1", lvsd.weights(WEB));
        assertEquals(2, lvsd.said("already: left out"));
    }

    private void limit(int server, int upper, int lower) {
        hand(new IpvsOp.EditDestination(
                WEB,
                Destination.of(Pool.address("10.2.0." + (server + 1)), 80, Forwarding.MASQ, 4)
                        .withLimits(upper, lower)));
    }

    private String limits() {
        return String.join(
                " ",
                lvsd.table.destinations(WEB).stream()
                        .map(each -> each.destination().address() + "="
                                + each.destination().upper() + "/"
                                + each.destination().lower())
                        .sorted()
                        .toList());
    }

    private static LvsConfig limited(int upper, int lower) {
        LvsConfig.Server server = Pool.server(0, 0, 4);
        var other = new LvsConfig.Server(
                server.name(),
                server.address(),
                true,
                server.port(),
                server.tablePort(),
                4,
                Optional.of(new LvsConfig.Limits(upper, lower)),
                Tunnel.NONE,
                server.checkAddress(),
                server.checkPort(),
                server.onChange());
        return Sample.config(
                List.of(Pool.virtual(0, "wlc", 0, false, 1_000, 2_000, false, List.of(other, Pool.server(0, 1, 4)))));
    }

    @Test
    void limitsSetByHandStayWhereTheFileSaysNothingOfThem() {
        lvsd.start(config(0, true, false, 4, 4)).run(60_000);
        limit(0, 50, 10);
        lvsd.run(40_000);
        assertEquals("10.2.0.1=50/10 10.2.0.2=0/0", limits());
        assertEquals(0, lvsd.core.status(lvsd.nowMs).counters().drift());
        assertEquals(1, lvsd.said("u_threshold 50, l_threshold 10 set by hand: stays"));
        assertEquals(
                50,
                lvsd.core
                        .status(lvsd.nowMs)
                        .virtuals()
                        .getFirst()
                        .servers()
                        .getFirst()
                        .upper());
        lvsd.dead.add("10.2.0.1:80");
        lvsd.run(5_000);
        assertEquals("10.2.0.2=0/0", limits(), "out");
        lvsd.dead.clear();
        lvsd.run(90_000);
        assertEquals("10.2.0.1=50/10 10.2.0.2=0/0", limits(), "and in again, through all steps of its weight");
        assertEquals("10.2.0.1:80=4 10.2.0.2:80=4", lvsd.weights(WEB));
        lvsd.restart(config(0, true, false, 4, 4));
        lvsd.run(40_000);
        assertEquals("10.2.0.1=50/10 10.2.0.2=0/0", limits(), "for another lvsd, too");
        limit(0, 0, 0);
        lvsd.run(40_000);
        assertEquals("10.2.0.1=0/0 10.2.0.2=0/0", limits(), "and are taken back as they were set");
        assertEquals(0, lvsd.core.status(lvsd.nowMs).counters().drift());
    }

    @Test
    void limitsOfTheFileAreKeptAndGoWithIt() {
        lvsd.start(limited(100, 80)).run(60_000);
        assertEquals("10.2.0.1=100/80 10.2.0.2=0/0", limits());
        limit(0, 50, 10);
        lvsd.run(40_000);
        assertEquals("10.2.0.1=100/80 10.2.0.2=0/0", limits());
        assertEquals(1, lvsd.core.status(lvsd.nowMs).counters().drift());
        lvsd.give(new LvsdEvent.Reloaded(config(0, false, false, 4, 4)));
        lvsd.run(40_000);
        assertEquals("10.2.0.1=0/0 10.2.0.2=0/0", limits());
    }

    /// Tunnels don't show in the fingerprint: of a large table a part is read with each look.
    @Test
    void whatTheFingerprintDoesNotShowIsFoundInTurn() {
        assertTrue(msUntilMended(70, 2, 69) <= 2_000, "two looks for 70 services");
        assertTrue(msUntilMended(1_000, 10, 0) <= 20_000, "twenty looks for 10,000 real servers");
        assertTrue(msUntilMended(1_000, 10, 999) <= 20_000, "twenty looks for 10,000 real servers");
    }

    /// @param which of the virtual servers somebody touches
    private static long msUntilMended(int virtuals, int servers, int which) {
        var one = new OneLvsd(new FakeTable());
        one.start(Pool.many(virtuals, servers, "")).run(40_000);
        int whole = one.wholeReads;
        ServiceId id = ServiceId.tcp(Pool.place(1, which + 1), 80);
        Destination touched = one.table.destinations(id).getLast().destination();
        one.table.apply(new IpvsOp.EditDestination(
                id,
                new Destination(
                        touched.address(),
                        touched.port(),
                        touched.forwarding(),
                        touched.weight(),
                        0,
                        0,
                        new Tunnel(Tunnel.GUE, 6080, 0))));
        long ms = 0;
        while (!one.table.destinations(id).getLast().destination().equals(touched)) {
            assertTrue(ms < 31_000, "never");
            one.run(100);
            ms += 100;
        }
        assertEquals(1, one.said("real server changed by somebody else"));
        assertTrue(one.wholeReads - whole <= 2, one.wholeReads - whole + " times the whole was read");
        assertTrue(one.mostRead <= 512 && one.mostRead > 0, one.mostRead + " real servers with one look");
        return ms;
    }
}
