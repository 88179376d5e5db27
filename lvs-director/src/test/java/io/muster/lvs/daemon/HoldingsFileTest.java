package io.muster.lvs.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ipvs.ServiceId;
import io.muster.lvs.Holdings;
import io.muster.lvs.HoldingsText;
import io.muster.net.IpAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HoldingsFileTest {
    private static final ServiceId WEB =
            new ServiceId(ServiceId.TCP, IpAddress.parse("10.1.1.1").orElseThrow(), 80, 0);

    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("owned");
    }

    @Test
    void oneBadOctetCostsItsLineAndNoMore() throws IOException {
        HoldingsFile.write(file(), new Holdings(new TreeSet<>(Set.of(WEB)), new TreeSet<>(), new TreeMap<>()));
        byte[] good = Files.readAllBytes(file());
        byte[] bad = new byte[good.length + 6];
        byte[] line = {'x', ' ', (byte) 0xff, (byte) 0xc0, 0, '\n'};
        System.arraycopy(line, 0, bad, 0, line.length);
        System.arraycopy(good, 0, bad, line.length, good.length);
        Files.write(file(), bad);
        HoldingsText.Reading reading = HoldingsFile.read(file());
        assertEquals(Set.of(WEB), reading.holdings().owned());
        assertEquals(2, reading.problems().size(), reading.problems().toString());
        assertTrue(
                reading.problems().getLast().endsWith("owned.damaged"),
                reading.problems().toString());
        assertFalse(Files.exists(file()));
        assertEquals(bad.length, Files.size(directory.resolve("owned.damaged")));
    }

    @Test
    void whatCannotBeReadAtAllIsSetAsideAndTheWayIsFree() throws IOException {
        Files.createDirectory(file());
        HoldingsText.Reading reading = HoldingsFile.read(file());
        assertEquals(Holdings.NONE, reading.holdings());
        assertTrue(
                reading.problems().getFirst().startsWith("can't be read: "),
                reading.problems().toString());
        HoldingsFile.write(file(), Holdings.NONE);
        assertTrue(Files.readString(file(), StandardCharsets.UTF_8).endsWith("end\n"));
    }

    @Test
    void noFileIsNoProblem() {
        assertEquals(0, HoldingsFile.read(file()).problems().size());
    }
}
