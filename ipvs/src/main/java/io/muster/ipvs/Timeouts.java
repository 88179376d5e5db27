package io.muster.ipvs;

/// Connection time-outs in seconds. When set, 0 leaves the present value.
public record Timeouts(int tcpS, int tcpFinS, int udpS) {}
