package io.muster.os;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Addresses and routes in routing messages (rtnetlink(7)).
///
/// | header | octets |
/// |---|---|
/// | `struct ifaddrmsg` | u8 family, u8 prefix, u8 flags, u8 scope, u32 index |
/// | `struct rtmsg` | u8 each: family, destination bits, source bits, tos, table, protocol, scope, type; u32 flags |
final class RouteMessages {
    static final int NEW_ADDRESS = 20;
    static final int DELETE_ADDRESS = 21;
    static final int GET_ADDRESS = 22;
    static final int NEW_ROUTE = 24;
    static final int GET_ROUTE = 26;

    private static final int ADDRESS_HEADER = 8;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_LABEL = 3;
    private static final int IFA_BROADCAST = 4;
    private static final int IFA_CACHEINFO = 6;
    private static final int IFA_FLAGS = 8;
    private static final int NODAD = 2;
    private static final int DADFAILED = 8;
    private static final int TENTATIVE = 0x40;

    private static final int ROUTE_HEADER = 12;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PRIORITY = 6;
    private static final int RTA_PREFSRC = 7;
    private static final int RTA_MULTIPATH = 9;
    private static final int RTA_TABLE = 15;
    private static final int TYPE_UNICAST = 1;
    private static final int TYPE_LOCAL = 2;
    private static final int HOP_HEADER = 8;
    private static final int CLONED = 0x200;

    private final NetlinkAttributes attributes = new NetlinkAttributes(RTA_TABLE);
    private final NetlinkAttributes hop = new NetlinkAttributes(RTA_GATEWAY);

    static int family(InetAddress address) {
        return address.getAddress().length == 4 ? NetC.AF_INET : NetC.AF_INET6;
    }

    static void writeAddress(NetlinkWriter to, int type, int flags, int sequence, int index, InterfaceAddress a) {
        byte[] octets = a.address().getAddress();
        boolean put = type == NEW_ADDRESS;
        to.message(type, NetlinkWriter.REQUEST | NetlinkWriter.ACK | flags, sequence)
                .raw8(family(a.address()))
                .raw8(a.prefix())
                .raw8(put && a.v6() && a.noDad() ? NODAD : 0)
                .raw8(octets.length == 4 && octets[0] == 127 ? 254 : 0)
                .raw32(index)
                .octets(IFA_LOCAL, octets)
                .octets(IFA_ADDRESS, octets);
        if (!put) {
            return;
        }
        if (!a.v6() && a.broadcast() != null) {
            to.octets(IFA_BROADCAST, a.broadcast().getAddress());
        }
        if (!a.v6() && !a.label().isEmpty()) {
            to.string(IFA_LABEL, a.label());
        }
        ByteBuffer lifetimes = ByteBuffer.allocate(16).order(java.nio.ByteOrder.nativeOrder());
        lifetimes.putInt((int) a.preferredS()).putInt((int) a.validS());
        to.octets(IFA_CACHEINFO, lifetimes.array());
    }

    static void writeAddressDump(NetlinkWriter to, int sequence) {
        to.message(GET_ADDRESS, NetlinkWriter.REQUEST | NetlinkWriter.DUMP, sequence)
                .raw32(0)
                .raw32(0);
    }

    static void writeRouteDump(NetlinkWriter to, int sequence) {
        to.message(GET_ROUTE, NetlinkWriter.REQUEST | NetlinkWriter.DUMP, sequence)
                .raw32(0)
                .raw32(0)
                .raw32(0);
    }

    static void writeLookup(NetlinkWriter to, int sequence, InetAddress destination) {
        byte[] octets = destination.getAddress();
        to.message(GET_ROUTE, NetlinkWriter.REQUEST, sequence)
                .raw8(family(destination))
                .raw8(octets.length * 8)
                .raw16(0)
                .raw32(0)
                .raw32(0)
                .octets(RTA_DST, octets);
    }

