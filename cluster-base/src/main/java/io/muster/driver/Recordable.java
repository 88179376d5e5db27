package io.muster.driver;

import java.util.List;

/// What the flight recorder needs to know of a core.
///
/// @param <E> its events
/// @param <F> its effects
public interface Recordable<E, F> {
    /// Of the [ReplayFactory] that knows how to make such a core.
    String name();

    /// The core's whole state with its dice, immutable, as the factory's `restore` takes it: what a
    /// segment opens with. The core writes it itself. Called between steps, on the loop; encoded at
    /// once, with [#codec] and whole, however long its octets are.
    Record image();

    /// For events, effects and the image.
    RecordCodec codec();

    /// Whether the same event would be decided in the same way in a replay. After one that wouldn't -
    /// what it needs mustn't be written - the record goes on with a new image.
    default boolean decidable(E event, List<F> effects) {
        return true;
    }

    /// Whether this step is worth a line even while there are too many to keep them all
    /// ([FlightRecorder.Limits]). The next step then opens a segment in full.
    default boolean notable(E event, List<F> effects) {
        return false;
    }
}
