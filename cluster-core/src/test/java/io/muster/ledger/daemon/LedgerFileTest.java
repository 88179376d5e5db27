package io.muster.ledger.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.daemon.Layout;
import io.muster.group.Remains;
import io.muster.simulator.SimFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Each row of the ledger's table.
class LedgerFileTest {
    private static final SortedMap<String, byte[]> DB = new TreeMap<>(Map.of("service:db", new byte[] {1, 2}));

    private final SimFiles disk = new SimFiles();
    private final Layout layout = Layout.under(Path.of("/node1"));
    private final LedgerFile first = new LedgerFile(disk, layout, "one");
    private final LedgerFile afterBoot = new LedgerFile(disk, layout, "two");

    @Test
    void nothingWasEverStarted() {
        assertEquals(Remains.NONE, first.read().remains());
    }

    @Test
    void ofThisLifeItsServicesMayRun() throws IOException {
        first.write(DB);
        assertEquals(Remains.of("service:db"), first.read().remains());
        assertArrayEquals(new byte[] {1, 2}, first.read().services().get("service:db"));
        first.write(new TreeMap<>());
        assertEquals(Remains.NONE, first.read().remains());
    }

    @Test
    void whatAnotherLifeStartedIsGone() throws IOException {
        first.write(DB);
        assertEquals(Remains.NONE, afterBoot.read().remains());
    }

    @Test
    void lostWithinThisLifeAllMayRun() throws IOException {
        first.write(DB);
        disk.delete(layout.ledger());
        assertEquals(Remains.ALL, first.read().remains());
        assertEquals(Remains.NONE, afterBoot.read().remains(), "a reboot empties /run");
    }

    @Test
    void damagedAllMayRunInEachOctet() throws IOException {
        first.write(DB);
        byte[] whole = disk.read(layout.ledger(), 1 << 20).orElseThrow();
        for (int i = 0; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 1;
            disk.put(layout.ledger(), damaged);
            assertEquals(Remains.ALL, first.read().remains(), "octet " + i);
            disk.put(layout.ledger(), java.util.Arrays.copyOf(whole, i));
            assertEquals(Remains.ALL, first.read().remains(), "cut after " + i);
        }
    }

    @Test
    void aLedgerThatCannotBeWrittenLeavesTheFormerOne() throws IOException {
        first.write(DB);
        disk.refuseWrites("no space left on device");
        assertThrows(IOException.class, () -> first.write(new TreeMap<>()));
        assertEquals(Remains.of("service:db"), first.read().remains());
    }

    @Test
    void aWitnessOfAnotherLifeIsReplacedBeforeTheLedgerIsWritten() throws IOException {
        first.write(DB);
        afterBoot.write(DB);
        assertArrayEquals(
                "two\n".getBytes(StandardCharsets.UTF_8),
                disk.read(layout.life(), 100).orElseThrow());
        disk.delete(layout.ledger());
        assertEquals(Remains.ALL, afterBoot.read().remains());
    }
}
