package io.muster.bed.cable;

import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;

/// One direction of a cable: frames and the time go in, and come out as its [Faults] and its dice say. The same frames
/// at the same times have the same fate, always.
///
/// Each frame takes the same number of dice whatever the faults are, so that one setting more doesn't change what the
/// others do to which frame.
///
/// Times are monotonic microseconds, never smaller than in the call before. Thread: the owner's.
public final class Wire {
    private static final double WHOLE = 100;

    /// A frame under way.
    private record Under(long dueUs, long number, byte[] frame) {}

    /// What one copy of a frame has drawn.
    private record Dice(double jitter, double reorder, double flip, double place) {}

    private final RandomGenerator dice;
    private final int room;
    private final PriorityQueue<Under> under =
            new PriorityQueue<>(Comparator.comparingLong(Under::dueUs).thenComparingLong(Under::number));
    private Faults faults = Faults.NONE;

    /// No frame that keeps its place comes before this.
    private long lastDueUs = Long.MIN_VALUE;

    private long number;
    private long offered;
    private long carried;
    private long lost;
    private long cut;
    private long full;
    private long doubled;
    private long reordered;
    private long flipped;

    /// @param room frames that may be under way at once; what comes while there is none is dropped
    public Wire(RandomGenerator dice, int room) {
        this.dice = dice;
        this.room = room;
    }

    public Faults faults() {
        return faults;
    }

    /// From now on; what is under way keeps its time, unless the cable is cut.
    public void set(Faults now) {
        faults = now;
        if (now.cut()) {
            cut += under.size();
            under.clear();
            lastDueUs = Long.MIN_VALUE;
        }
    }

    /// A frame comes in. The array is the wire's from now on.
    public void offer(byte[] frame, long nowUs) {
        double loss = percent();
        double twice = percent();
        Dice first = roll();
        Dice second = roll();
        offered++;
        if (faults.cut()) {
            cut++;
        } else if (loss < faults.lossPercent()) {
            lost++;
        } else {
            send(frame, first, nowUs);
            if (twice < faults.doublePercent()) {
                doubled++;
                send(frame, second, nowUs);
            }
        }
    }

    private void send(byte[] frame, Dice drawn, long nowUs) {
        if (under.size() >= room) {
            full++;
            return;
        }
        byte[] octets = frame;
        if (drawn.flip() < faults.flipPercent() && frame.length > 0) {
            octets = flip(frame, (int) (drawn.place() / WHOLE * frame.length * Byte.SIZE));
            flipped++;
        }
        long dueUs = nowUs + faults.delayMs() * 1_000L + (long) (faults.jitterMs() * 1_000L * drawn.jitter() / WHOLE);
        dueUs = Math.max(dueUs, lastDueUs);
        if (drawn.reorder() < faults.reorderPercent()) {
            dueUs += faults.reorderMs() * 1_000L;
            reordered++;
        } else {
            lastDueUs = dueUs;
        }
        under.add(new Under(dueUs, number++, octets));
    }

    private static byte[] flip(byte[] frame, int bit) {
        byte[] turned = frame.clone();
        turned[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        return turned;
    }

    /// The next frame that has arrived; to be asked until there is none.
    public Optional<byte[]> due(long nowUs) {
        Under next = under.peek();
        if (next == null || next.dueUs() > nowUs) {
            return Optional.empty();
        }
        under.remove();
        carried++;
        return Optional.of(next.frame());
    }

    /// When the next frame arrives; [Long#MAX_VALUE] when none is under way.
    public long nextUs() {
        Under next = under.peek();
        return next == null ? Long.MAX_VALUE : next.dueUs();
    }

    public Counters counters() {
        return new Counters(offered, carried, lost, cut, full, doubled, reordered, flipped, under.size());
    }

    private Dice roll() {
        return new Dice(percent(), percent(), percent(), percent());
    }

    private double percent() {
        return dice.nextDouble() * WHOLE;
    }
}
