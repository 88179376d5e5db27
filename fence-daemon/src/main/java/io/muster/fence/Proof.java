package io.muster.fence;

import io.muster.group.GroupEntry;

/// Why a victim is harmless.
///
/// @param byNodeid where the agent ran, the operator typed or the word was given
/// @param how the device's name in cluster.conf; `override` for an operator's word
/// @param wallMs when, on that node's clock, for display
public record Proof(Kind kind, int byNodeid, String how, long wallMs) {
    /// What counts as proof. Coming back doesn't.
    public enum Kind {
        /// An agent of the fence domain succeeded.
        AGENT,
        /// An operator named the run and vouched for it.
        OVERRIDE,
        /// `fence_node` succeeded.
        EXTERNAL,
        /// cman has been told that nothing of the victim runs any more: by its node's next run, or for
        /// it.
        MEMBER
    }

    /// Whether an agent's success is all there is to it: it says nothing of a run that was seen alive
    /// later.
    boolean byAgent() {
        return kind == Kind.AGENT || kind == Kind.EXTERNAL;
    }

    /// As `fence_tool ls -n` shows it.
    public String shown() {
        return switch (kind) {
            case AGENT -> "agent";
            case OVERRIDE -> "override";
            case EXTERNAL -> "external";
            case MEMBER -> "member";
        };
    }

    /// What cman is told, and shows in `cman_tool nodes -f`.
    String forCman() {
        return switch (kind) {
            case AGENT, EXTERNAL -> how;
            case OVERRIDE -> "override";
            case MEMBER -> GroupEntry.STOPPED;
        };
    }
}
