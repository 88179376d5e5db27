package io.muster.driver;

import io.muster.core.CauseId;
import io.muster.core.Core;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Owns one core on one event loop: gives it events and the time, performs its effects in order, wakes it at its
/// deadline.
///
/// - Every event gets an id; its parent is what the poster says, or the event whose effects are being performed,
///   or for a tick the event that set the deadline. Effects bear the id of their event.
/// - One event's effects are all performed before the next event is looked at, also when a performer posts.
/// - One timer, re-armed at the core's `nextDeadlineMs`. Time that passed unseen is told before the step
/// ([StallWatch]).
/// - Whatever the core or a performer throws is our own mistake: it is logged, the core takes no further step, and
///   the `fatal` hook ends the process, because a node that leaves can be fenced and a node that guesses corrupts
///   disks.
///
/// Thread: `post` and `offer` from any; everything else on the loop.
public final class EventDriver<E, F> implements AutoCloseable {
    /// Steps at one go before sockets get their turn.
    private static final int BATCH = 256;

    /// Does what a core has decided.
    @FunctionalInterface
    public interface Performer<F> {
        /// @param cause the event that produced the effect
        void perform(F effect, CauseId cause);
    }

    private record Inbound<E>(E event, CauseId parent) {}

    private final String name;
    private final Core<E, F> core;
    private final Loop loop;
    private final Clocks clocks;
    private final CauseIds ids;
    private final Performer<F> performer;
    private final Supplier<E> tick;
    private final LongConsumer stalled;
    private final Consumer<Throwable> fatal;
    private final Recorder<E, F> recorder;
    private final StallWatch watch;
    private final long watchMs;
    private final int inboxLimit;
    private final AtomicInteger underway = new AtomicInteger();
    private final LongAdder dropped = new LongAdder();
    private final ArrayDeque<Inbound<E>> inbox = new ArrayDeque<>();
    private final ArrayDeque<Inbound<E>> urgent = new ArrayDeque<>();

    private boolean started;
    private boolean draining;
    private boolean tellingStall;
    private boolean stopEffects;
    private volatile boolean closed;
    private CauseId current = CauseId.NONE;
    private CauseId deadlineSetBy = CauseId.NONE;
    private long deadlineMs = Long.MAX_VALUE;
    private long dueMs = Long.MAX_VALUE;
    private long nextWatchMs = Long.MAX_VALUE;
    private long expectedMs = Long.MAX_VALUE;
    private long armedMs = Long.MAX_VALUE;
    private @Nullable Runnable cancelTimer;
    private long steps;
    private long stalls;
    private long longestStallMs;

    private EventDriver(Builder<E, F> with, Loop loop, Performer<F> performer, Supplier<E> tick) {
        this.name = with.name;
        this.core = with.core;
        this.loop = loop;
        this.clocks = with.clocks;
        this.ids = with.ids;
        this.performer = performer;
        this.tick = tick;
        this.fatal = with.fatal;
        this.recorder = with.recorder;
        this.watchMs = with.watchMs;
        this.inboxLimit = with.inboxLimit;
        this.watch = new StallWatch(with.clocks, with.lateMs, with.gapMs);
        LongFunction<E> event = with.stallEvent;
        this.stalled = event == null ? ms -> {} : ms -> post(event.apply(ms), CauseId.NONE);
    }

    /// @param name for the log
    public static <E, F> Builder<E, F> of(String name, Core<E, F> core) {
        return new Builder<>(name, core);
    }

    /// Gives the core an event, after those posted before. Never dropped. Posted while an effect is performed, its
    /// parent is the event of that effect.
    public void post(E event) {
        if (loop.inside()) {
            accept(new Inbound<>(event, current));
        } else {
            post(event, CauseId.NONE);
        }
    }

    /// Gives the core an event of known origin.
    public void post(E event, CauseId parent) {
        var inbound = new Inbound<>(event, parent);
        if (loop.inside()) {
            accept(inbound);
        } else {
            underway.incrementAndGet();
            loop.execute(() -> {
                underway.decrementAndGet();
                accept(inbound);
            });
        }
    }

