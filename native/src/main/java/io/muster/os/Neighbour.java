package io.muster.os;

import java.net.InetAddress;

/// An entry of the kernel's table of neighbours (ARP, neighbour discovery; ip-neighbour(8)).
///
/// @param index of the interface
/// @param mac six octets as `02:00:00:00:00:01`; "" while it isn't known, or where there is none
/// @param state the kernel's bits, as `linux/neighbour.h` has them
public record Neighbour(int index, InetAddress address, String mac, int state) {
    static final int REACHABLE = 0x02;
    static final int STALE = 0x04;
    static final int DELAY = 0x08;
    static final int PROBE = 0x10;
    private static final int PERMANENT = 0x80;

    /// Whether the kernel sends to its hardware address.
    public boolean known() {
        return (state & (REACHABLE | STALE | DELAY | PROBE | PERMANENT)) != 0 && !mac.isEmpty();
    }

    /// Whether it has answered lately, as far as the kernel knows.
    public boolean reachable() {
        return (state & REACHABLE) != 0;
    }

    /// Whether an administrator has set it: nothing is to be asked then, and nothing to be put in its place.
    public boolean permanent() {
        return (state & PERMANENT) != 0;
    }
}
