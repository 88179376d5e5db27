package io.muster.os;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class PacketSocketTest {
    /// Who has 10.77.1.1? Asked by 10.77.1.9.
    private static final byte[] QUESTION = HexFormat.of()
            .parseHex("ffffffffffff02000000000b0806" + "0001080006040001" + "02000000000b0a4d0109"
                    + "0000000000000a4d0101");

    @Test
    void aFrameArrivesAsItWasSent() throws Exception {
        Network.inNamespace(() -> {
            up();
            try (var hears = PacketSocket.open("a1", PacketSocket.ARP)) {
                PacketSocket.send("a0", QUESTION);
                assertArrayEquals(QUESTION, hears.receive(5_000).orElseThrow());
                assertTrue(hears.receive(10).isEmpty());
            }
        });
    }

    @Test
    void theKernelsAnswerToAQuestionIsHeard() throws Exception {
        Network.inNamespace(() -> {
            up();
            try (var route = RouteNetlink.open(Network.LIMIT);
                    var asks = PacketSocket.open("a1", PacketSocket.ARP)) {
                route.putAddress(InterfaceAddress.of("a0", java.net.InetAddress.ofLiteral("10.77.1.1"), 24));
                asks.send(QUESTION);
                byte[] answer = asks.receive(5_000).orElseThrow();
                assertEquals(2, answer[21], "an answer");
                assertEquals(10, answer[27], "a0's hardware address ends in 0a");
            }
        });
    }

    @Test
    void aDeviceThatIsNotThereIsSaid() throws Exception {
        Network.inNamespace(() -> {
            var e = assertThrows(NetException.class, () -> PacketSocket.send("eth9", QUESTION));
            assertEquals("eth9: No such device", e.getMessage());
            var down = assertThrows(NetException.class, () -> PacketSocket.send("a0", QUESTION));
            assertEquals("a frame on a0: Network is down", down.getMessage());
        });
    }

    /// Until the kernel has got round to it, a link that is up drops what is sent.
    private static void up() throws Exception {
        try (var route = RouteNetlink.open(Network.LIMIT)) {
            Sysctl.set("net.ipv6.conf.all.disable_ipv6", "1");
            route.setUp("a0", true);
            route.setUp("a1", true);
        }
        for (String device : List.of("a0", "a1")) {
            Network.await(device + " carries packets", () -> carries(device));
        }
    }

    private static boolean carries(String device) {
        try {
            return Network.ip("-o", "link", "show", device).contains("state UP");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
