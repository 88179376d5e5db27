package io.muster.config;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// The 16-bit number and the multicast addresses that cman derives from a cluster's name.
public final class ClusterId {
    private ClusterId() {}

    /// The hash of RHEL 5, and of RHEL 6 unless told otherwise.
    public static int of(String name) {
        int value = 0;
        for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
            value = value * 2 + (octet & 0xff);
        }
        return value & 0xffff;
    }

    /// With `hash_cluster_id`: 32-bit FNV-1a, its halves folded.
    public static int hashed(String name) {
        int value = 0x811c9dc5;
        for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
            value = (value ^ (octet & 0xff)) * 0x01000193;
        }
        return (value >>> 16) ^ (value & 0xffff);
    }

    /// The last octet is modulo 255, not the low byte: an old slip that every address in use depends on.
    public static String multicastIpv4(int clusterId) {
        return "239.192." + clusterId / 256 + "." + clusterId % 255;
    }

    /// `ff15::` and the id.
    public static String multicastIpv6(int clusterId) {
        return String.format(Locale.ROOT, "ff15::%x", clusterId);
    }
}
