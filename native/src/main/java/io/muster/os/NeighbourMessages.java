package io.muster.os;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/// Neighbours in routing messages (rtnetlink(7)): `struct ndmsg` (u8 family, u8 and u16 of padding, s32 index,
/// u16 state, u8 flags, u8 type), then attributes.
final class NeighbourMessages {
    static final int NEW = 28;
    static final int DELETE = 29;
    static final int GET = 30;

    private static final int HEADER_BYTES = 12;
    private static final int NDA_DST = 1;
    private static final int NDA_LLADDR = 2;
    private static final int NDA_IFINDEX = 8;

    private final NetlinkAttributes attributes = new NetlinkAttributes(NDA_LLADDR);

    /// @param index of the interface; older kernels give those of all the others, too
    static void writeDump(NetlinkWriter to, int sequence, int index) {
        to.message(GET, NetlinkWriter.REQUEST | NetlinkWriter.DUMP, sequence);
        header(to, 0, 0, 0).u32(NDA_IFINDEX, index);
    }

    /// An address to use until a better one is known: what is known already stays as it is.
    static void writeStale(NetlinkWriter to, int sequence, Neighbour entry, byte[] mac) {
        to.message(NEW, NetlinkWriter.REQUEST | NetlinkWriter.ACK | NetlinkWriter.CREATE, sequence);
        header(to, family(entry.address()), entry.index(), Neighbour.STALE)
                .octets(NDA_DST, entry.address().getAddress())
                .octets(NDA_LLADDR, mac);
    }

    /// Asks the one at the address that is known, at once.
    static void writeProbe(NetlinkWriter to, int sequence, Neighbour entry) {
        to.message(NEW, NetlinkWriter.REQUEST | NetlinkWriter.ACK, sequence);
        header(to, family(entry.address()), entry.index(), Neighbour.PROBE)
                .octets(NDA_DST, entry.address().getAddress());
    }

    static void writeDelete(NetlinkWriter to, int sequence, Neighbour entry) {
        to.message(DELETE, NetlinkWriter.REQUEST | NetlinkWriter.ACK, sequence);
        header(to, family(entry.address()), entry.index(), 0)
                .octets(NDA_DST, entry.address().getAddress());
    }

    /// @return false if it isn't of that interface, or not of IP
    static boolean of(ByteBuffer datagram, NetlinkMessages message, int index) throws NetException {
        int begin = begin(message);
        int family = datagram.get(begin) & 0xff;
        return datagram.getInt(begin + 4) == index && (family == NetC.AF_INET || family == NetC.AF_INET6);
    }

    Neighbour read(ByteBuffer datagram, NetlinkMessages message) throws NetException {
        int begin = begin(message);
        attributes.read(datagram, begin + HEADER_BYTES, message.end());
        InetAddress address = RouteMessages.inet(attributes.octets(NDA_DST));
        String mac = attributes.has(NDA_LLADDR) && attributes.length(NDA_LLADDR) == 6
                ? LinkMessages.mac(attributes.octets(NDA_LLADDR))
                : "";
        return new Neighbour(datagram.getInt(begin + 4), address, mac, datagram.getShort(begin + 8) & 0xffff);
    }

    private static int begin(NetlinkMessages message) throws NetException {
        if (message.end() - message.begin() < HEADER_BYTES) {
            throw NetlinkMessages.malformed("a neighbour of " + (message.end() - message.begin()) + " octets");
        }
        return message.begin();
    }

    private static NetlinkWriter header(NetlinkWriter to, int family, int index, int state) {
        return to.raw8(family)
                .raw8(0)
                .raw16(0)
                .raw32(index)
                .raw16(state)
                .raw8(0)
                .raw8(0);
    }

    private static int family(InetAddress address) {
        return address.getAddress().length == 16 ? NetC.AF_INET6 : NetC.AF_INET;
    }
}
