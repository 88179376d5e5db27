package io.muster.fence;

import io.muster.core.Node;
import io.muster.core.Proposal;

/// What the fence domain wants done, in order.
public sealed interface FenceEffect {
    /// Send to the group.
    record Propose(byte[] payload, boolean safe) implements FenceEffect, Proposal {}

    /// Ask cman whether a token of the present ring has come round since now with quorum; the answer is
    /// [FenceEvent.QuorateChecked], and comes after all entries ordered before it.
    record CheckQuorate(long check) implements FenceEffect {}

    /// Start an agent; [FenceEvent.AgentDone] follows.
    ///
    /// @param victim for whom; for logs and checkers
    record RunAgent(long run, Node victim, AgentCall call, long timeoutMs) implements FenceEffect {}

    /// The agent has lost its purpose: end it and what it started.
    record StopAgent(long run) implements FenceEffect {}

    /// Tell cman, which tells all groups.
    record ReportFenced(Node victim, String how) implements FenceEffect {}

    /// Nobody lost up to this place in the log is left unfenced.
    record ReportRecovered(long upTo) implements FenceEffect {}

    /// Answer an operator.
    ///
    /// @param question as in the event
    /// @param refusal empty for done: every node knows
    record Answer(long question, String refusal) implements FenceEffect {}

    /// A line for the operator.
    record Log(Level level, String text) implements FenceEffect {
        static Log info(String text) {
            return new Log(Level.INFO, text);
        }

        static Log warn(String text) {
            return new Log(Level.WARN, text);
        }
    }

    /// How loud.
    enum Level {
        INFO,
        WARN,
        ERROR
    }
}