    /// Gives the core what it can do without - a datagram, a hint - unless too much is waiting already.
    ///
    /// @return false if it was dropped, which is counted
    public boolean offer(E event, CauseId parent) {
        int waiting = loop.inside() ? inbox.size() : underway.get();
        if (waiting >= inboxLimit) {
            dropped.increment();
            return false;
        }
        post(event, parent);
        return true;
    }

    /// For a performer whose effect failed: those after it are left undone. It posts what happened as an event.
    public void stopEffects() {
        stopEffects = true;
    }

    /// Looks at the clocks now, as before a step: somebody else's timer on the loop has come, which spares this driver
    /// one of its own ([Builder#watchMs]). On the loop only.
    public void look() {
        if (started && !closed && !draining) {
            drain();
        }
    }

    /// When [#look] will be called, or anything else is certain to happen on the loop, in monotonic milliseconds: what
    /// comes later than that has been held up by a stall. On the loop only.
    public void expectLook(long monotonicMs) {
        expectedMs = monotonicMs;
    }

    /// The core, to be asked about its state. On the loop only.
    public Core<E, F> core() {
        return core;
    }

    public Loop loop() {
        return loop;
    }

    /// The time as the core would be given it.
    public long nowMs() {
        return clocks.monotonicNs() / 1_000_000;
    }

    /// The event whose effects are being performed; [CauseId#NONE] between steps.
    public CauseId current() {
        return current;
    }

    /// Steps taken, stalls told and the longest of them, hints dropped.
    public Stats stats() {
        return new Stats(steps, stalls, longestStallMs, dropped.sum());
    }

    /// See [#stats].
    public record Stats(long steps, long stalls, long longestStallMs, long dropped) {}

    /// No step after this, no timer. What is queued is dropped.
    @Override
    public void close() {
        closed = true;
        if (loop.inside()) {
            disarm();
        } else {
            loop.execute(this::disarm);
        }
    }

    private void begin() {
        if (!started) {
            started = true;
            if (watchMs > 0) {
                nextWatchMs = nowMs() + watchMs;
            }
            deadlineMs = core.nextDeadlineMs();
            dueMs = Math.max(deadlineMs, nowMs());
            drain();
        }
    }

    private void accept(Inbound<E> inbound) {
        if (closed) {
            return;
        }
        (tellingStall ? urgent : inbox).add(inbound);
        if (!draining && started) {
            drain();
        }
    }

    private void wake() {
        cancelTimer = null;
        armedMs = Long.MAX_VALUE;
        if (!closed && !draining) {
            drain();
        }
    }

    private void drain() {
        draining = true;
        try {
            boolean more = true;
            for (int left = BATCH; more && left > 0 && !closed; left--) {
                lookAtClocks();
                Inbound<E> next = urgent.isEmpty() ? inbox.poll() : urgent.poll();
                more = next != null;
                if (next != null) {
                    step(next);
                }
            }
            // What has come is heard before silence is judged; and at most one tick at a time, because
            // a core that is due again at once mustn't keep the loop from its sockets.
            if (!closed && deadlineMs <= nowMs()) {
                step(new Inbound<>(tick.get(), deadlineSetBy));
            }
        } catch (RuntimeException | Error e) {
            closed = true;
            DaemonLog.get().error("{}: broken after event {}, process ends", name, current, e);
            fatal.accept(e);
        } finally {
            draining = false;
            current = CauseId.NONE;
        }
        if (!closed) {
            arm();
        }
    }

    private void lookAtClocks() {
        long nowNs = clocks.monotonicNs();
        long stalledMs = watch.check(nowNs, Math.min(Math.min(dueMs, nextWatchMs), expectedMs));
        if (nextWatchMs <= nowNs / 1_000_000) {
            nextWatchMs = nowNs / 1_000_000 + watchMs;
        }
        if (stalledMs > 0) {
            stalls++;
            longestStallMs = Math.max(longestStallMs, stalledMs);
            tellingStall = true;
            try {
                stalled.accept(stalledMs);
            } finally {
                tellingStall = false;
            }
        }
    }

    private void step(Inbound<E> inbound) {
        CauseId id = ids.next();
        current = id;
        long nowMs = nowMs();
        recorder.before(nowMs);
        List<F> effects = core.on(inbound.event(), nowMs);
        recorder.after(nowMs, id, inbound.parent(), inbound.event(), effects);
        steps++;
        long next = core.nextDeadlineMs();
        if (next != deadlineMs) {
            deadlineMs = next;
            deadlineSetBy = id;
        }
        // A deadline in the past means "at once": late is only what we could have met.
        dueMs = Math.max(next, nowMs);
        stopEffects = false;
        for (F effect : effects) {
            performer.perform(effect, id);
            if (stopEffects || closed) {
                break;
            }
        }
        current = CauseId.NONE;
    }

