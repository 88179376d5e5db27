package io.muster.fence;

import io.muster.core.Node;
import java.util.List;

/// What members of the fence domain tell each other, in the order of the log.
///
/// All but [Tried] are sent safe and take effect only when delivered in a regular, quorate
/// configuration.
sealed interface FenceMessage {
    /// The sender has the domain's state and may claim.
    record Ready() implements FenceMessage {}

    /// The domain starts although nobody in it has completed it before.
    ///
    /// @param missing configured nodes that the sender doesn't see; those that are members when it is
    ///     delivered don't become victims
    record Start(List<Integer> missing) implements FenceMessage {
        public Start {
            missing = List.copyOf(missing);
        }
    }

    /// The sender wants to start agents against the victim.
    record Claim(Node victim) implements FenceMessage {}

    /// The sender gives up its claim, and no agent of it is at work: the victim's node has restarted,
    /// or somebody else has proven it harmless.
    record Release(Node victim) implements FenceMessage {}

    /// The victim is harmless. Of a member, an agent's success explains the silence that follows it.
    record Proven(Node victim, Proof proof) implements FenceMessage {}

    /// That proof is void: the run was seen alive after it, or has been unfenced.
    record Alive(Node run, Proof proof) implements FenceMessage {}

    /// A node that cluster.conf has no more can still be fenced, by its last methods.
    record Kept(Former former) implements FenceMessage {}

    /// A fence path was used. Only for display.
    record Tried(FencePath path, FencePath.Trial trial) implements FenceMessage {}
}
