package io.muster.totem;

import io.muster.core.CauseId;

/// What happens to a node's ring.
public sealed interface RingEvent {
    /// Rings of this cluster have come as far as this: those to come are later. Before [Start].
    record Above(long sequence) implements RingEvent {}

    /// Begin: form a ring of oneself and look for others.
    record Start() implements RingEvent {}

    /// A datagram of a configured node whose incarnation and key have been verified by the transport below.
    ///
    /// @param nodeid the sender, as authenticated
    record Received(int nodeid, io.muster.core.Incarnation incarnation, byte[] datagram) implements RingEvent {}

    /// Order this for all members. Refused (as [RingEffect.Refused]) when the send queue is full.
    record Send(byte[] payload, boolean safe, CauseId cause) implements RingEvent {}

    /// The driver was called this much too late, or the clocks say that time has passed unseen.
    record Stalled(long ms) implements RingEvent {}

    /// The kernel refused our datagram at that node: nobody listens there. A reason to look, never proof of death.
    record PortRefused(int nodeid) implements RingEvent {}

    /// The configuration changed: timings and nodes from now on.
    record Configure(RingConfig config) implements RingEvent {}

    /// Somebody wants proof that the ring lives now: let the token come round without the pause of an idle ring. The
    /// answer is a [RingEffect.RoundCompleted] whose `sinceMs` is not before this event.
    record AskRound() implements RingEvent {}

    /// Leave at once, telling the others in a last message that cman has already ordered.
    record Stop() implements RingEvent {}

    /// A deadline has passed.
    record Tick() implements RingEvent {}
}
