package io.muster.cluster;

/// What [Host] wants done.
public sealed interface HostEffect {
    /// End what is left of a daemon, at once and without a word to anybody: as a kill of its process.
    record Kill(Hosted daemon) implements HostEffect {}

    /// Start a daemon that has been killed.
    record Start(Hosted daemon) implements HostEffect {}

    /// Stop the others in order and end with status 0.
    record Leave() implements HostEffect {}

    /// End the process at once with status 1.
    record End(String why) implements HostEffect {}

    /// A line for the log.
    record Say(String text) implements HostEffect {}
}
