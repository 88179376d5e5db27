package io.muster.fence;

import io.muster.core.Node;

/// What happens to the fence domain on this node. Wall-clock times are for display only.
public sealed interface FenceEvent {
    /// Answer to [FenceEffect.CheckQuorate].
    record QuorateChecked(long check, boolean quorate) implements FenceEvent {}

    /// cman's word on the configuration in force. What this node has read from its own file may be another one, which
    /// the cluster has refused.
    record Configured(FenceSettings settings) implements FenceEvent {}

    /// An agent ended.
    ///
    /// @param run of [FenceEffect.RunAgent]
    /// @param status exit status; negative when it was killed at its time limit
    record AgentDone(long run, int status, String output, long tookMs, long wallMs) implements FenceEvent {}

    /// An operator vouches that this run of a node is harmless. Answered by one [FenceEffect.Answer].
    ///
    /// @param question its name
    record Acknowledged(long question, Node victim, long wallMs) implements FenceEvent {}

    /// `fence_node` on this node has fenced that run.
    record FencedOutside(Node node, String agent, long wallMs) implements FenceEvent {}

    /// `fence_node -U` on this node is about to unfence that run.
    record Unfenced(Node node) implements FenceEvent {}

    /// A path was tried outside the domain's own work.
    record PathTried(FencePath path, FencePath.Trial trial) implements FenceEvent {}
}
