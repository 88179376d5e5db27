package io.muster.simulator;

import io.muster.core.Drive;
import io.muster.core.MalformedMessage;
import io.muster.core.ReplicatedCore;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;

/// Holds a replicated core to its contract: one log, two replicas whose clocks have nothing in common and only one
/// of which lives through local events, and after each entry their snapshots must be equal octet by octet. A third
/// replica is restored from a snapshot every few entries, as a joiner is, and must stay equal from there on.
///
/// ```java
/// var replicas = new TwoReplicas<>(() -> new FenceDomain(config));
/// for (GroupEntry entry : log) {
///     replicas.apply(entry);
/// }
/// ```
///
/// A broken promise is an `AssertionError` that names the entry and the first octet that differs. Thread: one.
public final class TwoReplicas<M, E, F> {
    private static final long RIGHT_STARTS_MS = 86_400_000_123L;

    private final Supplier<? extends ReplicatedCore<M, E, F>> maker;
    private final ReplicatedCore<M, E, F> left;
    private final ReplicatedCore<M, E, F> right;
    private ReplicatedCore<M, E, F> joiner;
    private long leftMs = 1;
    private long rightMs = RIGHT_STARTS_MS;
    private int entries;

    /// @param maker makes a fresh core; called for each replica
    public TwoReplicas(Supplier<? extends ReplicatedCore<M, E, F>> maker) {
        this.maker = maker;
        left = maker.get();
        right = maker.get();
        joiner = maker.get();
        compare("fresh", left, right, "two fresh replicas");
    }

    /// Applies an entry to all replicas, lets each act on it at its own time, and compares.
    ///
    /// @return what the first replica wants done
    public List<F> apply(M entry) {
        entries++;
        leftMs += 1;
        rightMs += 977L * (entries % 7 + 1);
        for (ReplicatedCore<M, E, F> replica : List.of(left, right, joiner)) {
            replica.apply(entry);
        }
        compare(entry, left, right, "two replicas with different clocks");
        compare(entry, left, joiner, "a replica and one restored from a snapshot");
        List<F> effects = drive(left, new Drive.Applied<>(entry), leftMs, entry);
        drive(right, new Drive.Applied<>(entry), rightMs, entry);
        if (right.nextDeadlineMs() <= rightMs + 60_000) {
            rightMs = Math.max(rightMs, right.nextDeadlineMs());
            drive(right, new Drive.Tick<>(), rightMs, entry);
        }
        if (entries % 5 == 0) {
            joiner = restored(entry);
        }
        return effects;
    }

    /// A local event on the first replica only; the replicated state may not change.
    ///
    /// @return what the first replica wants done
    public List<F> local(E event) {
        leftMs += 10;
        return drive(left, new Drive.Local<>(event), leftMs, event);
    }

    /// Lets time pass on the first replica only, ticking at its deadlines, at most 1,000 of them.
    public void pass(long ms) {
        long untilMs = leftMs + ms;
        for (int ticks = 0; left.nextDeadlineMs() <= untilMs && ticks < 1_000; ticks++) {
            leftMs = Math.max(leftMs + 1, left.nextDeadlineMs());
            drive(left, new Drive.Tick<>(), leftMs, "tick");
        }
        leftMs = Math.max(leftMs, untilMs);
    }

    /// The replica that lives through local events.
    public ReplicatedCore<M, E, F> first() {
        return left;
    }

    private List<F> drive(ReplicatedCore<M, E, F> replica, Drive<M, E> why, long nowMs, Object what) {
        byte[] before = replica.snapshot();
        List<F> effects = replica.drive(why, nowMs);
        compare(what, before, replica.snapshot(), "a replica before and after drive(" + why + ")");
        return effects;
    }

    private ReplicatedCore<M, E, F> restored(Object what) {
        ReplicatedCore<M, E, F> fresh = maker.get();
        try {
            fresh.restore(right.snapshot());
        } catch (MalformedMessage e) {
            throw new AssertionError("entry " + entries + " (" + what + "): its own snapshot is refused", e);
        }
        compare(what, right, fresh, "a replica and one just restored from it");
        return fresh;
    }

    private void compare(Object what, ReplicatedCore<M, E, F> a, ReplicatedCore<M, E, F> b, String who) {
        compare(what, a.snapshot(), b.snapshot(), who);
    }

    private void compare(Object what, byte[] a, byte[] b, String who) {
        int at = Arrays.mismatch(a, b);
        if (at >= 0) {
            throw new AssertionError("entry " + entries + " (" + what + "): " + who + " differ at octet " + at + " of "
                    + a.length + " and " + b.length + ": " + around(a, at) + " and " + around(b, at));
        }
    }

    private static String around(byte[] octets, int at) {
        int from = Math.max(0, at - 8);
        return HexFormat.of().formatHex(octets, from, Math.min(octets.length, at + 24));
    }
}
