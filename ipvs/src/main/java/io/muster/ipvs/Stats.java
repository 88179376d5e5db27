package io.muster.ipvs;

/// Counters of a service or destination since its creation or the last zero, and the kernel's rates per second
/// (a moving average renewed every 2 s). 64-bit.
public record Stats(
        long connections,
        long packetsIn,
        long packetsOut,
        long bytesIn,
        long bytesOut,
        long connectionRate,
        long packetRateIn,
        long packetRateOut,
        long byteRateIn,
        long byteRateOut) {
    public static final Stats ZERO = new Stats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}
