package io.muster.group;

import io.muster.core.CauseId;
import io.muster.core.Node;
import java.util.List;

/// One entry of a group's ordered stream.
///
/// All members of a group that move together see the same entries in the same order. Membership of the cluster,
/// quorum and completed fencing stand in the stream at their place in the log, so that no replica learns of them by a
/// side door.
///
/// Positions grow strictly along a stream. Two nodes that deliver the same entry call it by the same position.
///
/// After every [View] the stream repeats what a newcomer must know: the present [Membership] (with nobody joined, and
/// with every lost or killed run that isn't fenced yet as `left`), [Quorum], and what has been [Recovered]. A
/// replica that knows these already ignores the repetition.
///
/// After a partition has healed, the members of the side whose state wasn't kept are in `joined` of the
/// view although they were there before: their replicas start over from the state of the others. When
/// nothing was decided meanwhile (no side was quorate), their nodes stand in [Membership] as left *and*
/// joined with the same incarnation: they are victims until a [Fenced] with `how` [#STOPPED] names
/// them, which the node itself reports once its services are stopped.
public sealed interface GroupEntry {
    /// The `how` of a [Fenced] that a node reports of itself: it runs no service any more.
    String STOPPED = "stopped";

    /// The `how` of a [Fenced] that is an operator's word.
    String OVERRIDE = "override";

    /// Place in the log.
    long position();

    /// What a member sent with a [io.muster.core.Proposal].
    ///
    /// @param regular whether it was delivered in a regular configuration. One delivered in a transitional
    ///     configuration starts, claims and commits nothing here, but a lost member may have acted on it
    record Message(long position, Node from, boolean regular, byte[] payload, CauseId cause) implements GroupEntry {}

    /// The members of this group. The first entry of a joiner's stream is the view that contains it.
    ///
    /// @param members in ascending order
    /// @param joined those of `members` that weren't in the view before
    /// @param left those of the view before that are gone, and how
    record View(long position, List<Node> members, List<Node> joined, List<Departure> left) implements GroupEntry {
        public View {
            members = List.copyOf(members);
            joined = List.copyOf(joined);
            left = List.copyOf(left);
        }
    }

    /// The members of the cluster (nodes whose cman is in the ring and was accepted).
    ///
    /// @param ringSequence the ring's sequence number, shown to operators as the cluster's generation
    /// @param members in ascending order
    record Membership(long position, long ringSequence, List<Node> members, List<Node> joined, List<Departure> left)
            implements GroupEntry {
        public Membership {
            members = List.copyOf(members);
            joined = List.copyOf(joined);
            left = List.copyOf(left);
        }
    }

    /// Whether the members together may act. The initial value of a stream is "not quorate".
    record Quorum(long position, boolean quorate) implements GroupEntry {}

    /// A run of a node is proven harmless.
    ///
    /// @param how the agent's name, [#STOPPED] or [#OVERRIDE]
    record Fenced(long position, Node victim, int byNodeid, String how) implements GroupEntry {}

    /// The cluster's configuration from here on. Replicas change to it at this position. Said again behind
    /// each view with newcomers as soon as every member's cman holds it: it comes from there, and a file on
    /// a disk says nothing of it.
    ///
    /// @param sha256 of `bytes`, 64 hexadecimal digits
    /// @param agreed whether ccsd has agreed on it; else it is what the nodes of a new cluster came with
    /// @param bytes the whole document
    record Config(long position, int version, String sha256, boolean agreed, byte[] bytes) implements GroupEntry {}

    /// All groups of a level have recovered from every loss up to `upTo`, and so have all levels below it.
    record Recovered(long position, Level level, long upTo) implements GroupEntry {}

    /// Of this run only these may still run: what a node says of an earlier run of itself, or of its
    /// present one when no rgmanager is in the group for it; or what an operator has left of the list. A
    /// lost run for which that is nothing is [Fenced] instead. Nothing on a member's run means that there is
    /// no such list any more: also because its rgmanager is in the group now and answers for it, which
    /// proves nothing.
    record Vouched(long position, Node run, Remains remains) implements GroupEntry {}

    /// How a member went.
    ///
    /// @param remains what may still run there; who left in good order with something left counts as lost
    record Departure(Node node, Reason reason, Remains remains) {
        /// One that left with nothing, or of which nobody knows what it left.
        public Departure(Node node, Reason reason) {
            this(node, reason, reason == Reason.LOST || reason == Reason.KILLED ? Remains.ALL : Remains.NONE);
        }

        /// The same with another list.
        public Departure with(Remains other) {
            return new Departure(node, reason, other);
        }
    }

    /// Why a member is gone. Only [#LOST] and [#KILLED] make a victim.
    enum Reason {
        /// It said good-bye.
        LEFT,
        /// It said good-bye and asked for quorum to be lowered.
        REMOVED,
        /// Silent: nobody knows what it does now.
        LOST,
        /// Told to go by the cluster; whether it obeyed isn't known.
        KILLED
    }

    /// Recovery goes from the lowest level up; each waits for the ones below.
    enum Level {
        /// Lost members made harmless.
        FENCE,
        /// Their locks dropped, directory and masters rebuilt.
        LOCK,
        /// Services, file systems and whatever else stands on the two.
        SERVICE
    }
}
