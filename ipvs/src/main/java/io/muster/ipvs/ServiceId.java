package io.muster.ipvs;

import io.muster.net.IpAddress;
import org.jspecify.annotations.Nullable;

/// What makes a virtual service unique in the table: protocol, address and port, or a firewall mark with its family.
///
/// The natural order is `ipvsadm -L`'s: mark, family, protocol, address, port.
///
/// @param protocol [#TCP], [#UDP] or [#SCTP]; 0 for a mark
/// @param address the virtual address; the family's any-address for a mark
/// @param port 0 to 65535; 0 for a mark or a catch-all
/// @param fwmark 0, or the mark, which then stands for the other three
public record ServiceId(int protocol, IpAddress address, int port, int fwmark) implements Comparable<ServiceId> {
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int SCTP = 132;

    public static ServiceId tcp(IpAddress address, int port) {
        return new ServiceId(TCP, address, port, 0);
    }

    public static ServiceId udp(IpAddress address, int port) {
        return new ServiceId(UDP, address, port, 0);
    }

    public static ServiceId mark(int fwmark, boolean v6) {
        return new ServiceId(0, new IpAddress(v6, 0, 0), 0, fwmark);
    }

    public boolean v6() {
        return address.v6();
    }

    public boolean isMark() {
        return fwmark != 0;
    }

    @Override
    public int compareTo(ServiceId other) {
        int order = Integer.compareUnsigned(fwmark, other.fwmark);
        if (order == 0) {
            order = Boolean.compare(v6(), other.v6());
        }
        if (order == 0) {
            order = Integer.compare(protocol, other.protocol);
        }
        if (order == 0) {
            order = address.compareTo(other.address);
        }
        return order != 0 ? order : Integer.compare(port, other.port);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ServiceId that
                && protocol == that.protocol
                && port == that.port
                && fwmark == that.fwmark
                && address.equals(that.address);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * (31 * address.hashCode() + port) + protocol) + fwmark;
    }

    /// `TCP 10.1.1.1:80`, `UDP [2001:db8::1]:53`, `FWM 100`, `FWM 100 IPv6`.
    @Override
    public String toString() {
        if (isMark()) {
            return "FWM " + Integer.toUnsignedString(fwmark) + (v6() ? " IPv6" : "");
        }
        String name = switch (protocol) {
            case TCP -> "TCP";
            case UDP -> "UDP";
            case SCTP -> "SCTP";
            default -> "protocol " + protocol;
        };
        return name + " " + address.bracketed() + ":" + port;
    }
}
