package io.muster.ipvs.daemon;

import io.muster.ipvs.Destination;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.SyncDaemon;
import io.muster.ipvs.Tunnel;
import io.muster.ipvs.VirtualService;
import io.muster.net.IpAddress;
import io.muster.os.NetlinkWriter;

/// Writes requests of the generic netlink family IPVS, version 1 (`linux/ip_vs.h`, measured on Linux 6.1).
///
/// After the netlink header: u8 command, u8 version 1, u16 0; then SERVICE (1), DEST (2) or DAEMON (3) holding
///
/// | SERVICE | | DEST | | DAEMON | |
/// |---|---|---|---|---|---|
/// | 1 | u16 family | 1 | address, 16 octets | 1 | u32 1 master, 2 backup |
/// | 2 | u16 protocol | 2 | be16 port | 2 | interface |
/// | 3 | address, 16 octets, IPv4 in the first 4 | 3 | u32 forwarding | 3 | u32 sync id |
/// | 4 | be16 port | 4 | u32 weight | 4 | u16 longest message |
/// | 5 | u32 mark, in place of 2 to 4 | 5, 6 | u32 upper and lower threshold | 5 | IPv4 group |
/// | 6 | scheduler | 11 | u16 family, if another than the service's | 6 | IPv6 group |
/// | 7 | u32 flags, u32 mask of them | 13 | u8 tunnel type | 7 | u16 port, machine's order |
/// | 8 | u32 persistence | 14 | be16 tunnel port | 8 | u8 ttl |
/// | 9 | netmask: IPv4 in network order, IPv6 prefix length | 15 | u16 tunnel flags | | |
/// | 11 | engine | | | | |
///
/// and for the configuration u32 seconds: 4 TCP, 5 TCP after FIN, 6 UDP. Thread: any; holds no state.
public final class IpvsRequests {
    /// Name of the family.
    public static final String FAMILY = "IPVS";

    /// Room that any request fits in.
    public static final int MOST_BYTES = 512;

    static final int SERVICE = 1;
    static final int DEST = 2;
    static final int DAEMON = 3;

    static final int NEW_SERVICE = 1;
    static final int SET_SERVICE = 2;
    static final int DEL_SERVICE = 3;
    static final int GET_SERVICE = 4;
    static final int NEW_DEST = 5;
    static final int SET_DEST = 6;
    static final int DEL_DEST = 7;
    static final int GET_DEST = 8;
    static final int NEW_DAEMON = 9;
    static final int DEL_DAEMON = 10;
    static final int GET_DAEMON = 11;
    static final int SET_CONFIG = 12;
    static final int GET_CONFIG = 13;
    static final int SET_INFO = 14;
    static final int GET_INFO = 15;
    static final int ZERO = 16;
    static final int FLUSH = 17;

    static final int AF_INET = 2;
    static final int AF_INET6 = 10;

    private static final int CONTROLLER = 16;
    private static final int GET_FAMILY = 3;
    private static final int FAMILY_NAME = 2;
    private static final int SYNC_MASTER = 1;
    private static final int SYNC_BACKUP = 2;
    private static final int MOST_NAME = 40;

    private IpvsRequests() {}

    /// Asks the controller for the family's number.
    public static void resolve(NetlinkWriter to, int sequence) {
        to.message(CONTROLLER, NetlinkWriter.REQUEST, sequence)
                .raw8(GET_FAMILY)
                .raw8(1)
                .raw16(0)
                .string(FAMILY_NAME, FAMILY)
                .end();
    }

    /// One change. Refusals are always answered; for success no acknowledgement is asked.
    public static void operation(NetlinkWriter to, int family, int sequence, IpvsOp operation) {
        switch (operation) {
            case IpvsOp.AddService(var service) -> service(to, family, sequence, NEW_SERVICE, service);
            case IpvsOp.EditService(var service) -> service(to, family, sequence, SET_SERVICE, service);
            case IpvsOp.DeleteService(var id) -> identity(begin(to, family, sequence, DEL_SERVICE), id);
            case IpvsOp.AddDestination(var id, var d) -> destination(to, family, sequence, NEW_DEST, id, d);
            case IpvsOp.EditDestination(var id, var d) -> destination(to, family, sequence, SET_DEST, id, d);
            case IpvsOp.DeleteDestination(var id, var d) -> destination(to, family, sequence, DEL_DEST, id, d);
            case IpvsOp.Flush() -> begin(to, family, sequence, FLUSH);
            case IpvsOp.ZeroAll() -> begin(to, family, sequence, ZERO);
            case IpvsOp.Zero(var id) -> identity(begin(to, family, sequence, ZERO), id);
            case IpvsOp.SetTimeouts(var t) ->
                begin(to, family, sequence, SET_CONFIG)
                        .u32(4, t.tcpS())
                        .u32(5, t.tcpFinS())
                        .u32(6, t.udpS());
            case IpvsOp.StartDaemon(var daemon) -> startDaemon(begin(to, family, sequence, NEW_DAEMON), daemon);
            case IpvsOp.StopDaemon(boolean master, int syncId) -> {
                begin(to, family, sequence, DEL_DAEMON);
                int nest = to.nest(DAEMON);
                to.u32(1, master ? SYNC_MASTER : SYNC_BACKUP).u32(3, syncId).endNest(nest);
            }
        }
    }

