package io.muster.ipvs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.MalformedMessage;
import io.muster.net.IpAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What a backup is told of a connection, from what the active director can know of it.
class SyncSourceTest {
    private static final Timeouts TIMEOUTS = new Timeouts(1800, 90, 250);

    private final SyncSource source = new SyncSource(
            List.of(
                    service(ServiceId.tcp(ip("10.1.1.1"), 80), 0, server("10.9.0.1", 80, Forwarding.MASQ)),
                    service(
                            ServiceId.tcp(ip("10.1.1.2"), 80),
                            600,
                            server("10.9.0.1", 80, Forwarding.ROUTE),
                            server("10.9.0.2", 80, Forwarding.TUNNEL)),
                    service(ServiceId.tcp(ip("10.1.1.3"), 0), 300, server("10.9.0.1", 0, Forwarding.ROUTE)),
                    service(ServiceId.udp(ip("10.1.1.1"), 53), 0, server("10.9.0.1", 53, Forwarding.MASQ)),
                    service(ServiceId.mark(7, false), 450, server("10.9.0.9", 0, Forwarding.ROUTE)),
                    service(ServiceId.mark(7, true), 450)),
            TIMEOUTS);

    private static IpAddress ip(String text) {
        return IpAddress.parse(text).orElseThrow();
    }

    private static DestinationEntry server(String address, int port, Forwarding forwarding) {
        return new DestinationEntry(Destination.of(ip(address), port, forwarding, 1), 0, 0, 0, Stats.ZERO);
    }

    private static ServiceEntry service(ServiceId id, int persistentS, DestinationEntry... servers) {
        int flags = persistentS > 0 ? VirtualService.PERSISTENT : 0;
        var service = new VirtualService(id, "rr", flags, persistentS, id.v6() ? 128 : -1, "");
        return new ServiceEntry(service, Stats.ZERO, List.of(servers));
    }

    private SyncEntry entry(String line) throws MalformedMessage {
        return source.entry(Connection.parse(line)).orElseThrow();
    }

    @Test
    void establishedKeepsItsWholeTimeAndClosingWhatIsLeft() throws MalformedMessage {
        assertEquals(
                new SyncEntry(6, 0, 1, ip("10.3.0.1"), 40001, ip("10.1.1.1"), 80, ip("10.9.0.1"), 80, 0, 1800),
                entry("TCP 0A030001 9C41 0A010101 0050 0A090001 0050 ESTABLISHED      14"));
        SyncEntry closing = entry("TCP 0A030001 9C41 0A010101 0050 0A090001 0050 FIN_WAIT         14");
        assertEquals(14, closing.timeoutS());
        assertEquals(4, closing.state());
        assertEquals(SyncEntry.INACTIVE, closing.flags());
        assertEquals(
                1,
                entry("TCP 0A030001 9C41 0A010101 0050 0A090001 0050 CLOSE             0")
                        .timeoutS());
    }

    @Test
    void methodComesFromTheServerAndRepliesPastTheDirectorAreSaid() throws MalformedMessage {
        assertEquals(
                3 | SyncEntry.NOOUTPUT,
                entry("TCP 0A030001 9C41 0A010102 0050 0A090001 0050 ESTABLISHED     894")
                        .flags());
        assertEquals(
                2 | SyncEntry.NOOUTPUT,
                entry("TCP 0A030001 9C41 0A010102 0050 0A090002 0050 SYN_RECV         54")
                        .flags());
    }

    @Test
    void udpIsInactive() throws MalformedMessage {
        SyncEntry entry = entry("UDP 0A030001 9C41 0A010101 0035 0A090001 0035 UDP              20");
        assertEquals(SyncEntry.INACTIVE, entry.flags());
        assertEquals(0, entry.state());
        assertEquals(250, entry.timeoutS());
    }

