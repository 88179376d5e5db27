package io.muster.bed.cable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireTest {
    private static final int ROOM = 1_000;
    private static final int FRAMES = 10_000;

    /// A frame that came out.
    private record Out(long atUs, int number, byte[] frame) {}

    /// Offers numbered frames, one each `everyUs`, and takes out what comes, each at its time.
    private static List<Out> play(Wire wire, int frames, long everyUs) {
        var out = new ArrayList<Out>();
        for (int i = 0; i < frames; i++) {
            long nowUs = i * everyUs;
            take(wire, nowUs, out);
            wire.offer(ByteBuffer.allocate(64).putInt(60, i).array(), nowUs);
        }
        take(wire, Long.MAX_VALUE - 1, out);
        return out;
    }

    private static void take(Wire wire, long untilUs, List<Out> out) {
        while (wire.nextUs() <= untilUs) {
            long atUs = wire.nextUs();
            assertTrue(wire.due(atUs - 1).isEmpty(), "nothing comes before its time");
            byte[] frame = wire.due(atUs).orElseThrow();
            out.add(new Out(atUs, ByteBuffer.wrap(frame).getInt(60), frame));
        }
    }

    private static Wire wire(long seed, Faults faults) {
        var wire = new Wire(new Random(seed), ROOM);
        wire.set(faults);
        return wire;
    }

    private static List<Integer> numbers(List<Out> out) {
        return out.stream().map(Out::number).toList();
    }

    private static void assertNear(double percent, long count, String what) {
        // Four standard deviations: wrong once in ten thousand seeds, and these are fixed.
        double share = percent / 100;
        double allowed = 4 * Math.sqrt(FRAMES * share * (1 - share));
        assertEquals(FRAMES * share, count, allowed, what);
    }

    @Test
    void aGoodCableCarriesAllAtOnceAndInOrder() {
        Wire wire = wire(1, Faults.NONE);
        List<Out> out = play(wire, 100, 10);
        for (int i = 0; i < 100; i++) {
            assertEquals(i, out.get(i).number());
            assertEquals(i * 10L, out.get(i).atUs());
        }
        assertEquals(new Counters(100, 100, 0, 0, 0, 0, 0, 0, 0), wire.counters());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 77, 4_711})
    void eachFaultHappensAsOftenAsItSays(long seed) {
        Wire wire = wire(
                seed,
                Faults.NONE
                        .withLoss(10)
                        .withDouble(5)
                        .withReorder(3, 4)
                        .withFlip(2)
                        .withDelay(20, 10));
        play(wire, FRAMES, 1_000);
        Counters counters = wire.counters();
        String where = "-Dseed=" + seed + " " + counters;
        assertNear(10, counters.lost(), "lost " + where);
        assertNear(4.5, counters.doubled(), "doubled " + where);
        assertNear(3 * 0.945, counters.reordered(), "reordered " + where);
        assertNear(2 * 0.945, counters.flipped(), "flipped " + where);
        assertEquals(counters.offered() + counters.doubled(), counters.carried() + counters.lost(), where);
    }

    @Test
    void sameFramesAndTimesHaveTheSameFate() {
        Faults faults = Faults.NONE
                .withLoss(10)
                .withDouble(5)
                .withReorder(30, 4)
                .withFlip(2)
                .withDelay(20, 10);
        List<Out> once = play(wire(42, faults), 1_000, 700);
        List<Out> again = play(wire(42, faults), 1_000, 700);
        assertEquals(numbers(once), numbers(again));
        for (int i = 0; i < once.size(); i++) {
            assertEquals(once.get(i).atUs(), again.get(i).atUs());
            assertEquals(
                    BitSet.valueOf(once.get(i).frame()),
                    BitSet.valueOf(again.get(i).frame()));
        }
        assertTrue(!numbers(once).equals(numbers(play(wire(43, faults), 1_000, 700))), "another seed, another fate");
    }

    @Test
    void oneFaultMoreChangesNothingOfTheOthers() {
        List<Integer> losing = numbers(play(wire(7, Faults.NONE.withLoss(20)), 1_000, 700));
        List<Integer> more = numbers(play(wire(7, Faults.NONE.withLoss(20).withDelay(5, 5)), 1_000, 700));
        assertEquals(losing, more);
    }

    @Test
    void jitterKeepsTheOrderAndItsBounds() {
        List<Out> out = play(wire(5, Faults.NONE.withDelay(20, 10)), 1_000, 100);
        for (int i = 0; i < out.size(); i++) {
            assertEquals(i, out.get(i).number());
            long took = out.get(i).atUs() - i * 100L;
            assertTrue(took >= 20_000 && took < 30_000, "frame " + i + " took " + took);
        }
        assertTrue(out.stream().anyMatch(o -> o.atUs() - o.number() * 100L > 28_000), "there is jitter");
    }

    @Test
    void aReorderedFrameIsPassedByThoseBehindItAndOnlyBy() {
        List<Out> out = play(wire(5, Faults.NONE.withReorder(10, 3)), 1_000, 1_000);
        var late = new ArrayList<Integer>();
        for (Out o : out) {
            long took = o.atUs() - o.number() * 1_000L;
            assertTrue(took == 0 || took == 3_000, "frame " + o.number() + " took " + took);
            if (took > 0) {
                late.add(o.number());
            }
        }
        assertEquals(100, late.size(), 40);
        List<Integer> rest = new ArrayList<>(numbers(out));
        rest.removeAll(late);
        assertEquals(rest.stream().sorted().toList(), rest, "the others keep their order");
        int one = late.getFirst();
        assertTrue(numbers(out).indexOf(one) > numbers(out).indexOf(one + 2), "passed by the next two");
    }

    @Test
    void aFlipIsOneBitAnywhereAndTheOtherCopyIsWhole() {
        var places = new BitSet();
        Wire wire = wire(11, Faults.NONE.withFlip(50).withDouble(100));
        int whole = 0;
        for (int i = 0; i < 4_000; i++) {
            wire.offer(new byte[100], 0);
            for (Optional<byte[]> out = wire.due(0); out.isPresent(); out = wire.due(0)) {
                BitSet set = BitSet.valueOf(out.get());
                assertTrue(set.cardinality() <= 1);
                places.or(set);
                whole += set.isEmpty() ? 1 : 0;
            }
        }
        assertEquals(4_000, whole, 4 * Math.sqrt(8_000 * 0.25));
        assertTrue(places.cardinality() > 750, "of 800 bits these: " + places.cardinality());
    }

    @Test
    void aCutLosesWhatIsUnderWayAndWhatComesAndIsMended() {
        Wire wire = wire(1, Faults.NONE.withDelay(50, 0));
        for (int i = 0; i < 5; i++) {
            wire.offer(new byte[64], i);
        }
        wire.set(Faults.NONE.withCut(true));
        wire.offer(new byte[64], 10);
        assertEquals(Long.MAX_VALUE, wire.nextUs());
        wire.set(Faults.NONE);
        wire.offer(new byte[64], 20);
        assertEquals(20, wire.nextUs(), "not behind what was lost");
        assertTrue(wire.due(20).isPresent());
        assertEquals(new Counters(7, 1, 0, 6, 0, 0, 0, 0, 0), wire.counters());
    }

    @Test
    void shorterDelayDoesNotLetFramesPassEachOther() {
        Wire wire = wire(1, Faults.NONE.withDelay(50, 0));
        wire.offer(new byte[] {1}, 0);
        wire.set(Faults.NONE);
        wire.offer(new byte[] {2}, 1_000);
        assertEquals(50_000, wire.nextUs());
        assertEquals(1, wire.due(50_000).orElseThrow()[0]);
        assertEquals(2, wire.due(50_000).orElseThrow()[0]);
    }

    @Test
    void aFullCableDropsAndCounts() {
        var wire = new Wire(new Random(1), 3);
        wire.set(Faults.NONE.withDelay(1, 0).withDouble(100));
        wire.offer(new byte[64], 0);
        wire.offer(new byte[64], 0);
        assertEquals(new Counters(2, 0, 0, 0, 1, 2, 0, 0, 3), wire.counters());
    }

    @Test
    void allThatIsOutOfRangeIsNamedAtOnce() {
        var wrong =
                assertThrows(IllegalArgumentException.class, () -> new Faults(false, 101, -1, 5, Double.NaN, -3, 0, 0));
        assertEquals(
                "loss 101.0 isn't a percentage; double -1.0 isn't a percentage; flip NaN isn't a percentage;"
                        + " delay -3 ms isn't between 0 and 60000; reorder 5.0 % by 0 ms reorders nothing",
                wrong.getMessage());
    }
}
