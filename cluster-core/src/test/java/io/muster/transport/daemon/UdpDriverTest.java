package io.muster.transport.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.driver.Loops;
import io.muster.transport.ClusterKey;
import io.muster.transport.LinkUse;
import io.muster.transport.TransportConfig;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real sockets on 127.77.x.y.
class UdpDriverTest {
    private static final int PORT = 25_405;

    private record Received(int at, int from, String text) {}

    private final EventLoop loop = Loops.start("udp-test");
    private final List<UdpDriver> drivers = new ArrayList<>();
    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    private final ConcurrentLinkedQueue<String> notes = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Throwable> broken = new ConcurrentLinkedQueue<>();

    @AfterEach
    void stop() throws Exception {
        for (UdpDriver driver : drivers) {
            loop.submit(driver::close).get(5, TimeUnit.SECONDS);
        }
        Loops.stop(loop);
        assertTrue(broken.isEmpty(), broken::toString);
    }

    @Test
    void nodesTalkInBatchesOverRealSockets() throws Exception {
        start(1, 3, 1);
        start(2, 3, 1);
        start(3, 3, 1);
        await(() -> notes.stream().filter(n -> n.contains("accepted")).count() >= 6);
        loop.execute(() -> {
            for (int i = 0; i < 200; i++) {
                drivers.getFirst()
                        .multicast(List.of(2, 3), ("m" + "x".repeat(i % 7 * 200) + i).getBytes(StandardCharsets.UTF_8));
            }
            drivers.get(1).unicast(1, "token".getBytes(StandardCharsets.UTF_8));
        });
        int atTwo = 0;
        int atThree = 0;
        int tokens = 0;
        while (atTwo < 200 || atThree < 200 || tokens < 1) {
            Received next = received.poll(5, TimeUnit.SECONDS);
            assertTrue(next != null, "only " + atTwo + " and " + atThree + " arrived");
            if (next.at() == 2) {
                assertTrue(next.text().endsWith(String.valueOf(atTwo)), next.text());
                atTwo++;
            } else if (next.at() == 3) {
                atThree++;
            } else {
                assertEquals(new Received(1, 2, "token"), next);
                tokens++;
            }
        }
    }

    @Test
    void aClosedPortIsReportedAtOnce() throws Exception {
        start(1, 2, 2);
        start(2, 2, 2);
        await(() -> notes.stream().filter(n -> n.contains("accepted")).count() >= 2);
        UdpDriver second = drivers.removeLast();
        loop.submit(second::close).get(5, TimeUnit.SECONDS);
        long closed = System.nanoTime();
        await(() -> notes.contains("1 refused 2"));
        long tookMs = (System.nanoTime() - closed) / 1_000_000;
        assertTrue(tookMs < 1000, "took " + tookMs + " ms");
    }

    @Test
    void aSecondDaemonOnTheSameAddressIsRefused() throws Exception {
        start(1, 2, 1);
        String message = assertThrows(IOException.class, () -> start(1, 2, 1)).getMessage();
        assertTrue(String.valueOf(message).contains("is cman running already"), message);
    }

    @Test
    void theMtuOfLoopbackIsFound() throws Exception {
        start(1, 2, 1);
        start(2, 2, 1);
        await(() -> notes.contains("1 mtu " + (8972 - 44)));
    }

    @Test
    void aChangedKeyFileIsTakenOverWithoutARestart(@TempDir Path dir) throws Exception {
        start(1, 3, 1);
        start(2, 3, 1);
        await(() -> notes.stream().filter(n -> n.contains("accepted")).count() >= 2);
        Path file = dir.resolve("key");
        Files.write(file, new byte[32]);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        drivers.forEach(driver -> driver.watch(file));
        byte[] other = new byte[32];
        other[0] = 1;
        Files.write(file, other);
        Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis() + 5000));
        start(3, 3, 1, other);
        await(() -> notes.contains("1 accepted 3") && notes.contains("2 accepted 3"));
        loop.execute(() -> drivers.getLast().multicast(List.of(1, 2), "new key".getBytes(StandardCharsets.UTF_8)));
        for (int i = 0; i < 2; i++) {
            Received next = received.poll(5, TimeUnit.SECONDS);
            assertTrue(next != null && next.text().equals("new key"), String.valueOf(next));
        }
    }

    private void start(int nodeid, int count, int links) throws IOException {
        start(nodeid, count, links, new byte[32]);
    }

    private void start(int nodeid, int count, int links, byte[] key) throws IOException {
        SortedMap<Integer, List<Addresses.Name>> names = new TreeMap<>();
        SortedMap<Integer, Integer> peers = new TreeMap<>();
        for (int id = 1; id <= count; id++) {
            List<Addresses.Name> own = new ArrayList<>();
            for (int link = 0; link < links; link++) {
                own.add(new Addresses.Name("127.77." + link + "." + id, PORT));
            }
            names.put(id, own);
            if (id != nodeid) {
                peers.put(id, links);
            }
        }
        UdpDriver driver = new UdpDriver(
                loop,
                new Node(nodeid, Incarnation.random(new Random())),
                TransportConfig.of(nodeid, links, peers, LinkUse.RANKED),
                Addresses.resolve(names),
                new ClusterKey(key),
                new Random(),
                listener(nodeid),
                broken::add);
        drivers.add(driver);
        driver.start();
    }

    private UdpDriver.Listener listener(int at) {
        return new UdpDriver.Listener() {
            @Override
            public void received(int nodeid, Incarnation incarnation, byte[] datagram) {
                received.add(new Received(at, nodeid, new String(datagram, StandardCharsets.UTF_8)));
            }

            @Override
            public void portRefused(int nodeid) {
                notes.add(at + " refused " + nodeid);
            }

            @Override
            public void mtu(int bytes) {
                notes.add(at + " mtu " + bytes);
            }

            @Override
            public void accepted(Node node, @org.jspecify.annotations.Nullable Incarnation replaced) {
                notes.add(at + " accepted " + node.nodeid());
            }
        };
    }

    private void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + 15_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, notes::toString);
            Thread.onSpinWait();
            received.poll(0, TimeUnit.SECONDS);
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
    }
}
