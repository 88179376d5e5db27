package io.muster.transport;

/// One link to one node as it is now, for `cman_tool`.
///
/// @param live whether it may carry datagrams
/// @param carrying whether it does
/// @param lostPercent of the last 32 probes towards the node
/// @param latencyMs there and back, smoothed
/// @param mtuBytes largest UDP payload that arrives whole
public record LinkStatus(
        int nodeid, int link, boolean live, boolean carrying, int lostPercent, int latencyMs, int mtuBytes) {}
