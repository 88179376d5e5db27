package io.muster.simulator;

import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import io.muster.driver.RecordCodec;
import io.muster.driver.ReplayFactory;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Holds a recorded core to its promise that its image is its whole state. Driven in the core's place, it
/// makes a twin of the core before every few steps - image, octets, image, core, as a replay does it -
/// and gives each twin what the core is given from there on. A twin must decide at each step what the
/// core decides, want to be woken when the core does, show what the core shows, and have the core's
/// image.
///
/// A broken promise is an `AssertionError` that names the step and what is different. With [LeftOut] the
/// twins are made wrong on purpose, and whether that shows is noted there instead.
///
/// Thread: the core's.
public final class ImageTwins<E, F> implements Core<E, F> {
    private static final int LIFE_STEPS = 400;
    private static final int SHOW_STEPS = 50;
    private static final int AT_ONCE = 3;
    private static final int WRONG_AT_ONCE = 16;

    private final Core<E, F> core;
    private final Function<Core<E, F>, Record> image;
    private final Function<Core<E, F>, ?> shows;
    private final ReplayFactory factory;
    private final RecordCodec codec;
    private final int everySteps;
    private final Random dice;
    private final @Nullable LeftOut leftOut;
    private final List<Twin<E, F>> twins = new ArrayList<>();
    private int steps;
    private int nextBirth;

    /// @param fault what is wrong with it, "" for nothing
    private record Twin<E, F>(Core<E, F> core, int born, String fault) {}

    /// @param image of such a core
    /// @param shows what such a core tells whoever asks it, something that can be compared
    /// @param factory of the core's replays
    /// @param everySteps so many steps lie between two births, about
    /// @param leftOut what is wrong with the twins, null for nothing
    public ImageTwins(
            Core<E, F> core,
            Function<Core<E, F>, Record> image,
            Function<Core<E, F>, ?> shows,
            ReplayFactory factory,
            int everySteps,
            long seed,
            @Nullable LeftOut leftOut) {
        this.core = core;
        this.image = image;
        this.shows = shows;
        this.factory = factory;
        this.codec = factory.codec();
        this.everySteps = everySteps;
        this.dice = new Random(seed);
        this.leftOut = leftOut;
    }

    @Override
    public List<F> on(E event, long nowMs) {
        if (steps == nextBirth) {
            nextBirth += 1 + dice.nextInt(2 * everySteps);
            bear();
        }
        steps++;
        if (twins.isEmpty()) {
            return core.on(event, nowMs);
        }
        E again = again(event);
        List<F> effects = core.on(event, nowMs);
        byte[] decided = codec.canonical(effects, Integer.MAX_VALUE);
        for (Iterator<Twin<E, F>> each = twins.iterator(); each.hasNext(); ) {
            Twin<E, F> twin = each.next();
            String difference = difference(twin, again, nowMs, effects, decided);
            boolean old = steps - twin.born >= LIFE_STEPS;
            if (difference == null && (old || steps % SHOW_STEPS == 0)) {
                difference = difference(twin);
            }
            if (difference != null) {
                notice(twin, "after step " + (steps - twin.born) + ", " + event + ": " + difference);
            }
            if (difference != null || old) {
                each.remove();
            }
        }
        return effects;
    }

    @Override
    public long nextDeadlineMs() {
        return core.nextDeadlineMs();
    }

    private void bear() {
        byte[] octets = encoded(image.apply(core));
        if (leftOut != null) {
            twins.removeIf(twin -> leftOut.noticed(twin.fault));
            leftOut.from((Record) decoded(octets), WRONG_AT_ONCE - twins.size()).forEach(this::bear);
            return;
        }
        if (twins.size() == AT_ONCE) {
            twins.removeFirst();
        }
        try {
            var twin = new Twin<>(restored((Record) decoded(octets)), steps, "");
            String difference = difference(twin);
            if (difference != null) {
                notice(twin, "just made, " + difference);
            }
            twins.add(twin);
        } catch (MalformedMessage e) {
            throw new AssertionError("step " + steps + ": its own image is refused", e);
        }
    }

    private void bear(String fault, Record wrong) {
        try {
            twins.add(new Twin<>(restored(wrong), steps, fault));
        } catch (RuntimeException | MalformedMessage e) {
            notice(new Twin<>(core, steps, fault), "can't be made: " + e);
        }
    }

    /// In what it takes a step otherwise; null for nothing.
    private @Nullable String difference(Twin<E, F> twin, E event, long nowMs, List<F> effects, byte[] decided) {
        List<F> its;
        try {
            its = twin.core.on(event, nowMs);
        } catch (RuntimeException e) {
            return "it breaks: " + e;
        }
        if (!Arrays.equals(decided, codec.canonical(its, Integer.MAX_VALUE))) {
            return "it decides " + its + ", not " + effects;
        }
        return wakes(twin);
    }

    private @Nullable String wakes(Twin<E, F> twin) {
        long its = twin.core.nextDeadlineMs();
        long ours = core.nextDeadlineMs();
        return its == ours ? null : "it wakes at " + its + ", not at " + ours;
    }

    /// In what it isn't the same; null for nothing. One with a fault has another image from the
    /// beginning: that alone is no difference.
    private @Nullable String difference(Twin<E, F> twin) {
        Object its = shows.apply(twin.core);
        Object ours = shows.apply(core);
        if (!ours.equals(its)) {
            return "it shows " + its + ", not " + ours;
        }
        return twin.fault.isEmpty() && !Arrays.equals(sum(twin.core), sum(core)) ? "its image is another" : wakes(twin);
    }

    private byte[] sum(Core<E, F> of) {
        return codec.canonical(image.apply(of), Integer.MAX_VALUE);
    }

    private void notice(Twin<E, F> twin, String what) {
        if (leftOut == null) {
            throw new AssertionError("a core made from an image at step " + twin.born + " isn't the same: " + what);
        }
        leftOut.notice(twin.fault);
    }

    private byte[] encoded(Object value) {
        var out = new Output(1024);
        codec.encode(out, value, Integer.MAX_VALUE);
        return out.toBytes();
    }

    private Object decoded(byte[] octets) {
        try {
            return Objects.requireNonNull(codec.decode(new Input(octets)));
        } catch (MalformedMessage e) {
            throw new AssertionError("what was encoded can't be decoded", e);
        }
    }

    @SuppressWarnings("unchecked")
    private E again(E event) {
        return (E) decoded(encoded(Objects.requireNonNull(event)));
    }

    @SuppressWarnings("unchecked")
    private Core<E, F> restored(Record image) throws MalformedMessage {
        return (Core<E, F>) factory.restore(image);
    }
}
