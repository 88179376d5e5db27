package io.muster.model;

import io.muster.driver.Recorder;
import io.muster.member.StayEffect;
import java.util.function.Consumer;

/// What a daemon's stay in its group goes through, for those who look on. Thread: the simulation's.
public final class Changes {
    private Changes() {}

    /// One that sees a stay change, and nothing else.
    public static <E, F> Recorder<E, F> of(Consumer<StayEffect.StateChanged> to) {
        return (nowMs, id, parent, event, effects) -> effects.stream()
                .filter(StayEffect.StateChanged.class::isInstance)
                .map(StayEffect.StateChanged.class::cast)
                .forEach(to);
    }
}