    @Test
    void templatesKeepTheirServicesTime() throws MalformedMessage {
        SyncEntry template = entry("TCP 0A030000 0000 0A010102 0050 0A090001 0050 ASSURED          94");
        assertEquals(SyncEntry.TEMPLATE | SyncEntry.NOOUTPUT | 3, template.flags());
        assertEquals(1, template.state());
        assertEquals(600, template.timeoutS());
    }

    @Test
    void marksAreFoundByTheServer() throws MalformedMessage {
        SyncEntry template = entry("IP  0A030000 0000 00000007 0000 0A090009 0000 NONE            30");
        assertEquals(7, template.fwmark());
        assertEquals(SyncEntry.TEMPLATE | SyncEntry.NOOUTPUT | 3, template.flags());
        assertEquals(450, template.timeoutS());
        SyncEntry child = entry("TCP 0A030001 9C41 0A0101FF 01BB 0A090009 01BB ESTABLISHED     894");
        assertEquals(7, child.fwmark());
        assertEquals(SyncEntry.NOOUTPUT | 3, child.flags());
    }

    @Test
    void allPortsOfAnAddressAreAService() throws MalformedMessage {
        assertEquals(
                SyncEntry.NOOUTPUT | 3,
                entry("TCP 0A030001 9C41 0A010103 1F90 0A090001 1F90 ESTABLISHED     894")
                        .flags());
    }

    @Test
    void unknownClientPortIsSaid() throws MalformedMessage {
        assertEquals(
                SyncEntry.NO_CLIENT_PORT | SyncEntry.INACTIVE,
                entry("TCP 0A030001 0000 0A010101 0050 0A090001 0050 LISTEN          100")
                        .flags());
    }

    @Test
    void serverThatIsGoneCountsAsMasqueraded() throws MalformedMessage {
        assertEquals(
                0,
                entry("TCP 0A030001 9C41 0A010101 0050 0A0900FE 0050 ESTABLISHED     894")
                        .flags());
    }

    @Test
    void whatAMessageCannotSayIsLeft() throws MalformedMessage {
        assertEquals(
                Optional.empty(),
                source.entry(Connection.parse("TCP 2001:0db8:0000:0000:0000:0000:0000:0005 9C44"
                        + " 2001:0db8:0000:0000:0000:0000:0000:0001 0050 0A090001 0050 ESTABLISHED     894")));
        assertEquals(
                Optional.empty(),
                source.entry(Connection.parse("TCP 0A030001 9C41 0A010101 0050 0A090001 0050 NOVEL           114")));
    }

    @Test
    void everyStateOfEveryProtocolHasANumber() throws MalformedMessage {
        // As injected into Linux 6.1 by number and read from its table by name.
        String[] tcp = {
            "NONE",
            "ESTABLISHED",
            "SYN_SENT",
            "SYN_RECV",
            "FIN_WAIT",
            "TIME_WAIT",
            "CLOSE",
            "CLOSE_WAIT",
            "LAST_ACK",
            "LISTEN",
            "SYNACK"
        };
        String[] sctp = {
            "NONE",
            "INIT1",
            "INIT",
            "C-SENT",
            "C-REPLIED",
            "C-WAIT",
            "COOKIE",
            "C-ECHOED",
            "ESTABLISHED",
            "S-SENT",
            "S-RECEIVED",
            "S-ACK-SENT",
            "REJECTED",
            "CLOSED"
        };
        for (int i = 0; i < tcp.length; i++) {
            assertEquals(i, number("TCP", tcp[i]));
        }
        for (int i = 0; i < sctp.length; i++) {
            assertEquals(i, number("SCTP", sctp[i]));
        }
        assertEquals(0, number("UDP", "UDP"));
        assertTrue(ConnectionStates.number(line("UDP", "ESTABLISHED")).isEmpty());
    }

    private static int number(String protocol, String state) throws MalformedMessage {
        return ConnectionStates.number(line(protocol, state)).orElseThrow();
    }

    private static Connection line(String protocol, String state) throws MalformedMessage {
        return Connection.parse(protocol + " 0A030001 9C41 0A010101 0050 0A090001 0050 " + state + " 10");
    }
}
