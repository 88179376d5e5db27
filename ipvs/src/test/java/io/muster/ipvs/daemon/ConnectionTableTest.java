package io.muster.ipvs.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.ipvs.Connection;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionTableTest {
    private static final String TITLE =
            "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n";

    @TempDir
    Path directory;

    @Test
    void everyLineComesOnceWhereverTheBufferEnds() throws IOException {
        int entries = 20_000;
        var text = new StringBuilder(TITLE);
        for (int i = 0; i < entries; i++) {
            text.append(String.format("TCP 0A03%04X 9C41 0A010101 0050 7F000001 2328 ESTABLISHED %7d%n", i, i % 900));
        }
        Path file = Files.writeString(directory.resolve("ip_vs_conn"), text);
        var table = new ConnectionTable(file);
        var next = new AtomicLong(0x0A030000L);
        long seen = table.forEach(connection ->
                assertEquals(next.getAndIncrement(), connection.client().low()));
        assertEquals(entries, seen);
        assertEquals(entries, table.count());
        assertEquals(entries, table.read().stream().filter(c -> !c.template()).count());
    }

    @Test
    void emptyTableHasATitleOnly() throws IOException {
        var table = new ConnectionTable(Files.writeString(directory.resolve("ip_vs_conn"), TITLE));
        assertEquals(0, table.count());
        assertEquals(0, table.forEach((Connection connection) -> assertEquals("nothing", connection.state())));
    }

    @Test
    void withoutIpvsThereIsNoFile() {
        assertThrows(FileNotFoundException.class, () -> new ConnectionTable(directory.resolve("no")).count());
    }

    @Test
    void nonsenseIsAnError() throws IOException {
        var table = new ConnectionTable(Files.writeString(directory.resolve("ip_vs_conn"), TITLE + "nonsense\n"));
        assertThrows(IOException.class, table::read);
    }
}
