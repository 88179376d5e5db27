package io.muster.cluster;

/// What happens to [Host].
public sealed interface HostEvent {
    /// The node has left the cluster in good order.
    record Left() implements HostEvent {}

    /// A daemon has ended, or can't go on.
    record Ended(Hosted daemon, String why) implements HostEvent {}

    /// A daemon runs again.
    record Started(Hosted daemon) implements HostEvent {}

    /// A daemon couldn't be started again.
    record NotStarted(Hosted daemon, String why) implements HostEvent {}

    /// A time has come.
    record Tick() implements HostEvent {}
}