    private void arm() {
        if (!inbox.isEmpty() || !urgent.isEmpty()) {
            disarm();
            armedMs = Long.MIN_VALUE;
            loop.execute(this::wake);
            return;
        }
        long wakeMs = Math.min(deadlineMs, nextWatchMs);
        // A timer that is armed too early stays: waking once for nothing is cheaper than moving it with every token.
        if (wakeMs >= armedMs) {
            return;
        }
        disarm();
        armedMs = wakeMs;
        long nowNs = clocks.monotonicNs();
        long delayMs = Math.max(1, wakeMs - nowNs / 1_000_000);
        cancelTimer = loop.schedule(this::wake, delayMs);
    }

    private void disarm() {
        Runnable cancel = cancelTimer;
        cancelTimer = null;
        armedMs = Long.MAX_VALUE;
        if (cancel != null) {
            cancel.run();
        }
    }

    /// What a driver is made of. Loop, performer and tick are needed, the rest has defaults.
    public static final class Builder<E, F> {
        private final String name;
        private final Core<E, F> core;
        private @Nullable Loop loop;
        private @Nullable Performer<F> performer;
        private @Nullable Supplier<E> tick;
        private @Nullable LongFunction<E> stallEvent;
        private Consumer<Throwable> fatal = reason -> {};
        private Clocks clocks = Clocks.system();
        private CauseIds ids = CauseIds.ofThisProcess();
        private Recorder<E, F> recorder = Recorder.none();
        private long lateMs = 20;
        private long gapMs = 200;
        private long watchMs;
        private int inboxLimit = 4096;

        private Builder(String name, Core<E, F> core) {
            this.name = name;
            this.core = core;
        }

        public Builder<E, F> loop(EventExecutor executor) {
            return loop(Loop.of(executor));
        }

        public Builder<E, F> loop(Loop value) {
            loop = value;
            return this;
        }

        public Builder<E, F> performer(Performer<F> value) {
            performer = value;
            return this;
        }

        /// The event that says that a deadline has passed.
        public Builder<E, F> tick(E event) {
            tick = () -> event;
            return this;
        }

        /// Turns a stall, in milliseconds, into an event, which the core sees before anything else.
        public Builder<E, F> stallEvent(LongFunction<E> value) {
            stallEvent = value;
            return this;
        }

        /// Ends the process; called once, on the loop.
        public Builder<E, F> fatal(Consumer<Throwable> value) {
            fatal = value;
            return this;
        }

        public Builder<E, F> clocks(Clocks value) {
            clocks = value;
            return this;
        }

        /// Shared by the drivers of a process.
        public Builder<E, F> ids(CauseIds value) {
            ids = value;
            return this;
        }

        public Builder<E, F> recorder(Recorder<E, F> value) {
            recorder = value;
            return this;
        }

        /// How late a wake-up may be before it is a stall (20).
        public Builder<E, F> lateMs(long value) {
            lateMs = value;
            return this;
        }

        /// How far clocks may part between two steps (200).
        public Builder<E, F> gapMs(long value) {
            gapMs = value;
            return this;
        }

        /// Wakes the driver this often, core or no core, so that a stall between two far deadlines is seen too; 0
        /// (the default) for never.
        public Builder<E, F> watchMs(long value) {
            watchMs = value;
            return this;
        }

        /// How much may wait before [EventDriver#offer] drops (4096).
        public Builder<E, F> inboxLimit(int value) {
            inboxLimit = value;
            return this;
        }

        /// Makes the driver and sets it going. Events posted by then are kept.
        public EventDriver<E, F> start() {
            if (loop == null || performer == null || tick == null) {
                throw new IllegalStateException("driver of " + name + " lacks loop, performer or tick");
            }
            var driver = new EventDriver<>(this, loop, performer, tick);
            if (loop.inside()) {
                driver.begin();
            } else {
                loop.execute(driver::begin);
            }
            return driver;
        }
    }
}
