package io.muster.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An IPv4 or IPv6 address as a value: compares by family, then numerically, as `ipvsadm` sorts.
///
/// @param high upper 64 bits in network order; 0 for IPv4
/// @param low lower 64 bits; an IPv4 address in its lower half
public record IpAddress(boolean v6, long high, long low) implements Comparable<IpAddress> {
    /// Octets in network order.
    ///
    /// @throws IllegalArgumentException unless there are 4 or 16
    public static IpAddress of(byte[] octets) {
        return switch (octets.length) {
            case 4 -> new IpAddress(false, 0, ByteBuffer.wrap(octets).getInt() & 0xffff_ffffL);
            case 16 ->
                new IpAddress(
                        true,
                        ByteBuffer.wrap(octets).getLong(),
                        ByteBuffer.wrap(octets).getLong(8));
            default -> throw new IllegalArgumentException(octets.length + " octets are no address");
        };
    }

    public static IpAddress of(InetAddress address) {
        return of(address.getAddress());
    }

    /// inet_aton(3), which the originals asked, takes a leading zero for octal, Java for nothing. What names two
    /// hosts names none here, as for inet_pton(3).
    private static final String OCTET = "(0|[1-9]\\d{0,2})";

    /// A dotted quad (four decimal numbers, nothing less) or an IPv6 literal without brackets or zone. Asks no
    /// name server.
    public static Optional<IpAddress> parse(String text) {
        if (text.indexOf(':') < 0 ? !text.matches(OCTET + "(\\." + OCTET + "){3}") : !text.matches("[0-9a-fA-F:.]+")) {
            return Optional.empty();
        }
        try {
            boolean v6 = text.indexOf(':') >= 0;
            byte[] octets = InetAddress.ofLiteral(text).getAddress();
            // The JDK turns a mapped address into the IPv4 one; written with colons it is an IPv6 address.
            return Optional.of(v6 && octets.length == 4 ? mapped(octets) : of(octets));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static IpAddress mapped(byte[] four) {
        return new IpAddress(true, 0, 0xffff_0000_0000L | of(four).low);
    }

    /// 4 or 16 octets in network order.
    public byte[] octets() {
        return v6
                ? ByteBuffer.allocate(16).putLong(high).putLong(low).array()
                : ByteBuffer.allocate(4).putInt((int) low).array();
    }

    public InetAddress inet() {
        try {
            return InetAddress.getByAddress(octets());
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /// As it stands before a port: an IPv6 address in brackets.
    public String bracketed() {
        return v6 ? "[" + this + "]" : toString();
    }

    @Override
    public int compareTo(IpAddress other) {
        int order = Boolean.compare(v6, other.v6);
        if (order == 0) {
            order = Long.compareUnsigned(high, other.high);
        }
        return order != 0 ? order : Long.compareUnsigned(low, other.low);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IpAddress that && v6 == that.v6 && high == that.high && low == that.low;
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(high) + Long.hashCode(low);
    }

    /// As inet_ntop(3) prints it: the longest run of zero groups (two or more, the first of equals) is `::`.
    @Override
    public String toString() {
        if (!v6) {
            return (low >> 24 & 255) + "." + (low >> 16 & 255) + "." + (low >> 8 & 255) + "." + (low & 255);
        }
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (int) ((i < 4 ? high : low) >>> 48 - i % 4 * 16) & 0xffff;
        }
        int start = -1;
        int length = 1;
        for (int i = 0; i < 8; i++) {
            int n = 0;
            while (i + n < 8 && groups[i + n] == 0) {
                n++;
            }
            if (n > length) {
                start = i;
                length = n;
            }
        }
        var text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == start) {
                text.append("::");
                i += length - 1;
            } else {
                if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                // glibc writes mapped and compatible addresses with a dotted end.
                if (i == 6 && start == 0 && (length == 6 || length == 5 && groups[5] == 0xffff)) {
                    return text.append(new IpAddress(false, 0, low & 0xffff_ffffL))
                            .toString();
                }
                text.append(Integer.toHexString(groups[i]));
            }
        }
        return text.toString();
    }
}
