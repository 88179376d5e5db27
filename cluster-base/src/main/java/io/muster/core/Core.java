package io.muster.core;

import java.util.List;

/// A deterministic decision maker: events and the time go in, effects come out.
///
/// A core holds no clock, socket, file, thread, logger or unseeded dice, so the same code runs under the event loop of
/// a daemon and in the simulator, and a record of `(now, event)` replays to the same effects.
///
/// Thread: the owner's event loop, and no other.
///
/// @param <E> events, a sealed interface of records
/// @param <F> effects, a sealed interface of records
public interface Core<E, F> {
    /// Applies one event and returns what to do, in the order to do it.
    ///
    /// @param nowMs monotonic milliseconds; never smaller than in the call before
    /// @throws IllegalStateException when an invariant is broken: the driver logs it and ends the process
    List<F> on(E event, long nowMs);

    /// When to call again even if nothing happens, in monotonic milliseconds; [Long#MAX_VALUE] for never.
    long nextDeadlineMs();
}
