package io.muster.driver;

import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// A core that counts, rolls its own dice, and wants to be woken some time after it was told to.
final class Toy implements Core<Toy.Event, Toy.Effect>, Recordable<Toy.Event, Toy.Effect> {
    sealed interface Event {
        record Add(int amount) implements Event {}

        record Alarm(long inMs) implements Event {}

        record Carry(byte[] payload, Optional<String> note, Map<String, Color> colors) implements Event {}

        record Login(@Secret String password) implements Event {}

        record Stalled(long ms) implements Event {}

        record Break() implements Event {}

        record Tick() implements Event {}
    }

    sealed interface Effect {
        record Show(long sum, long dice) implements Effect {}

        record Send(byte[] payload, Set<String> to) implements Effect {}

        record Say(String text) implements Effect {}
    }

    enum Color {
        RED,
        GREEN
    }

    /// All of it.
    record Image(long sum, long dice, long alarmMs) {}

    static final RecordCodec CODEC = new RecordCodec(Event.class, Effect.class, Image.class);

    private long sum;
    private long dice;
    private long alarmMs = Long.MAX_VALUE;
    boolean images = true;
    Class<?> notable = Void.class;

    Toy(long seed) {
        dice = seed;
    }

    @Override
    public List<Effect> on(Event event, long nowMs) {
        dice = dice * 6364136223846793005L + 1442695040888963407L;
        var effects = new ArrayList<Effect>();
        switch (event) {
            case Event.Add(int amount) -> {
                sum += amount;
                effects.add(new Effect.Show(sum, dice >>> 48));
                effects.add(new Effect.Say("added " + amount));
            }
            case Event.Alarm(long inMs) -> alarmMs = nowMs + inMs;
            case Event.Carry(byte[] payload, var note, var colors) ->
                effects.add(new Effect.Send(payload, Set.of("a", "b", "c", note.orElse("d"))));
            case Event.Login login -> effects.add(new Effect.Say("logged in"));
            case Event.Stalled(long ms) -> effects.add(new Effect.Say("stalled " + ms));
            case Event.Break() -> throw new IllegalStateException("from A to B in epoch 7");
            case Event.Tick() -> {
                if (alarmMs <= nowMs) {
                    alarmMs = Long.MAX_VALUE;
                    effects.add(new Effect.Say("alarm"));
                }
            }
        }
        return effects;
    }

    @Override
    public long nextDeadlineMs() {
        return alarmMs;
    }

    @Override
    public String name() {
        return "toy";
    }

    @Override
    public Record image() {
        if (!images) {
            throw new IllegalStateException("nobody may see this");
        }
        return new Image(sum, dice, alarmMs);
    }

    @Override
    public RecordCodec codec() {
        return CODEC;
    }

    @Override
    public boolean notable(Event event, List<Effect> effects) {
        return notable.isInstance(event);
    }

    static final class Factory implements ReplayFactory {
        @Override
        public String name() {
            return "toy";
        }

        @Override
        public Core<?, ?> restore(Record image) throws MalformedMessage {
            if (!(image instanceof Image(long sum, long dice, long alarmMs))) {
                throw new MalformedMessage("not a toy");
            }
            var toy = new Toy(dice);
            toy.sum = sum;
            toy.alarmMs = alarmMs;
            return toy;
        }

        /// `effects`: every step that had some.
        @Override
        public Map<String, Supplier<Teller>> questions() {
            return Map.of(
                    "effects",
                    () -> (core, event, effects, nowMs) ->
                            effects.isEmpty() ? List.of() : List.of("by " + event, "    " + effects));
        }

        @Override
        public RecordCodec codec() {
            return CODEC;
        }
    }
}
