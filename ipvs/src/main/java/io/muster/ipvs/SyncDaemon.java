package io.muster.ipvs;

import io.muster.net.IpAddress;

/// A connection synchronisation daemon of the kernel.
///
/// @param master true for the sending, false for the receiving one
/// @param mcastInterface the interface's name
/// @param syncId 0 to 255; a receiver with 0 takes every id
/// @param maxBytes longest message, 0 for the kernel's default
/// @param group multicast group; [#DEFAULT_GROUP] if nothing else is said
public record SyncDaemon(
        boolean master, String mcastInterface, int syncId, int maxBytes, IpAddress group, int port, int ttl) {
    /// 224.0.0.81
    public static final IpAddress DEFAULT_GROUP = new IpAddress(false, 0, 0xe000_0051L);
    public static final int DEFAULT_PORT = 8848;

    public static SyncDaemon of(boolean master, String mcastInterface, int syncId) {
        return new SyncDaemon(master, mcastInterface, syncId, 0, DEFAULT_GROUP, DEFAULT_PORT, 1);
    }
}
