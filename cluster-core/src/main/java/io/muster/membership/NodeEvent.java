package io.muster.membership;

import io.muster.totem.RingEvent;

/// What happens to a [CmanNode].
public sealed interface NodeEvent {
    /// For the ring.
    record OfRing(RingEvent event) implements NodeEvent {}

    /// For cman above it.
    record OfCman(CmanEvent event) implements NodeEvent {}

    /// The driver was called this much too late, or the clocks say that time has passed unseen: news to both.
    record Stalled(long ms) implements NodeEvent {}

    /// A deadline has passed.
    record Tick() implements NodeEvent {}
}
