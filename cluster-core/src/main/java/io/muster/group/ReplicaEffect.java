package io.muster.group;

/// What a [Replica] wants done.
///
/// @param <F> effects of the core inside
public sealed interface ReplicaEffect<F> {
    /// Send to the group: a proposal of the core or a piece of its state, already wrapped.
    record Send<F>(byte[] payload, boolean safe) implements ReplicaEffect<F> {}

    /// A local effect of the core; never a [io.muster.core.Proposal].
    record Perform<F>(F effect) implements ReplicaEffect<F> {}

    /// For the log: the replica has the group's state as of `position`.
    ///
    /// @param fromNodeid who sent it; 0 when the group starts afresh
    record Synced<F>(long position, int fromNodeid) implements ReplicaEffect<F> {}

    /// For the log: something another member sent can't be used.
    record Ignored<F>(long position, int fromNodeid, String why) implements ReplicaEffect<F> {}
}
