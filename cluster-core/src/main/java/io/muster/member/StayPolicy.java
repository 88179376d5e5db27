package io.muster.member;

import io.muster.group.GroupEntry.Level;
import java.util.Optional;

/// How a daemon wants to be part of its group: all in which one daemon's [Stay] differs from another's.
///
/// @param group its name
/// @param title how operators call it: `the fence domain`
/// @param level where it stands in recovery; empty for one that takes no part
/// @param silentMs longest time its loop may be silent before cman puts it out of the group; 0 for any
/// @param requiredMs longest time the node may live without it once it was a member; 0 for ever
/// @param preparation what the daemon itself must have done before it may join
/// @param awaits what must hold before it joins
/// @param hangUp what the end of cman's connection means
/// @param mayLeave when it lets the node leave the cluster
/// @param handsOver whether it must be rid of what it runs before it leaves the group
/// @param retryMs how long until cman is looked for again
/// @param lookForMs how long cman is looked for at the start; [Long#MAX_VALUE] for ever
public record StayPolicy(
        String group,
        String title,
        Optional<Level> level,
        int silentMs,
        int requiredMs,
        Preparation preparation,
        Awaits awaits,
        HangUp hangUp,
        MayLeave mayLeave,
        boolean handsOver,
        long retryMs,
        long lookForMs) {
    /// When [StayEffect.Prepare] comes.
    public enum Preparation {
        NOTHING,
        /// Before cman is looked for.
        FIRST,
        /// Once cman has said who this node is.
        REACHED
    }

    /// What a joiner waits for.
    public enum Awaits {
        NOTHING,
        /// Its cman holds the cluster's cluster.conf, and a node that can be fenced has completed the
        /// fence domain: before that nobody would fence the others, and an agent may be at work for a
        /// former run of this node.
        CONFIGURATION_AND_FENCING
    }

    /// What it means that cman has hung up.
    public enum HangUp {
        /// Nothing: the daemon does what it can alone, and joins again when cman is back.
        RETURN,
        /// The same run of cman: this daemon was too slow, and begins again with the state of the
        /// others. Another run, or none: the node's membership is over, and so is the daemon.
        SAME_RUN,
        /// Stop all that runs here, then end.
        STOP
    }

    /// What is answered when the node is asked to leave.
    public enum MayLeave {
        ALWAYS,
        /// When the daemon isn't in its group: then nobody counts on it.
        OUTSIDE,
        /// When it runs nothing.
        IDLE
    }
}
