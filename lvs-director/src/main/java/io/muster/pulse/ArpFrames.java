package io.muster.pulse;

import io.muster.net.IpAddress;
import java.nio.ByteBuffer;

/// Ethernet frames that tell a LAN where an address lives now: a gratuitous ARP reply for IPv4, an unsolicited
/// neighbour advertisement for IPv6.
///
/// Pure; `io.muster.os.PacketSocket` sends them.
///
/// | octets | ARP (60) | octets | neighbour advertisement (86) |
/// |---|---|---|---|
/// | 0, 6, 12 | to, from, 0x0806 | 0, 6, 12 | 33:33:00:00:00:01, from, 0x86dd |
/// | 14 | 1 (Ethernet), 0x0800, 6, 4, 2 (reply) | 14 | IPv6: 0x60000000, 32, next header 58, hop limit 255 |
/// | 22, 28 | sender: hardware, address | 22, 38 | source = the address, destination ff02::1 |
/// | 32, 38 | target: **the sender's again** | 54 | 136, 0, checksum, flags (first octet: override 0x20, router 0x80) |
/// | 42 | 18 zero octets | 62, 78 | target = the address; option 2 (1 unit): hardware |
///
/// Source: `send_arp` as observed; RFC 826, RFC 4861 sections 4.4 and 7.2.6, RFC 2464 section 7, RFC 4443 section 2.3.
public final class ArpFrames {
    /// Octets of an Ethernet address.
    public static final int HARDWARE = 6;

    private static final byte[] ALL_NODES =
            IpAddress.parse("ff02::1").orElseThrow().octets();
    private static final int ROUTER = 0x8000_0000;
    private static final int OVERRIDE = 0x2000_0000;

    private ArpFrames() {}

    /// To everybody on the LAN: whichever of the two fits the address.
    ///
    /// @param router for IPv6, whether the machine forwards: saying no makes neighbours drop it as their router
    public static byte[] announcement(IpAddress address, byte[] hardware, boolean router) {
        return address.v6()
                ? neighbourAdvertisement(address, hardware, router)
                : gratuitous(address, hardware, broadcast());
    }

    /// ff:ff:ff:ff:ff:ff
    public static byte[] broadcast() {
        return new byte[] {-1, -1, -1, -1, -1, -1};
    }

    /// A gratuitous ARP reply.
    ///
    /// @param to Ethernet destination
    /// @throws IllegalArgumentException for an IPv6 address, or hardware addresses of another length than 6
    public static byte[] gratuitous(IpAddress address, byte[] hardware, byte[] to) {
        check(!address.v6(), address + " isn't IPv4");
        check(hardware.length == HARDWARE && to.length == HARDWARE, "hardware addresses have 6 octets");
        byte[] ip = address.octets();
        return ByteBuffer.allocate(60)
                .put(to)
                .put(hardware)
                .putShort((short) 0x0806)
                .putShort((short) 1)
                .putShort((short) 0x0800)
                .put((byte) HARDWARE)
                .put((byte) 4)
                .putShort((short) 2)
                .put(hardware)
                .put(ip)
                .put(hardware)
                .put(ip)
                .array();
    }

    /// An unsolicited neighbour advertisement to all nodes, with the override flag.
    ///
    /// @throws IllegalArgumentException for an IPv4 address, or a hardware address of another length than 6
    public static byte[] neighbourAdvertisement(IpAddress address, byte[] hardware, boolean router) {
        check(address.v6(), address + " isn't IPv6");
        check(hardware.length == HARDWARE, "hardware addresses have 6 octets");
        byte[] ip = address.octets();
        ByteBuffer frame = ByteBuffer.allocate(86)
                .put(new byte[] {0x33, 0x33, 0, 0, 0, 1})
                .put(hardware)
                .putShort((short) 0x86dd)
                .putInt(0x6000_0000)
                .putShort((short) 32)
                .put((byte) 58)
                .put((byte) 255)
                .put(ip)
                .put(ALL_NODES)
                .put((byte) 136)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(OVERRIDE | (router ? ROUTER : 0))
                .put(ip)
                .put((byte) 2)
                .put((byte) 1)
                .put(hardware);
        return frame.putShort(56, (short) checksum(frame)).array();
    }

    /// Over the pseudo-header (both addresses, length 32, next header 58) and the message.
    private static int checksum(ByteBuffer frame) {
        int sum = 32 + 58;
        for (int at = 22; at < 86; at += 2) {
            sum += frame.getShort(at) & 0xffff;
        }
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        return ~sum & 0xffff;
    }

    private static void check(boolean fits, String otherwise) {
        if (!fits) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
