package io.muster.ipvs.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.MalformedMessage;
import io.muster.ipvs.SyncCodec;
import io.muster.ipvs.SyncSource;
import io.muster.ipvs.Timeouts;
import io.muster.net.IpAddress;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A table sent over the loopback device, to one who listens there in place of a kernel.
class BulkSyncTest {
    private static final IpAddress HERE = IpAddress.parse("127.0.0.1").orElseThrow();

    @TempDir
    Path directory;

    @Test
    void allGoOutAndTheFreshestFirst() throws IOException, MalformedMessage {
        long seed = 7;
        var random = new Random(seed);
        var fresh = new TreeSet<Long>();
        var text =
                new StringBuilder("Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n");
        for (int i = 0; i < 2_000; i++) {
            boolean isFresh = random.nextInt(20) == 0;
            int expires = isFresh ? 898 : random.nextInt(800);
            if (isFresh) {
                fresh.add(0x0A030000L + i);
            }
            text.append(String.format("TCP 0A03%04X 9C41 0A010101 0050 7F000001 2328 ESTABLISHED %7d%n", i, expires));
        }
        Path file = Files.writeString(directory.resolve("ip_vs_conn"), text);
        List<Long> heard = new ArrayList<>();
        try (var socket = new DatagramSocket(new InetSocketAddress(HERE.inet(), 0))) {
            socket.setSoTimeout(10_000);
            socket.setReceiveBufferSize(1 << 20);
            var target = new BulkSync.Target("lo", 7, HERE, socket.getLocalPort(), 1, BulkSync.PACE_KB_PER_S);
            var source = new SyncSource(List.of(), new Timeouts(900, 120, 300));
            BulkSync.Sent sent = new BulkSync(new ConnectionTable(file)).send(target, source, (done, total) -> {});
            assertEquals(2_000, sent.sent());
            for (int i = 0; i < sent.messages(); i++) {
                var packet = new DatagramPacket(new byte[4096], 4096);
                socket.receive(packet);
                SyncCodec.decode(Arrays.copyOf(packet.getData(), packet.getLength()))
                        .entries()
                        .forEach(entry -> heard.add(entry.client().low()));
            }
        }
        assertEquals(2_000, new TreeSet<>(heard).size());
        // Those that came before the first fresh one showed how long a state may last were taken for fresh.
        var first = new TreeSet<>(heard.subList(0, fresh.size() + 50));
        assertTrue(
                first.containsAll(fresh),
                () -> "seed " + seed + ": of " + fresh.size() + " fresh ones the last came as "
                        + heard.indexOf(fresh.last()));
    }
}
