package io.muster.driver;

import java.util.List;
import java.util.Optional;

/// What the flight recorder needs to know of a core.
///
/// @param <E> its events
/// @param <F> its effects
public interface Recordable<E, F> {
    /// Of the [ReplayFactory] that knows how to make such a core.
    String name();

    /// The core's whole state with its dice, as the factory's `restore` takes it. Called between steps, on the
    /// loop. The first call must give one - what the core is made from is enough then -, later ones may be empty:
    /// the record then replays only as long as its first segment is kept.
    Optional<byte[]> snapshot();

    /// For events and effects.
    RecordCodec codec();

    /// The event as it may be written: one that differs is only read in a replay, not decided again.
    default E shown(E event) {
        return event;
    }

    /// Whether the same event would be decided in the same way in a replay. After one that wouldn't - what it needs
    /// mustn't be written - the record goes on with a new snapshot.
    default boolean decidable(E event, List<F> effects) {
        return true;
    }

    /// Whether this step is worth a line even while there are too many to keep them all ([FlightRecorder.Limits]).
    /// The next step then opens a segment in full.
    default boolean notable(E event, List<F> effects) {
        return false;
    }
}
