package io.muster.pulse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class SendArpTest {
    private static final String USAGE = "Usage: send_arp [-i DEV] SRC_IP SRC_HW TARG_IP TARG_HW\n";

    private final List<String> sent = new ArrayList<>();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String line) {
        var command = new SendArp((device, frame) -> {
            if (device.equals("none")) {
                throw new IOException("none: No such device");
            }
            sent.add(device + " " + HexFormat.of().formatHex(frame));
        });
        var stream = new PrintStream(err, true, StandardCharsets.UTF_8);
        return command.run(line.split(" "), stream, stream);
    }

    private String said() {
        String text = err.toString(StandardCharsets.UTF_8);
        err.reset();
        return text;
    }

    @Test
    void originalsFormWithAndWithoutColons() {
        String frame = "ffffffffffff02004d0a0b0c0806000108000604000202004d0a0b0cc0a81a0a02004d0a0b0cc0a81a0a"
                + "00".repeat(18);
        assertEquals(0, run("-i eth1 192.168.26.10 02004D0A0B0C 192.168.26.255 ffffffffffff"));
        assertEquals(0, run("192.168.26.10 02:00:4d:0a:0b:0c 192.168.26.255 ff:ff:ff:ff:ff:ff"));
        assertEquals(List.of("eth1 " + frame, "eth0 " + frame), sent);
    }

    @Test
    void ipv6IsAdvertisedToAllNodesOrOne() {
        assertEquals(0, run("2001:db8::10 02004d0a0b0c ff02::1 ffffffffffff"));
        assertEquals(0, run("2001:db8::10 02004d0a0b0c ff02::1 020000000001"));
        assertTrue(sent.get(0).startsWith("eth0 33330000000102004d0a0b0c86dd"), sent.get(0));
        assertTrue(sent.get(1).startsWith("eth0 02000000000102004d0a0b0c86dd"), sent.get(1));
    }

    @Test
    void everyErrorIs1() {
        assertEquals(1, run("10.0.0.1 02004d0a0b0c 10.0.0.255"));
        assertEquals(USAGE, said());
        assertEquals(1, run("-x 10.0.0.1 02004d0a0b0c 10.0.0.255 ffffffffffff"));
        assertEquals("send_arp: invalid option -- 'x'\n" + USAGE, said());
        assertEquals(1, run("10.0.0 02004d0a0b0c 10.0.0.255 ffffffffffff"));
        assertEquals("send_arp: 10.0.0: not an IP address\n", said());
        assertEquals(1, run("10.0.0.1 02004d0a0b 10.0.0.255 ffffffffffff"));
        assertEquals("send_arp: 02004d0a0b: not a hardware address of 12 hex digits\n", said());
        assertEquals(1, run("-i none 10.0.0.1 02004d0a0b0c 10.0.0.255 ffffffffffff"));
        assertEquals("send_arp: none: No such device\n", said());
        assertTrue(sent.isEmpty(), sent.toString());
    }
}
