package io.muster.core;

import java.util.List;

/// A core whose state is equal on all members of a group, because it changes only by one totally
/// ordered log.
///
/// The two halves never mix. [#apply] sees the log and nothing else: no time, no local fact, no dice.
/// [#drive] sees time and local facts; it may propose messages (effects that are a [Proposal]) and ask
/// for local effects, and it never changes replicated state. Time, random choices and local
/// observations enter replicated state only as fields of a message.
///
/// After every applied entry the driver calls `drive` with [Drive.Applied], so a core acts on what it has
/// just learnt.
///
/// Thread: the owner's event loop, and no other.
///
/// @param <M> entries of the log
/// @param <E> local events, a sealed interface of records
/// @param <F> effects, a sealed interface of records; those that are to be sent to the group implement
///     [Proposal]
public interface ReplicatedCore<M, E, F> {
    /// Changes the replicated state. What can't be applied (malformed, out of date, not allowed) is
    /// refused by leaving the state as it is: a replica never throws because of what another node has
    /// sent.
    void apply(M entry);

    /// Looks at state, time and the local event, and returns what to propose and what to do here, in
    /// order.
    List<F> drive(Drive<M, E> why, long nowMs);

    /// When to call [#drive] again with [Drive.Tick] even if nothing happens; [Long#MAX_VALUE] for never.
    long nextDeadlineMs();

    /// The whole replicated state, in a defined order: equal states give equal octets.
    byte[] snapshot();

    /// Replaces the replicated state by one that another replica's [#snapshot] returned at the same
    /// position.
    ///
    /// @throws MalformedMessage when the octets aren't a snapshot; the state is then as before
    void restore(byte[] snapshot) throws MalformedMessage;

    /// All that [#snapshot] leaves out because it differs from node to node: what this node knows,
    /// waits for and is about to do. Together they are the whole core, as a flight record holds it.
    ///
    /// @return an immutable record of this core's own type
    default Record local() {
        throw new UnsupportedOperationException(getClass().getName() + " can't be recorded");
    }

    /// Puts this node's half back as [#local] gave it, after [#restore] has put back the replicated one.
    ///
    /// @throws MalformedMessage when it isn't this core's
    default void resume(Record local) throws MalformedMessage {
        throw new UnsupportedOperationException(getClass().getName() + " can't be recorded");
    }
}
