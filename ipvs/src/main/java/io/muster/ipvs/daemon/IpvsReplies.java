package io.muster.ipvs.daemon;

import io.muster.ipvs.Destination;
import io.muster.ipvs.DestinationEntry;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.Stats;
import io.muster.ipvs.SyncDaemon;
import io.muster.ipvs.TableInfo;
import io.muster.ipvs.Timeouts;
import io.muster.ipvs.Tunnel;
import io.muster.ipvs.VirtualService;
import io.muster.net.IpAddress;
import io.muster.os.NetException;
import io.muster.os.NetlinkAttributes;
import io.muster.os.NetlinkMessages;
import java.nio.ByteBuffer;

/// Reads answers of the generic netlink family IPVS: the attributes of [IpvsRequests], and
///
/// | SERVICE | | DEST | | STATS, STATS64 | |
/// |---|---|---|---|---|---|
/// | 10 | STATS | 7, 8, 9 | u32 active, inactive, persistent connections | 1, 2, 3 | connections, packets in, out |
/// | 12 | STATS64 | 10, 12 | STATS, STATS64 | 4, 5 | octets in, out (u64 in both) |
/// | | | | | 6 to 10 | rates of 1 to 5 |
///
/// STATS are u32 and stop being true after 2^32; STATS64 are preferred, older kernels (before 4.1) have none. Nothing
/// is believed: a length, family or number that can't be is a [NetException]. Thread: the owner's; one object reads
/// one message after another.
public final class IpvsReplies {
    private static final int GENERIC_HEADER = 4;
    private static final int STATS = 10;
    private static final int STATS64 = 12;

    private final NetlinkAttributes top = new NetlinkAttributes(6);
    private final NetlinkAttributes inner = new NetlinkAttributes(15);
    private final NetlinkAttributes stats = new NetlinkAttributes(10);

    /// The family's number, from the controller's answer.
    public int family(ByteBuffer datagram, NetlinkMessages message) throws NetException {
        top(datagram, message, 1);
        return top.u16(1);
    }

    /// A service without its destinations.
    public ServiceEntry service(ByteBuffer datagram, NetlinkMessages message) throws NetException {
        top(datagram, message, IpvsRequests.NEW_SERVICE);
        top.nested(IpvsRequests.SERVICE, inner);
        boolean v6 = v6(inner.u16(1));
        int mark = inner.has(5) ? inner.u32(5) : 0;
        ServiceId id =
                mark != 0 ? ServiceId.mark(mark, v6) : new ServiceId(inner.u16(2), address(3, v6), inner.be16(4), 0);
        var service = new VirtualService(
                id,
                inner.string(6),
                inner.u32(7),
                inner.u32(8),
                v6 ? inner.u32(9) : (int) inner.big(9, 0, 4),
                inner.has(11) ? inner.string(11) : "");
        return new ServiceEntry(service, stats(), java.util.List.of());
    }

    /// @param serviceV6 the family of its service, which is the destination's unless it says otherwise
    public DestinationEntry destination(ByteBuffer datagram, NetlinkMessages message, boolean serviceV6)
            throws NetException {
        top(datagram, message, IpvsRequests.NEW_DEST);
        top.nested(IpvsRequests.DEST, inner);
        boolean v6 = inner.has(11) ? v6(inner.u16(11)) : serviceV6;
        int method = inner.u32(3);
        if (method < 0 || method >= Forwarding.values().length) {
            throw senseless("forwarding method " + method);
        }
        int weight = inner.u32(4);
        if (weight < 0) {
            throw senseless("weight " + weight);
        }
        int type = inner.has(13) ? inner.u8(13) : Tunnel.IPIP;
        int port = inner.has(14) ? inner.be16(14) : 0;
        int flags = inner.has(15) ? inner.u16(15) : 0;
        var tunnel = type == 0 && port == 0 && flags == 0 ? Tunnel.NONE : new Tunnel(type, port, flags);
        var destination = new Destination(
                address(1, v6), inner.be16(2), Forwarding.of(method), weight, inner.u32(5), inner.u32(6), tunnel);
        return new DestinationEntry(destination, unsigned(7), unsigned(8), unsigned(9), stats());
    }

    public SyncDaemon daemon(ByteBuffer datagram, NetlinkMessages message) throws NetException {
        top(datagram, message, IpvsRequests.NEW_DAEMON);
        top.nested(IpvsRequests.DAEMON, inner);
        int state = inner.u32(1);
        if (state != 1 && state != 2) {
            throw senseless("a sync daemon in state " + state);
        }
        IpAddress group = SyncDaemon.DEFAULT_GROUP;
        if (inner.has(6)) {
            group = address(6, true);
        } else if (inner.has(5)) {
            group = new IpAddress(false, 0, inner.big(5, 0, 4));
        }
        return new SyncDaemon(
                state == 1,
                inner.string(2),
                inner.u32(3),
                inner.has(4) ? inner.u16(4) : 0,
                group,
                inner.has(7) ? inner.u16(7) : SyncDaemon.DEFAULT_PORT,
                inner.has(8) ? inner.u8(8) : 1);
    }

    public Timeouts timeouts(ByteBuffer datagram, NetlinkMessages message) throws NetException {
        top(datagram, message, IpvsRequests.SET_CONFIG);
        // Left out when IPVS was built without that protocol.
        return new Timeouts(top.has(4) ? top.u32(4) : 0, top.has(5) ? top.u32(5) : 0, top.has(6) ? top.u32(6) : 0);
    }

    public TableInfo info(ByteBuffer datagram, NetlinkMessages message) throws NetException {
        top(datagram, message, IpvsRequests.SET_INFO);
        return new TableInfo(top.u32(1), top.u32(2));
    }

    private void top(ByteBuffer datagram, NetlinkMessages message, int command) throws NetException {
        int begin = message.begin();
        if (message.end() - begin < GENERIC_HEADER) {
            throw senseless("a message of " + (message.end() - begin) + " octets");
        }
        int said = datagram.get(begin) & 0xff;
        if (said != command) {
            throw senseless("command " + said + " where " + command + " was to come");
        }
        top.read(datagram, begin + GENERIC_HEADER, message.end());
    }

    private static boolean v6(int family) throws NetException {
        return switch (family) {
            case IpvsRequests.AF_INET -> false;
            case IpvsRequests.AF_INET6 -> true;
            default -> throw senseless("address family " + family);
        };
    }

    private IpAddress address(int type, boolean v6) throws NetException {
        return v6
                ? new IpAddress(true, inner.big(type, 0, 8), inner.big(type, 8, 8))
                : new IpAddress(false, 0, inner.big(type, 0, 4));
    }

    private long unsigned(int type) throws NetException {
        return inner.u32(type) & 0xffff_ffffL;
    }

    private Stats stats() throws NetException {
        boolean wide = inner.has(STATS64);
        if (!wide && !inner.has(STATS)) {
            return Stats.ZERO;
        }
        inner.nested(wide ? STATS64 : STATS, stats);
        return new Stats(
                count(1, wide),
                count(2, wide),
                count(3, wide),
                count(4, true),
                count(5, true),
                count(6, wide),
                count(7, wide),
                count(8, wide),
                count(9, wide),
                count(10, wide));
    }

    private long count(int type, boolean wide) throws NetException {
        return wide ? stats.u64(type) : stats.u32(type) & 0xffff_ffffL;
    }

    private static NetException senseless(String what) {
        return new NetException(0, "the kernel's answer makes no sense: " + what);
    }
}
