package io.muster.ipvs.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.ipvs.Destination;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.SyncDaemon;
import io.muster.ipvs.Timeouts;
import io.muster.ipvs.Tunnel;
import io.muster.ipvs.VirtualService;
import io.muster.net.IpAddress;
import io.muster.os.NetlinkWriter;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Octet for octet what a kernel was seen to take as meant.
class IpvsRequestsTest {
    private static final int FAMILY = 28;
    private static final int FIRST = 101;
    private static final int FIRST_OPERATION = 110;

    private static final ServiceId WEB = ServiceId.tcp(ip("10.1.1.1"), 80);
    private static final ServiceId WEB6 = ServiceId.tcp(ip("2001:db8::1"), 80);
    private static final ServiceId SIP = ServiceId.udp(ip("10.1.1.1"), 5060);
    private static final ServiceId MARK = ServiceId.mark(0xf000_0001, true);
    private static final Destination ONE = Destination.of(ip("10.9.0.1"), 8080, Forwarding.MASQ, 0);

    private static final List<IpvsOp> OPERATIONS = List.of(
            new IpvsOp.AddService(VirtualService.of(WEB, "rr")),
            new IpvsOp.AddService(new VirtualService(ServiceId.udp(ip("10.1.1.1"), 53), "sh", 4 | 8, 0, -1, "")),
            new IpvsOp.AddService(new VirtualService(MARK, "mh", 1 | 16, 300, 64, "")),
            new IpvsOp.EditService(new VirtualService(SIP, "wlc", 1, 600, 0xffff_ff00, "sip")),
            new IpvsOp.AddDestination(
                    WEB,
                    new Destination(ip("10.9.0.3"), 80, Forwarding.TUNNEL, 1, 7, 3, new Tunnel(Tunnel.GUE, 6080, 1))),
            new IpvsOp.AddDestination(MARK, Destination.of(ip("10.9.0.1"), 0, Forwarding.TUNNEL, 65_536)),
            new IpvsOp.EditDestination(WEB, ONE),
            new IpvsOp.DeleteDestination(WEB, ONE),
            new IpvsOp.DeleteDestination(WEB, ONE),
            new IpvsOp.Zero(WEB),
            new IpvsOp.ZeroAll(),
            new IpvsOp.DeleteService(SIP),
            new IpvsOp.DeleteService(SIP),
            new IpvsOp.SetTimeouts(new Timeouts(900, 0, 300)),
            new IpvsOp.StopDaemon(true, 7),
            new IpvsOp.StartDaemon(new SyncDaemon(true, "nosuch", 7, 1200, ip("224.0.0.99"), 9000, 3)),
            new IpvsOp.StopDaemon(false, 9),
            new IpvsOp.StopDaemon(false, 9),
            new IpvsOp.Flush());

    private final NetlinkWriter out = new NetlinkWriter(4096);

    @BeforeEach
    void ofThisOrder() {
        assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN, "recorded on a little-endian machine");
    }

    @Test
    void questionsAreAsRecorded() {
        IpvsRequests.resolve(out, FIRST);
        expect("resolve");
        IpvsRequests.getInfo(out, FAMILY, FIRST + 1);
        expect("info");
        IpvsRequests.getConfig(out, FAMILY, FIRST + 2);
        expect("config");
        IpvsRequests.dumpDaemons(out, FAMILY, FIRST + 3);
        expect("daemons");
        IpvsRequests.dumpServices(out, FAMILY, FIRST + 4);
        expect("services");
        IpvsRequests.getService(out, FAMILY, FIRST + 5, WEB);
        expect("one");
        IpvsRequests.getService(out, FAMILY, FIRST + 6, ServiceId.mark(77, false));
        expect("none");
        IpvsRequests.dumpDestinations(out, FAMILY, FIRST + 7, WEB);
        expect("dest");
        IpvsRequests.dumpDestinations(out, FAMILY, FIRST + 8, WEB6);
        expect("dest6");
    }

    @Test
    void operationsAreAsRecorded() {
        List<byte[]> recorded = Conversation.datagrams("op", ">");
        assertEquals(OPERATIONS.size(), recorded.size());
        for (int i = 0; i < recorded.size(); i++) {
            IpvsRequests.operation(out.clear(), FAMILY, FIRST_OPERATION + i, OPERATIONS.get(i));
            out.addFlags(NetlinkWriter.ACK);
            assertEquals(
                    HexFormat.of().formatHex(recorded.get(i)),
                    Conversation.hex(out.written()),
                    OPERATIONS.get(i).toString());
        }
    }

    @Test
    void theLongestRequestFitsIntoTheRoomPromised() {
        String name = "n".repeat(5_000);
        var service = new VirtualService(WEB6, name, 1, 300, 64, name);
        var server = new Destination(
                ip("10.9.0.1"), 80, Forwarding.TUNNEL, 1, 7, 3, new Tunnel(Tunnel.GUE, 6080, Tunnel.CHECKSUM));
        for (IpvsOp operation : List.of(
                new IpvsOp.AddService(service),
                new IpvsOp.AddDestination(WEB6, server),
                new IpvsOp.StartDaemon(new SyncDaemon(true, name, 1, 1, ip("ff02::1"), 1, 9)))) {
            IpvsRequests.operation(out.clear(), FAMILY, 1, operation);
            assertTrue(out.size() <= IpvsRequests.MOST_BYTES, operation.getClass() + " takes " + out.size());
        }
    }

    private void expect(String name) {
        String recorded =
                HexFormat.of().formatHex(Conversation.datagrams(name, ">").getFirst());
        assertEquals(recorded, Conversation.hex(out.written()), name);
        out.clear();
    }

    private static IpAddress ip(String text) {
        return IpAddress.parse(text).orElseThrow();
    }
}
