package io.muster.transport.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.os.KernelSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickQuestionsTest {
    private static final String FOUR = "net.ipv4.neigh.eth0.retrans_time_ms";
    private static final String SIX = "net.ipv6.neigh.eth0.retrans_time_ms";

    @TempDir
    private Path run;

    private final TreeMap<String, String> values = new TreeMap<>();
    private boolean refused;

    private final KernelSettings kernel = new KernelSettings() {
        @Override
        public Optional<String> setting(String name) {
            return Optional.ofNullable(values.get(name));
        }

        @Override
        public void set(String name, String value) throws IOException {
            if (refused) {
                throw new IOException("read-only file system");
            }
            values.put(name, value);
        }
    };

    @BeforeEach
    void boot() {
        values.put("kernel.random.boot_id", "one");
        values.put(FOUR, "1000");
        values.put(SIX, "50");
    }

    private QuickQuestions life() {
        return new QuickQuestions(run.resolve("cman-neigh"), kernel);
    }

    @Test
    void aLongerTimeIsShortenedAndPutBackAtTheEnd() {
        QuickQuestions questions = life();
        questions.on(Set.of("eth0"));
        assertEquals("100", values.get(FOUR));
        assertEquals("50", values.get(SIX), "shorter already");
        assertTrue(Files.exists(run.resolve("cman-neigh")));
        questions.putBack();
        assertEquals("1000", values.get(FOUR));
        assertFalse(Files.exists(run.resolve("cman-neigh")));
    }

    @Test
    void oneThatWasKilledIsPutRightByTheNext() {
        life().on(Set.of("eth0"));
        QuickQuestions next = life();
        next.on(Set.of("eth0"));
        assertEquals("100", values.get(FOUR));
        next.putBack();
        assertEquals("1000", values.get(FOUR));
    }

    @Test
    void whoIsKilledAndNeverSeesALinkPutsRightToo() {
        life().on(Set.of("eth0"));
        life().putBack();
        assertEquals("1000", values.get(FOUR));
    }

    @Test
    void aLinkThatComesLaterIsSeenTo() {
        QuickQuestions questions = life();
        questions.on(Set.of("eth0"));
        values.put("net.ipv4.neigh.eth1.retrans_time_ms", "2000");
        questions.on(Set.of("eth0", "eth1"));
        assertEquals("100", values.get("net.ipv4.neigh.eth1.retrans_time_ms"));
        questions.putBack();
        assertEquals("2000", values.get("net.ipv4.neigh.eth1.retrans_time_ms"));
        assertEquals("1000", values.get(FOUR));
    }

    @Test
    void whereItIsRefusedNothingIsChanged() {
        refused = true;
        QuickQuestions questions = life();
        questions.on(Set.of("eth0"));
        assertEquals("1000", values.get(FOUR));
        questions.putBack();
        assertEquals("1000", values.get(FOUR));
        assertFalse(Files.exists(run.resolve("cman-neigh")));
    }
}
