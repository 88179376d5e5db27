package io.muster.member;

import io.muster.core.Node;
import io.muster.group.GroupEntry.Level;
import java.util.Optional;

/// What a [Stay] wants done.
public sealed interface StayEffect {
    /// Do what this daemon must have done before it joins; answer with [StayEvent.Prepared] or
    /// [StayEvent.Unprepared].
    ///
    /// @param nodeName in cluster.conf; empty before cman is known
    record Prepare(String nodeName) implements StayEffect {}

    /// Connect to cman.
    record Connect() implements StayEffect {}

    /// Ask cman for its status and for the cluster.conf in force.
    record Look() implements StayEffect {}

    /// Ask cman to be taken into the group.
    ///
    /// @param silentMs longest time the daemon's loop may be silent; 0 for any
    /// @param requiredMs how long the node may live without it from then on; 0 for ever
    record Join(String group, Optional<Level> level, int silentMs, int requiredMs) implements StayEffect {}

    /// Begin a replica: the stream comes.
    record Enter(Node self) implements StayEffect {}

    /// End the replica, without a word to anybody.
    record Exit() implements StayEffect {}

    /// Leave the group in good order.
    record Part(String group) implements StayEffect {}

    /// Close the connection to cman.
    record HangUp() implements StayEffect {}

    /// Answer cman.
    record AnswerShutdown(boolean yes) implements StayEffect {}

    /// Tell operators whose questions are open that nobody will answer any more.
    record Abandon() implements StayEffect {}

    /// Whatever comes next isn't started, or is again.
    record Bar(boolean barred) implements StayEffect {}

    /// Tell the replica that this daemon is to end; [StayEvent.HandedOver] follows.
    record HandOver() implements StayEffect {}

    /// Stop all that runs here, whoever hears of it; answer with [StayEvent.StoppedAlone].
    record StopAlone() implements StayEffect {}

    /// The daemon has come as far as its unit's start promises.
    record Ready() implements StayEffect {}

    /// The end: of the process, when this wasn't wanted.
    ///
    /// @param wanted whether the daemon was told to end
    record End(boolean wanted, String why) implements StayEffect {}

    /// For the log.
    record StateChanged(String from, String to, String reason) implements StayEffect {}

    /// For operators.
    record Say(Loudness loudness, String text) implements StayEffect {}

    /// How loud [Say] is.
    enum Loudness {
        INFO,
        WARN,
        ERROR
    }
}
