package io.muster.control;

/// What a control server has seen since its start.
///
/// @param slow disconnected because they didn't take what they were sent
/// @param silent disconnected because they didn't answer pings
/// @param malformed disconnected because of damaged frames
/// @param refused not let in: too many sessions, or unknown peer
public record Counters(
        int sessions,
        long opened,
        long framesIn,
        long framesOut,
        long slow,
        long silent,
        long malformed,
        long refused) {}
