package io.muster.ipvs;

/// A virtual service as it is told to the table.
///
/// @param scheduler the kernel's name, 1 to 15 characters
/// @param flags [#PERSISTENT] and the others; [#HASHED] is the kernel's own and never set here
/// @param timeoutS persistence in seconds; meaningful with [#PERSISTENT]
/// @param netmask persistence granularity: IPv4 mask as a number (255.255.255.0 = 0xffffff00), IPv6 prefix length
/// @param engine persistence engine, "" for none
public record VirtualService(ServiceId id, String scheduler, int flags, int timeoutS, int netmask, String engine) {
    public static final int PERSISTENT = 1;
    public static final int HASHED = 2;
    public static final int ONE_PACKET = 4;
    public static final int SCHED1 = 8;
    public static final int SCHED2 = 0x10;
    public static final int SCHED3 = 0x20;

    public VirtualService {
        flags &= ~HASHED;
    }

    /// Not persistent, no flags.
    public static VirtualService of(ServiceId id, String scheduler) {
        return new VirtualService(id, scheduler, 0, 0, id.v6() ? 128 : -1, "");
    }

    public boolean persistent() {
        return (flags & PERSISTENT) != 0;
    }
}
