package io.muster.member;

import io.muster.core.Node;
import java.util.List;

/// What happens to a daemon's [Stay].
public sealed interface StayEvent {
    /// The daemon has started.
    ///
    /// @param wanted whether it is to join; else it waits for [Want]
    record Begin(boolean wanted) implements StayEvent {}

    /// [StayEffect.Prepare] has succeeded.
    record Prepared() implements StayEvent {}

    /// [StayEffect.Prepare] has failed: the daemon can't be a member.
    record Unprepared(String why) implements StayEvent {}

    /// [StayEffect.Connect] has succeeded.
    ///
    /// @param self this run of this node, as cman has it
    /// @param nodeName in cluster.conf
    record Reached(Node self, String nodeName) implements StayEvent {}

    /// [StayEffect.Connect] has failed.
    ///
    /// @param absent whether it is just that nobody listens
    record Unreachable(String why, boolean absent) implements StayEvent {}

    /// cman's connection has ended.
    record HungUp(String why) implements StayEvent {}

    /// What [StayEffect.Look] has found.
    ///
    /// @param agreed version of the cluster's configuration
    /// @param have version that this node's cman holds; 0 for none
    /// @param fenceable whether this node can be fenced by that, or is in the fence domain
    /// @param complete whether this run of this node has completed the fence domain
    record Looked(int agreed, int have, boolean fenceable, boolean complete) implements StayEvent {}

    /// cman doesn't say.
    record NotSeen() implements StayEvent {}

    /// cman has taken us; the stream follows.
    record Joined() implements StayEvent {}

    /// cman hasn't.
    record Refused(String why) implements StayEvent {}

    /// An operator wants this daemon in its group, or out of it.
    record Want(boolean in) implements StayEvent {}

    /// The replica has the group's state.
    record Synced() implements StayEvent {}

    /// The stream says whether the cluster is quorate; comes before the replica sees it.
    record Quorum(boolean quorate) implements StayEvent {}

    /// cman asks whether the node may leave.
    ///
    /// @param idle whether the daemon runs nothing
    record AskedToLeave(boolean idle) implements StayEvent {}

    /// The daemon is to end.
    ///
    /// @param limitMs how long handing over may take
    record Stop(long limitMs) implements StayEvent {}

    /// The group knows that nothing of this daemon runs here any more.
    record HandedOver() implements StayEvent {}

    /// [StayEffect.StopAlone] has ended.
    ///
    /// @param unclean what couldn't be stopped
    record StoppedAlone(List<String> unclean) implements StayEvent {
        public StoppedAlone {
            unclean = List.copyOf(unclean);
        }
    }

    /// A deadline has passed.
    record Tick() implements StayEvent {}
}
