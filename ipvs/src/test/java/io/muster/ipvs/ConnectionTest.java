package io.muster.ipvs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.MalformedMessage;
import io.muster.net.IpAddress;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Lines as Linux 6.1 prints them.
class ConnectionTest {
    private static final String TCP = "TCP 0A030001 9C41 0A010101 0050 7F000001 2328 TIME_WAIT       114";

    private static IpAddress ip(String text) {
        return IpAddress.parse(text).orElseThrow();
    }

    @Test
    void tcpLine() throws MalformedMessage {
        assertEquals(
                new Connection(
                        6, ip("10.3.0.1"), 40001, ip("10.1.1.1"), 80, ip("127.0.0.1"), 9000, "TIME_WAIT", 114, "", ""),
                Connection.parse(TCP));
    }

    @Test
    void ipv6LineAndOneToAnIpv4Server() throws MalformedMessage {
        Connection six = Connection.parse("TCP 2001:0db8:0000:0000:0000:0000:0000:0005 9C44"
                + " 2001:0db8:0000:0000:0000:0000:0000:0001 0050 0000:0000:0000:0000:0000:0000:0000:0001 2329"
                + " ESTABLISHED     894");
        assertEquals(ip("2001:db8::5"), six.client());
        assertEquals(ip("::1"), six.destination());
        assertFalse(six.template());
        Connection mixed = Connection.parse("TCP 2001:0db8:0000:0000:0000:0000:0000:0005 9C44"
                + " 2001:0db8:0000:0000:0000:0000:0000:0001 0050 0A090001 0050 ESTABLISHED     894");
        assertEquals(ip("10.9.0.1"), mixed.destination());
    }

    @Test
    void templatesAndTheirMarks() throws MalformedMessage {
        Connection template = Connection.parse("TCP 0A030000 0000 0A010102 0050 7F000001 2328 ASSURED          94");
        assertTrue(template.template());
        assertEquals(Optional.empty(), template.templateMark());
        Connection marked = Connection.parse("IP  0A030000 0000 FFFFFFFF 0000 7F000001 0000 NONE            30");
        assertTrue(marked.template());
        assertEquals(Optional.of(-1), marked.templateMark());
        Connection six = Connection.parse("IP  2001:0db8:0000:0000:0000:0000:0000:0000 0000"
                + " 0000:0007:0000:0000:0000:0000:0000:0000 0000 0000:0000:0000:0000:0000:0000:0000:0001 0000"
                + " NONE            30");
        assertEquals(Optional.of(7), six.templateMark());
        assertFalse(Connection.parse("TCP 0A030004 0000 0A010101 0050 0A090002 0050 LISTEN          798")
                .template());
    }

    @Test
    void engineColumns() throws MalformedMessage {
        Connection sip = Connection.parse(
                "UDP 0A030001 0000 0A010101 13C4 7F000001 13C4 NONE             94 sip a call id@host");
        assertEquals("sip", sip.engine());
        assertEquals("a call id@host", sip.engineData());
    }

    @Test
    void damagedLinesAreMalformedOrLinesAgain() {
        var dice = new Random(1);
        for (int i = 0; i < 5000; i++) {
            var line = new StringBuilder(TCP);
            int at = dice.nextInt(line.length());
            if (dice.nextBoolean()) {
                line.setLength(at);
            } else {
                line.setCharAt(at, (char) (32 + dice.nextInt(95)));
            }
            try {
                Connection.parse(line.toString());
            } catch (MalformedMessage e) {
                assertFalse(e.getMessage().isEmpty());
            }
        }
        assertThrows(MalformedMessage.class, () -> Connection.parse(""));
        assertThrows(
                MalformedMessage.class,
                () -> Connection.parse("Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires"));
    }
}
