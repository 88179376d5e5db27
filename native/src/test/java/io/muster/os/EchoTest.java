package io.muster.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EchoTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    @Test
    void bothFamiliesAnswerByPingSocket() throws Exception {
        answersHere("0 2147483647");
    }

    @Test
    void bothFamiliesAnswerByRawSocket() throws Exception {
        answersHere("1 0");
    }

    private static void answersHere(String groups) throws Exception {
        Network.inNamespace(() -> {
            Sysctl.set("net.ipv4.ping_group_range", groups);
            try (var echo = Echo.open()) {
                assertTrue(ask(echo, "127.0.0.1", LONG).answered());
                assertTrue(ask(echo, "::1", LONG).answered());
            }
        });
    }

    @Test
    void aThousandAtOnceAreAllTold() throws Exception {
        Network.inNamespace(() -> {
            var told = new AtomicInteger();
            try (var echo = Echo.open()) {
                for (int i = 0; i < 1_000; i++) {
                    echo.send(
                            InetAddress.getByAddress(new byte[] {127, 1, (byte) (i / 250), (byte) (i % 250 + 1)}),
                            LONG,
                            result -> {
                                assertTrue(result.answered(), result.reason());
                                told.incrementAndGet();
                            });
                }
                Network.await("all answered, now " + told, () -> told.get() == 1_000);
            }
        });
    }

    @Test
    void silenceAndRefusalsHaveAReason() throws Exception {
        Network.inNamespace(() -> {
            try (var echo = Echo.open();
                    var route = RouteNetlink.open(Network.LIMIT)) {
                var unreachable = ask(echo, "192.0.2.1", LONG);
                assertEquals("Network is unreachable", unreachable.reason());
                route.setUp("a0", true);
                route.setUp("a1", true);
                route.putAddress(InterfaceAddress.of("a0", InetAddress.ofLiteral("192.0.2.9"), 24));
                var silent = ask(echo, "192.0.2.1", Duration.ofMillis(50));
                assertEquals("no answer in time", silent.reason());
                assertTrue(silent.tookNs() >= 50_000_000L, silent.toString());
                // One that waits long doesn't hold up one with a shorter limit.
                var slow = new CompletableFuture<Echo.Result>();
                echo.send(InetAddress.ofLiteral("192.0.2.2"), LONG, slow::complete);
                assertEquals(
                        "no answer in time",
                        ask(echo, "192.0.2.3", Duration.ofMillis(20)).reason());
                assertTrue(!slow.isDone());
            }
        });
    }

    private static Echo.Result ask(Echo echo, String to, Duration limit) throws Exception {
        var told = new CompletableFuture<Echo.Result>();
        echo.send(InetAddress.ofLiteral(to), limit, told::complete);
        return told.get(20, TimeUnit.SECONDS);
    }
}