    InterfaceAddress readAddress(ByteBuffer datagram, NetlinkMessages message, Map<Integer, String> names)
            throws NetException {
        int begin = header(message, ADDRESS_HEADER);
        int prefix = datagram.get(begin + 1) & 0xff;
        int index = datagram.getInt(begin + 4);
        attributes.read(datagram, begin + ADDRESS_HEADER, message.end());
        int flags = attributes.has(IFA_FLAGS) ? attributes.u32(IFA_FLAGS) : datagram.get(begin + 2) & 0xff;
        // On a point-to-point link "address" is the other end.
        InetAddress address = inet(attributes.octets(attributes.has(IFA_LOCAL) ? IFA_LOCAL : IFA_ADDRESS));
        boolean v4 = address.getAddress().length == 4;
        long preferred = InterfaceAddress.FOREVER;
        long valid = InterfaceAddress.FOREVER;
        if (attributes.has(IFA_CACHEINFO)) {
            preferred = attributes.u32(IFA_CACHEINFO, 0) & InterfaceAddress.FOREVER;
            // One whose last second is running has 0 left.
            valid = Math.max(1, attributes.u32(IFA_CACHEINFO, 4) & InterfaceAddress.FOREVER);
        }
        if (prefix > (v4 ? 32 : 128)) {
            throw NetlinkMessages.malformed("a prefix of " + prefix + " bits");
        }
        return new InterfaceAddress(
                names.getOrDefault(index, "#" + index),
                address,
                prefix,
                attributes.has(IFA_BROADCAST) ? inet(attributes.octets(IFA_BROADCAST)) : null,
                attributes.has(IFA_LABEL) ? attributes.string(IFA_LABEL) : "",
                valid,
                Math.min(preferred, valid),
                v4 || (flags & NODAD) != 0,
                (flags & (TENTATIVE | DADFAILED)) != 0);
    }

    /// One for each next hop; none for what isn't a route of packets (broadcast, blackhole, cached).
    List<Route> readRoutes(ByteBuffer datagram, NetlinkMessages message, Map<Integer, String> names)
            throws NetException {
        int begin = header(message, ROUTE_HEADER);
        int family = datagram.get(begin) & 0xff;
        int type = datagram.get(begin + 7) & 0xff;
        boolean known = family == NetC.AF_INET || family == NetC.AF_INET6;
        if (!known || type != TYPE_UNICAST && type != TYPE_LOCAL) {
            return List.of();
        }
        attributes.read(datagram, begin + ROUTE_HEADER, message.end());
        boolean v4 = family == NetC.AF_INET;
        int prefix = datagram.get(begin + 1) & 0xff;
        if (prefix > (v4 ? 32 : 128)) {
            throw NetlinkMessages.malformed("a route of " + prefix + " bits");
        }
        InetAddress destination = inet(attributes.has(RTA_DST) ? attributes.octets(RTA_DST) : new byte[v4 ? 4 : 16]);
        InetAddress source = attributes.has(RTA_PREFSRC) ? inet(attributes.octets(RTA_PREFSRC)) : null;
        int table = attributes.has(RTA_TABLE) ? attributes.u32(RTA_TABLE) : datagram.get(begin + 4) & 0xff;
        long metric = attributes.has(RTA_PRIORITY) ? attributes.u32(RTA_PRIORITY) & 0xffff_ffffL : 0;
        var found = new ArrayList<Route>();
        if (attributes.has(RTA_MULTIPATH)) {
            ByteBuffer hops = ByteBuffer.wrap(attributes.octets(RTA_MULTIPATH)).order(java.nio.ByteOrder.nativeOrder());
            for (int i = 0; hops.limit() - i >= HOP_HEADER; ) {
                int length = hops.getShort(i) & 0xffff;
                if (length < HOP_HEADER || length > hops.limit() - i) {
                    throw NetlinkMessages.malformed("a next hop of " + length + " octets");
                }
                hop.read(hops, i + HOP_HEADER, i + length);
                found.add(new Route(
                        destination,
                        prefix,
                        hop.has(RTA_GATEWAY) ? inet(hop.octets(RTA_GATEWAY)) : null,
                        name(names, hops.getInt(i + 4)),
                        source,
                        table,
                        metric,
                        type == TYPE_LOCAL));
                i += length + 3 & ~3;
            }
        } else {
            found.add(new Route(
                    destination,
                    prefix,
                    attributes.has(RTA_GATEWAY) ? inet(attributes.octets(RTA_GATEWAY)) : null,
                    attributes.has(RTA_OIF) ? name(names, attributes.u32(RTA_OIF)) : "",
                    source,
                    table,
                    metric,
                    type == TYPE_LOCAL));
        }
        return found;
    }

    /// Whether the message is an entry of a route cache and not a route.
    static boolean cached(ByteBuffer datagram, NetlinkMessages message) throws NetException {
        return (datagram.getInt(header(message, ROUTE_HEADER) + 8) & CLONED) != 0;
    }

    private static String name(Map<Integer, String> names, int index) {
        return index == 0 ? "" : names.getOrDefault(index, "#" + index);
    }

    private static int header(NetlinkMessages message, int octets) throws NetException {
        if (message.end() - message.begin() < octets) {
            throw NetlinkMessages.malformed("a message of " + (message.end() - message.begin()) + " octets");
        }
        return message.begin();
    }

    static InetAddress inet(byte[] octets) throws NetException {
        try {
            // The general method would turn a mapped address into an IPv4 one.
            return octets.length == 16 ? Inet6Address.getByAddress(null, octets, -1) : InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw NetlinkMessages.malformed("an address of " + octets.length + " octets");
        }
    }
}
