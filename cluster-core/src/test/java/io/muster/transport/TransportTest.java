package io.muster.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Incarnation;
import io.muster.transport.TransportEffect.Confirm;
import io.muster.transport.TransportEffect.LinkChanged;
import io.muster.transport.TransportEffect.LinkMtu;
import io.muster.transport.TransportEffect.Mtu;
import io.muster.transport.TransportEffect.PortRefused;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TransportTest {
    @Test
    void nodesProveThemselvesAndTalkWithinMilliseconds() {
        TestNet net = new TestNet(1, 3, 1, LinkUse.RANKED);
        net.run(20);
        net.multicast(1, "hello");
        net.unicast(2, 3, "token");
        net.run(5);
        assertEquals(1, net.count(2, "hello"));
        assertEquals(1, net.count(3, "hello"));
        assertEquals(1, net.count(3, "token"));
        assertEquals(0, net.count(1, "token"));
        assertEquals(net.self(1).incarnation(), net.got.getFirst().incarnation());
    }

    @Test
    void aSealedDatagramDoesNotContainItsText() {
        TestNet net = new TestNet(2, 2, 1, LinkUse.RANKED);
        net.run(20);
        net.recorded.clear();
        net.multicast(1, "the quick brown fox jumps over the lazy dog");
        String octets = new String(net.recorded.getFirst().octets(), java.nio.charset.StandardCharsets.ISO_8859_1);
        assertFalse(octets.contains("fox"));
    }

    @Test
    void whatAnIncarnationSentBeforeItProvedItselfIsRejected() {
        TestNet net = new TestNet(3, 2, 1, LinkUse.RANKED);
        net.run(50);
        net.recorded.clear();
        net.multicast(1, "old");
        byte[] old = net.recorded.getFirst().octets();
        net.run(5);
        net.boot(2, TestNet.key(0));
        net.run(50);
        net.inject(2, 0, old.clone());
        assertEquals(1, net.count(2, "old"), "the node has restarted and must not see it again");
        assertEquals(1, net.rejected(2, Rejection.REPLAYED));
    }

    @Test
    void aRestartedNodeReplacesItsFormerSelfForGood() {
        TestNet net = new TestNet(4, 2, 1, LinkUse.RANKED);
        net.run(50);
        Transport former = net.node(2);
        Incarnation before = net.self(2).incarnation();
        net.boot(2, TestNet.key(0));
        net.run(50);
        net.multicast(2, "new self");
        net.run(5);
        assertEquals(1, net.count(1, "new self"));
        net.nodes.put(2, former);
        net.multicast(2, "ghost");
        net.run(3000);
        net.multicast(2, "ghost");
        net.run(50);
        assertEquals(0, net.count(1, "ghost"));
        assertTrue(net.rejected(1, Rejection.RETIRED) > 0);
        assertTrue(net.got.stream()
                .noneMatch(g -> g.incarnation().equals(before) && g.text().equals("ghost")));
    }

    @Test
    void everythingRecordedAndPlayedBackIsRejected() {
        TestNet net = new TestNet(5, 3, 2, LinkUse.RANKED);
        net.run(500);
        for (int i = 0; i < 50; i++) {
            net.multicast(1 + i % 3, "m" + i);
        }
        net.run(500);
        List<TestNet.Flight> recorded = List.copyOf(net.recorded);
        int before = net.got.size();
        for (TestNet.Flight flight : recorded) {
            for (int to = 1; to <= 3; to++) {
                net.inject(to, flight.link(), flight.octets().clone());
            }
        }
        assertEquals(before, net.got.size());
    }

    @Test
    void forgedAndDamagedDatagramsAreCountedAndNeverDelivered() {
        TestNet net = new TestNet(6, 3, 1, LinkUse.RANKED);
        net.run(300);
        net.multicast(1, "genuine");
        net.run(5);
        List<TestNet.Flight> recorded = List.copyOf(net.recorded);
        Random dice = new Random(6);
        int before = net.got.size();
        for (int i = 0; i < 20_000; i++) {
            TestNet.Flight flight = recorded.get(dice.nextInt(recorded.size()));
            byte[] damaged = flight.octets().clone();
            switch (dice.nextInt(3)) {
                case 0 -> damaged[dice.nextInt(damaged.length)] ^= (byte) (1 << dice.nextInt(8));
                case 1 -> damaged = java.util.Arrays.copyOf(damaged, dice.nextInt(damaged.length + 30));
                default -> dice.nextBytes(damaged);
            }
            if (!java.util.Arrays.equals(damaged, flight.octets())) {
                net.inject(flight.to(), 0, damaged);
            }
        }
        assertEquals(before, net.got.size());
        assertTrue(net.rejected(2, Rejection.FORGED) > 0);
        assertTrue(net.rejected(2, Rejection.MALFORMED) > 0);
        net.multicast(1, "still genuine");
        net.run(5);
        assertEquals(1, net.count(2, "still genuine"));
    }

    @Test
    void aNodeWithAnotherKeyIsNotHeard() {
        TestNet net = new TestNet(7, 3, 1, LinkUse.RANKED);
        net.boot(3, TestNet.key(9));
        net.run(2000);
        net.multicast(3, "intruder");
        net.multicast(1, "secret");
        net.run(50);
        assertEquals(0, net.count(1, "intruder"));
        assertEquals(0, net.count(3, "secret"));
        assertEquals(1, net.count(2, "secret"));
        assertTrue(net.rejected(1, Rejection.UNKNOWN_KEY) > 0);
    }

    @Test
    void aDatagramForAnotherNodeIsMisdirected() {
        TestNet net = new TestNet(8, 3, 1, LinkUse.RANKED);
        net.run(50);
        net.recorded.clear();
        net.unicast(1, 2, "token for two");
        net.inject(3, 0, net.recorded.getFirst().octets().clone());
        assertEquals(0, net.count(3, "token for two"));
        assertEquals(1, net.rejected(3, Rejection.MISDIRECTED));
    }

    @Test
    void oneDeadLinkOfThreeIsLeftWithin300Milliseconds() {
        TestNet net = new TestNet(9, 3, 3, LinkUse.RANKED);
        net.run(1000);
        assertTrue(carrying(net, 1, 2, 0));
        net.bothWays(1, 2, 0, w -> w.loss = 1);
        net.run(320);
        net.unicast(1, 2, "after");
        net.unicast(2, 1, "after");
        net.unicast(3, 1, "bystander");
        net.run(5);
        assertEquals(1, net.count(2, "after"));
        assertEquals(1, net.count(1, "after"));
        assertTrue(carrying(net, 1, 2, 1));
        assertTrue(carrying(net, 1, 3, 0), "the other pair goes on as before");
        net.bothWays(1, 2, 0, w -> w.loss = 0);
        net.run(500);
        assertTrue(carrying(net, 1, 2, 1), "a link that has just come back isn't trusted yet");
        net.run(5000);
        assertTrue(carrying(net, 1, 2, 0), "the best link carries again");
    }

    @Test
    void aLinkDeadInOneDirectionIsUsedInTheOther() {
        TestNet net = new TestNet(10, 2, 2, LinkUse.RANKED);
        net.run(500);
        net.wire(1, 2, 0).loss = 1;
        net.run(500);
        assertTrue(carrying(net, 1, 2, 1));
        assertTrue(carrying(net, 2, 1, 0));
        net.unicast(1, 2, "there");
        net.unicast(2, 1, "and back");
        net.run(5);
        assertEquals(1, net.count(2, "there"));
        assertEquals(1, net.count(1, "and back"));
    }

    @Test
    void aLossyLinkGivesWayToACleanOne() {
        TestNet net = new TestNet(11, 2, 2, LinkUse.RANKED);
        net.run(3000);
        net.bothWays(1, 2, 0, w -> w.loss = 0.3);
        net.run(3000);
        assertTrue(carrying(net, 1, 2, 1));
        for (int i = 0; i < 100; i++) {
            net.unicast(1, 2, "m" + i);
        }
        net.run(50);
        assertEquals(100, net.got.stream().filter(g -> g.at() == 2).count());
    }

    @Test
    void aSlowLinkGivesWayToAFastOne() {
        TestNet net = new TestNet(12, 2, 2, LinkUse.RANKED);
        net.bothWays(1, 2, 0, w -> w.delayMs = 150);
        net.run(5000);
        assertTrue(carrying(net, 1, 2, 1));
    }

    @Test
    void linksUsedTogetherLoseNothingAndDeliverOnce() {
        TestNet net = new TestNet(13, 2, 2, LinkUse.TOGETHER);
        net.run(1000);
        net.bothWays(1, 2, 1, w -> w.delayMs = 40);
        net.run(500);
        net.wire(1, 2, 0).loss = 1;
        for (int i = 0; i < 20; i++) {
            net.unicast(1, 2, "m" + i);
        }
        net.run(100);
        for (int i = 0; i < 20; i++) {
            assertEquals(1, net.count(2, "m" + i));
        }
    }

    @Test
    void reorderedAndDuplicatedDatagramsArriveOnceEach() {
        TestNet net = new TestNet(14, 3, 2, LinkUse.RANKED);
        net.run(500);
        for (int link = 0; link < 2; link++) {
            net.bothWays(1, 2, link, w -> {
                w.copies = 0.5;
                w.jitterMs = 30;
            });
        }
        for (int i = 0; i < 500; i++) {
            net.unicast(1, 2, "m" + i);
        }
        net.run(200);
        for (int i = 0; i < 500; i++) {
            assertEquals(1, net.count(2, "m" + i), "m" + i);
        }
    }

    @Test
    void theRingIsToldTheSmallestMtuOfAllLiveLinks() {
        TestNet net = new TestNet(15, 3, 2, LinkUse.RANKED);
        net.bothWays(1, 2, 1, w -> w.mtuBytes = 1400);
        net.bothWays(1, 3, 0, w -> w.mtuBytes = 9000);
        net.run(1000);
        assertEquals(1392 - Transport.OVERHEAD_BYTES, lastMtu(net, 1));
        assertEquals(1472 - Transport.OVERHEAD_BYTES, lastMtu(net, 3));
        assertTrue(net.log.stream().anyMatch(l -> l.effect().equals(new LinkMtu(3, 0, 8972))));
    }

    @Test
    void aBlackHoleForLargeDatagramsIsFoundWithinTenSeconds() {
        TestNet net = new TestNet(16, 2, 1, LinkUse.RANKED);
        net.run(2000);
        assertEquals(1472 - Transport.OVERHEAD_BYTES, lastMtu(net, 1));
        net.bothWays(1, 2, 0, w -> w.mtuBytes = 1300);
        net.run(10_000);
        assertEquals(1232 - Transport.OVERHEAD_BYTES, lastMtu(net, 1));
    }

    @Test
    void aRefusedPortIsReportedAtOnceButOnlyWhenAllLinksRefuse() {
        TestNet net = new TestNet(17, 2, 2, LinkUse.RANKED);
        net.run(1000);
        net.wire(1, 2, 0).refused = true;
        net.run(200);
        assertEquals(0, net.effects(1, PortRefused.class));
        net.wire(1, 2, 1).refused = true;
        net.run(100);
        assertTrue(net.effects(1, PortRefused.class) >= 1);
    }

    @Test
    void withOneLinkSomebodyIsRefusedWithin100MillisecondsAndFewProbesAreSent() {
        TestNet net = new TestNet(20, 5, 1, LinkUse.RANKED);
        net.run(5000);
        net.recorded.clear();
        net.run(10_000);
        int perNodeAndSecond = net.recorded.size() / 5 / 10;
        assertTrue(perNodeAndSecond < 25, perNodeAndSecond + " datagrams a second from each idle node");
        for (int nodeid = 1; nodeid <= 5; nodeid++) {
            net.wire(nodeid, 3, 0).refused = true;
        }
        net.run(100);
        assertTrue(net.log.stream().anyMatch(l -> l.effect().equals(new PortRefused(3))));
    }

    @Test
    void aNodeThatSaysThatItHearsUsIsConfirmedOnceASecondAndNoOther() {
        TestNet net = new TestNet(22, 3, 2, LinkUse.RANKED);
        net.run(3000);
        net.wire(1, 3, 1).loss = 1;
        net.run(1000);
        net.log.clear();
        net.run(10_000);
        assertEquals(10, confirmed(net, 2, 0), 1);
        assertEquals(10, confirmed(net, 2, 1), 1);
        assertEquals(10, confirmed(net, 3, 0), 1);
        assertEquals(0, confirmed(net, 3, 1), "nothing of ours arrives there");
    }

    private static long confirmed(TestNet net, int nodeid, int link) {
        return net.log.stream()
                .filter(l -> l.at() == 1 && l.effect().equals(new Confirm(nodeid, link)))
                .count();
    }

    @Test
    void idleNodesWithOneLinkProbeAtTheSameMoment() {
        TestNet net = new TestNet(21, 3, 1, LinkUse.RANKED);
        net.run(1027);
        net.boot(2, TestNet.key(0));
        net.run(1027);
        net.boot(3, TestNet.key(0));
        net.run(3000);
        net.recorded.clear();
        net.run(1000);
        List<Long> times =
                net.recorded.stream().map(TestNet.Flight::atMs).sorted().toList();
        int moments = 1;
        for (int i = 1; i < times.size(); i++) {
            moments += times.get(i) - times.get(i - 1) > 10 ? 1 : 0;
        }
        assertTrue(moments <= 14, "awake at " + moments + " moments of a second");
    }

    @Test
    void aFlappingLinkHasToWaitLongerEachTime() {
        TestNet net = new TestNet(18, 2, 2, LinkUse.RANKED);
        net.run(1000);
        for (int i = 0; i < 60; i++) {
            net.bothWays(1, 2, 0, w -> w.loss = 1);
            net.run(500);
            net.bothWays(1, 2, 0, w -> w.loss = 0);
            net.run(1500);
        }
        long changes = net.log.stream()
                .filter(l ->
                        l.at() == 1 && l.effect() instanceof LinkChanged change && change.link() == 0 && change.live())
                .count();
        assertTrue(changes < 8, "rose " + changes + " times in two minutes");
    }

    @Test
    void aBusyNodeIsNoReasonToBlameItsLinks() {
        long given = Long.getLong("seed", 0);
        for (long seed = given == 0 ? 1 : given; seed <= (given == 0 ? 200 : given); seed++) {
            Random dice = new Random(seed);
            TestNet net = new TestNet(
                    seed,
                    2 + dice.nextInt(3),
                    2 + dice.nextInt(2),
                    dice.nextBoolean() ? LinkUse.RANKED : LinkUse.TOGETHER);
            net.run(1000);
            for (int i = 0; i < 20; i++) {
                net.stall(1 + dice.nextInt(net.allNodes.size()), 100 + dice.nextInt(500));
                net.run(800 + dice.nextInt(400));
            }
            List<TestNet.Log> fallen = net.log.stream()
                    .filter(l -> l.effect() instanceof LinkChanged change && !change.live())
                    .toList();
            assertEquals(List.of(), fallen, "-Dseed=" + seed);
        }
    }

    @Test
    void aLinkThatDiesWhileItsNodeIsBusyIsLeftSoonAfter() {
        long given = Long.getLong("seed", 0);
        for (long seed = given == 0 ? 1 : given; seed <= (given == 0 ? 200 : given); seed++) {
            Random dice = new Random(seed);
            TestNet net = new TestNet(seed, 2, 2, LinkUse.RANKED);
            net.run(1000);
            net.stall(2, 100 + dice.nextInt(700));
            net.run(dice.nextInt(100));
            net.bothWays(1, 2, 0, w -> w.loss = 1);
            net.run(1100);
            assertTrue(carrying(net, 1, 2, 1), "-Dseed=" + seed);
            net.unicast(1, 2, "after");
            net.unicast(2, 1, "after");
            net.run(40);
            assertEquals(1, net.count(2, "after"), "-Dseed=" + seed + " to the busy one");
            assertEquals(1, net.count(1, "after"), "-Dseed=" + seed + " from the busy one");
        }
    }

    @Test
    void whenNoLinkAnswersAllAreTriedAndGivenUpAfterASecond() {
        TestNet net = new TestNet(20, 2, 2, LinkUse.RANKED);
        net.run(1000);
        for (int link = 0; link < 2; link++) {
            net.bothWays(1, 2, link, w -> w.loss = 1);
        }
        net.run(400);
        assertEquals(0, net.effects(1, LinkChanged.class) - 2, "links that fell already");
        net.bothWays(1, 2, 1, w -> w.loss = 0);
        net.unicast(1, 2, "over any");
        net.run(5);
        assertEquals(1, net.count(2, "over any"));
        net.bothWays(1, 2, 1, w -> w.loss = 1);
        net.run(1100);
        assertEquals(2, net.effects(1, LinkChanged.class) - 2, "links that fell");
    }

    @Test
    void theKeyIsChangedWithoutLosingADatagram() {
        TestNet net = new TestNet(19, 3, 1, LinkUse.RANKED);
        net.run(500);
        int sent = 0;
        for (int nodeid = 1; nodeid <= 3; nodeid++) {
            net.event(nodeid, new TransportEvent.Rekey(TestNet.key(1)));
            for (int i = 0; i < 20; i++) {
                net.multicast(1 + i % 3, "m" + sent++);
                net.run(50);
            }
        }
        for (int i = 0; i < sent; i++) {
            String text = "m" + i;
            assertEquals(2, net.got.stream().filter(g -> g.text().equals(text)).count(), text);
        }
        net.run(70_000);
        net.boot(3, TestNet.key(0));
        net.run(1000);
        net.multicast(3, "with the old key");
        net.run(50);
        assertEquals(0, net.count(1, "with the old key"));
        net.boot(3, TestNet.key(1));
        net.run(1500);
        net.multicast(3, "with the new key");
        net.run(50);
        assertEquals(1, net.count(1, "with the new key"));
    }

    @Test
    void chaosNeverDeliversTwiceNorAForgeryAndCalmDeliversAll() {
        long given = Long.getLong("seed", 0);
        for (long seed = given == 0 ? 1 : given; seed <= (given == 0 ? 40 : given); seed++) {
            chaos(seed);
        }
    }

    private static void chaos(long seed) {
        Random dice = new Random(seed);
        String hint = "-Dseed=" + seed;
        TestNet net = new TestNet(seed, 4, 1 + dice.nextInt(3), dice.nextBoolean() ? LinkUse.RANKED : LinkUse.TOGETHER);
        int sent = 0;
        for (int step = 0; step < 150; step++) {
            int a = 1 + dice.nextInt(4);
            int b = 1 + (a + dice.nextInt(3)) % 4;
            switch (dice.nextInt(8)) {
                case 0 -> net.wire(a, b, dice.nextInt(net.links)).loss = dice.nextDouble();
                case 1 -> net.wire(a, b, dice.nextInt(net.links)).jitterMs = dice.nextInt(200);
                case 2 -> net.wire(a, b, dice.nextInt(net.links)).copies = dice.nextDouble();
                case 3 -> net.wire(a, b, dice.nextInt(net.links)).loss = 0;
                case 4 -> {
                    if (dice.nextInt(4) == 0) {
                        net.boot(a, TestNet.key(0));
                    }
                }
                case 5 -> {
                    TestNet.Flight old = net.recorded.get(dice.nextInt(net.recorded.size()));
                    byte[] octets = old.octets().clone();
                    if (dice.nextBoolean()) {
                        octets[dice.nextInt(octets.length)] ^= 1;
                    }
                    net.inject(a, old.link(), octets);
                }
                default -> net.multicast(a, a + ":" + sent++);
            }
            net.run(dice.nextInt(60));
        }
        for (TestNet.Got got : net.got) {
            assertEquals(1, net.count(got.at(), got.text()), hint + " " + got);
            assertTrue(got.text().startsWith(got.from() + ":"), hint + " " + got);
        }
        for (int a = 1; a <= 4; a++) {
            for (int b = 1; b <= 4; b++) {
                for (int link = 0; link < net.links; link++) {
                    if (a != b) {
                        TestNet.Wire wire = net.wire(a, b, link);
                        wire.loss = 0;
                        wire.jitterMs = 0;
                    }
                }
            }
        }
        net.run(4000);
        for (int a = 1; a <= 4; a++) {
            net.multicast(a, "calm" + a);
        }
        net.run(300);
        for (int a = 1; a <= 4; a++) {
            for (int b = 1; b <= 4; b++) {
                assertEquals(a == b ? 0 : 1, net.count(b, "calm" + a), hint + " " + a + " to " + b);
            }
        }
    }

    private static boolean carrying(TestNet net, int at, int to, int link) {
        return net.node(at).links().stream().anyMatch(s -> s.nodeid() == to && s.link() == link && s.carrying());
    }

    private static int lastMtu(TestNet net, int at) {
        return net.log.stream()
                .filter(l -> l.at() == at && l.effect() instanceof Mtu)
                .map(l -> ((Mtu) l.effect()).bytes())
                .reduce(0, (first, second) -> second);
    }
}
