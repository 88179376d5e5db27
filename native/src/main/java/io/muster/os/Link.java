package io.muster.os;

/// A network interface as it is at one moment.
///
/// @param index the kernel's number for it
/// @param up set up by the administrator
/// @param carrier whether it has a link; false too while it is down
/// @param mac six octets as `02:00:00:00:00:01`; "" for one without (a tunnel)
/// @param mtu octets
/// @param master index of the bridge or bond it belongs to, 0 for none
public record Link(
        int index, String name, boolean up, boolean carrier, boolean loopback, String mac, int mtu, int master) {
    /// Whether packets can go through.
    public boolean usable() {
        return up && carrier;
    }

    /// The hardware address as octets; none for an interface without.
    public byte[] macOctets() {
        return mac.isEmpty() ? new byte[0] : LinkMessages.octets(mac);
    }
}
