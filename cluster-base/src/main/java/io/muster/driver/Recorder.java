package io.muster.driver;

import io.muster.core.CauseId;
import java.util.List;

/// Sees every step of a driver, on its loop. Must neither block nor throw.
public interface Recorder<E, F> {
    /// The core is about to take a step: the moment for an image.
    default void before(long nowMs) {}

    /// The core has taken it; the effects haven't been performed yet.
    void after(long nowMs, CauseId id, CauseId parent, E event, List<F> effects);

    /// Records nothing.
    static <E, F> Recorder<E, F> none() {
        return (nowMs, id, parent, event, effects) -> {};
    }
}
