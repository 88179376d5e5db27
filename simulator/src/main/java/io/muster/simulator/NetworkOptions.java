package io.muster.simulator;

/// How bad the network is between all nodes.
///
/// @param lossPercent datagrams that vanish
/// @param duplicatePercent datagrams that come twice
/// @param minDelayMicros least time on the way
/// @param maxDelayMicros most time on the way; datagrams overtake each other within the range
/// @param clogPercent datagrams that take ten times as long
public record NetworkOptions(
        int lossPercent, int duplicatePercent, int minDelayMicros, int maxDelayMicros, int clogPercent) {
    /// Nothing is lost and everything takes `delayMicros`.
    public static NetworkOptions calm(int delayMicros) {
        return new NetworkOptions(0, 0, delayMicros, delayMicros, 0);
    }
}
