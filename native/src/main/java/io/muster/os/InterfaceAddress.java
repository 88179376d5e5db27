package io.muster.os;

import java.net.Inet6Address;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// An address of an interface, IPv4 or IPv6: as it is, or as it is to be.
///
/// @param prefix length of the netmask in bits
/// @param broadcast IPv4 only; none if it isn't said
/// @param label IPv4 only: the interface's name or that, a colon and more (`eth0:1`), at most 15 octets; "" for none
/// @param validS seconds until the kernel removes it by itself; [#FOREVER]
/// @param preferredS seconds during which it is chosen as a source, at most as long as it is valid; [#FOREVER]
/// @param noDad IPv6: usable at once, without asking whether another has it (RFC 4862); always true for IPv4
/// @param tentative IPv6: still being asked for, or found at another; not usable
public record InterfaceAddress(
        String device,
        InetAddress address,
        int prefix,
        @Nullable InetAddress broadcast,
        String label,
        long validS,
        long preferredS,
        boolean noDad,
        boolean tentative) {
    /// An address that stays until somebody takes it away.
    public static final long FOREVER = 0xffff_ffffL;

    public InterfaceAddress {
        if (prefix < 0 || prefix > address.getAddress().length * 8) {
            throw new IllegalArgumentException(address.getHostAddress() + "/" + prefix);
        }
        if (validS < 1 || validS > FOREVER || preferredS < 0 || preferredS > validS) {
            throw new IllegalArgumentException("valid " + validS + " s, preferred " + preferredS + " s");
        }
    }

    /// One that stays, without duplicate detection.
    public static InterfaceAddress of(String device, InetAddress address, int prefix) {
        return new InterfaceAddress(device, address, prefix, null, "", FOREVER, FOREVER, true, false);
    }

    /// The same for so many seconds from when it is put.
    public InterfaceAddress lasting(long seconds) {
        return new InterfaceAddress(device, address, prefix, broadcast, label, seconds, seconds, noDad, tentative);
    }

    /// The same, never chosen as a source where another would do.
    public InterfaceAddress deprecated() {
        return new InterfaceAddress(device, address, prefix, broadcast, label, validS, 0, noDad, tentative);
    }

    public InterfaceAddress labelled(String other) {
        return new InterfaceAddress(device, address, prefix, broadcast, other, validS, preferredS, noDad, tentative);
    }

    public InterfaceAddress broadcasting(InetAddress other) {
        return new InterfaceAddress(device, address, prefix, other, label, validS, preferredS, noDad, tentative);
    }

    public boolean v6() {
        return address instanceof Inet6Address;
    }

    /// `eth0 10.1.1.1/24`
    @Override
    public String toString() {
        return device + " " + address.getHostAddress() + "/" + prefix;
    }
}