    public static void dumpServices(NetlinkWriter to, int family, int sequence) {
        begin(to, family, sequence, GET_SERVICE).addFlags(NetlinkWriter.DUMP).end();
    }

    public static void getService(NetlinkWriter to, int family, int sequence, ServiceId id) {
        identity(begin(to, family, sequence, GET_SERVICE), id).end();
    }

    public static void dumpDestinations(NetlinkWriter to, int family, int sequence, ServiceId id) {
        identity(begin(to, family, sequence, GET_DEST), id)
                .addFlags(NetlinkWriter.DUMP)
                .end();
    }

    public static void dumpDaemons(NetlinkWriter to, int family, int sequence) {
        begin(to, family, sequence, GET_DAEMON).addFlags(NetlinkWriter.DUMP).end();
    }

    public static void getConfig(NetlinkWriter to, int family, int sequence) {
        begin(to, family, sequence, GET_CONFIG).end();
    }

    public static void getInfo(NetlinkWriter to, int family, int sequence) {
        begin(to, family, sequence, GET_INFO).end();
    }

    private static NetlinkWriter begin(NetlinkWriter to, int family, int sequence, int command) {
        return to.message(family, NetlinkWriter.REQUEST, sequence)
                .raw8(command)
                .raw8(1)
                .raw16(0);
    }

    private static NetlinkWriter identity(NetlinkWriter to, ServiceId id) {
        int nest = to.nest(SERVICE);
        writeIdentity(to, id);
        return to.endNest(nest);
    }

    private static void writeIdentity(NetlinkWriter to, ServiceId id) {
        to.u16(1, id.v6() ? AF_INET6 : AF_INET);
        if (id.isMark()) {
            to.u32(5, id.fwmark());
        } else {
            to.u16(2, id.protocol());
            address(to, 3, id.address());
            to.be16(4, id.port());
        }
    }

    private static void address(NetlinkWriter to, int type, IpAddress address) {
        if (address.v6()) {
            to.be128(type, address.high(), address.low());
        } else {
            to.be128(type, address.low() << 32, 0);
        }
    }

    private static void service(NetlinkWriter to, int family, int sequence, int command, VirtualService s) {
        begin(to, family, sequence, command);
        int nest = to.nest(SERVICE);
        writeIdentity(to, s.id());
        to.string(6, name(s.scheduler()));
        if (!s.engine().isEmpty()) {
            to.string(11, name(s.engine()));
        }
        to.flags(7, s.flags(), -1).u32(8, s.timeoutS());
        if (s.id().v6()) {
            to.u32(9, s.netmask());
        } else {
            to.be32(9, s.netmask());
        }
        to.endNest(nest);
    }

    private static void destination(
            NetlinkWriter to, int family, int sequence, int command, ServiceId id, Destination d) {
        identity(begin(to, family, sequence, command), id);
        int nest = to.nest(DEST);
        address(to, 1, d.address());
        to.be16(2, d.port());
        if (command != DEL_DEST) {
            to.u32(3, d.forwarding().number())
                    .u32(4, d.weight())
                    .u32(5, d.upper())
                    .u32(6, d.lower());
            if (!d.tunnel().equals(Tunnel.NONE)) {
                to.u8(13, d.tunnel().type())
                        .be16(14, d.tunnel().port())
                        .u16(15, d.tunnel().flags());
            }
        }
        if (d.address().v6() != id.v6()) {
            to.u16(11, d.address().v6() ? AF_INET6 : AF_INET);
        }
        to.endNest(nest);
    }

    /// What is the kernel's default isn't sent: kernels before 4.3 know the first three only.
    private static void startDaemon(NetlinkWriter to, SyncDaemon d) {
        int nest = to.nest(DAEMON);
        to.u32(1, d.master() ? SYNC_MASTER : SYNC_BACKUP)
                .string(2, name(d.mcastInterface()))
                .u32(3, d.syncId());
        if (d.maxBytes() != 0) {
            to.u16(4, d.maxBytes());
        }
        if (d.group().v6()) {
            address(to, 6, d.group());
        } else if (!d.group().equals(SyncDaemon.DEFAULT_GROUP)) {
            to.be32(5, (int) d.group().low());
        }
        if (d.port() != SyncDaemon.DEFAULT_PORT) {
            to.u16(7, d.port());
        }
        if (d.ttl() != 1) {
            to.u8(8, d.ttl());
        }
        to.endNest(nest);
    }

    /// The kernel refuses what is too long for it; only what is too long for a message is cut.
    private static String name(String name) {
        return name.length() > MOST_NAME ? name.substring(0, MOST_NAME) : name;
    }
}
