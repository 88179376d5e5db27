package io.muster.ipvs;

import io.muster.net.IpAddress;

/// One connection in a synchronisation message.
///
/// @param protocol 6, 17, 132; 0 for the template of a fwmark service
/// @param flags the kernel's connection flags: the forwarding method's number in the lowest three bits, and the
///     constants here
/// @param state of the protocol, numbered as in [ConnectionStates]; of a template 0, or 1 once it is assured
/// @param fwmark of the service, 0 for none
/// @param timeoutS how long the receiver keeps the entry without a packet
public record SyncEntry(
        int protocol,
        int flags,
        int state,
        IpAddress client,
        int clientPort,
        IpAddress virtual,
        int virtualPort,
        IpAddress destination,
        int destinationPort,
        int fwmark,
        int timeoutS) {
    public static final int FORWARDING = 7;
    /// Replies don't pass the director (direct routing, tunnelling).
    public static final int NOOUTPUT = 0x80;
    /// Not counted as active.
    public static final int INACTIVE = 0x100;
    /// The client's port isn't known yet.
    public static final int NO_CLIENT_PORT = 0x800;
    /// A persistence template, no connection.
    public static final int TEMPLATE = 0x1000;
    public static final int ONE_PACKET = 0x2000;

    public boolean v6() {
        return client.v6();
    }

    public boolean template() {
        return (flags & TEMPLATE) != 0;
    }
}
