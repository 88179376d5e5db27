package io.muster.os;

import java.nio.ByteBuffer;

/// Links in routing messages (rtnetlink(7)): `struct ifinfomsg` (u8 family, pad, u16 type, s32 index, u32 flags,
/// u32 change), then attributes.
final class LinkMessages {
    static final int NEW = 16;
    static final int DELETE = 17;
    static final int GET = 18;

    static final int UP = 1;
    private static final int LOOPBACK = 8;
    private static final int LOWER_UP = 0x10000;

    private static final int HEADER_BYTES = 16;
    private static final int MAC = 1;
    private static final int NAME = 3;
    private static final int MTU = 4;
    private static final int MASTER = 10;

    private final NetlinkAttributes attributes = new NetlinkAttributes(MASTER);

    static void writeDump(NetlinkWriter to, int sequence) {
        to.message(GET, NetlinkWriter.REQUEST | NetlinkWriter.DUMP, sequence)
                .raw32(0)
                .raw32(0)
                .raw32(0)
                .raw32(0);
    }

    static void writeUp(NetlinkWriter to, int sequence, int index, boolean up) {
        to.message(NEW, NetlinkWriter.REQUEST | NetlinkWriter.ACK, sequence)
                .raw32(0)
                .raw32(index)
                .raw32(up ? UP : 0)
                .raw32(UP);
    }

    /// Whether it speaks of a link itself and not of, say, a bridge's port.
    static boolean ofLink(ByteBuffer datagram, NetlinkMessages message) throws NetException {
        if (message.end() - message.begin() < HEADER_BYTES) {
            throw NetlinkMessages.malformed("a link of " + (message.end() - message.begin()) + " octets");
        }
        return datagram.get(message.begin()) == 0;
    }

    static byte[] octets(String mac) {
        String[] parts = mac.split(":");
        byte[] octets = new byte[parts.length];
        for (int i = 0; i < parts.length; i++) {
            octets[i] = (byte) Integer.parseInt(parts[i], 16);
        }
        return octets;
    }

    Link read(ByteBuffer datagram, NetlinkMessages message) throws NetException {
        int begin = message.begin();
        int index = datagram.getInt(begin + 4);
        int flags = datagram.getInt(begin + 8);
        attributes.read(datagram, begin + HEADER_BYTES, message.end());
        return new Link(
                index,
                attributes.string(NAME),
                (flags & UP) != 0,
                (flags & LOWER_UP) != 0,
                (flags & LOOPBACK) != 0,
                attributes.length(MAC) == 6 ? mac(attributes.octets(MAC)) : "",
                attributes.has(MTU) ? attributes.u32(MTU) : 0,
                attributes.has(MASTER) ? attributes.u32(MASTER) : 0);
    }

    static String mac(byte[] octets) {
        var text = new StringBuilder();
        for (byte octet : octets) {
            text.append(text.isEmpty() ? "" : ":").append("%02x".formatted(octet & 0xff));
        }
        return text.toString();
    }
}
