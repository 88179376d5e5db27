package io.muster.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BorrowedSettingsTest {
    private static final String A = "net.ipv4.vs.a";
    private static final String B = "net.ipv4.vs.b";
    private static final List<String> BOTH = List.of(A, B);

    /// The process ends at this point.
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    @TempDir
    Path state;

    private final TreeMap<String, String> values = new TreeMap<>();
    private String refused = "";
    private int callsLeft = Integer.MAX_VALUE;

    private final KernelSettings kernel = new KernelSettings() {
        @Override
        public Optional<String> setting(String name) {
            mayDie();
            return Optional.ofNullable(values.get(name));
        }

        @Override
        public void set(String name, String value) throws IOException {
            mayDie();
            if (name.equals(refused)) {
                throw new IOException("no");
            }
            values.put(name, value);
        }
    };

    private void mayDie() {
        if (callsLeft-- <= 0) {
            throw new Killed();
        }
    }

    @BeforeEach
    void boot() {
        values.put("kernel.random.boot_id", "one");
        values.put(A, "0");
        values.put(B, "3\t50");
    }

    /// A process' own, as each start makes it.
    private BorrowedSettings life() {
        return new BorrowedSettings(file(), kernel);
    }

    private Path file() {
        return state.resolve("lvs/sysctl");
    }

    private void take() throws IOException {
        BorrowedSettings settings = life();
        settings.borrow(BOTH);
        settings.set(A, "1");
        settings.set(B, "2 50");
        settings.set(B, "2 60");
    }

    /// Ends the process after so many calls of the kernel; 0 and more.
    private boolean dies(int calls, Step step) throws IOException {
        callsLeft = calls;
        try {
            step.run();
            return false;
        } catch (Killed e) {
            return true;
        } finally {
            callsLeft = Integer.MAX_VALUE;
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    /// Every point between two calls of the kernel, twice: while taking, and in the next life while giving back.
    @Test
    void whatWasComesBackWhereverTheProcessDies() throws IOException {
        Map<String, String> before = Map.copyOf(values);
        int taking = 0;
        boolean more = true;
        while (more) {
            more = dies(taking, this::take);
            int giving = 0;
            boolean again = true;
            while (again) {
                take();
                again = dies(giving, () -> assertEquals(List.of(), life().putBack()));
                giving++;
            }
            assertEquals(before, values, "killed after " + taking + " calls of the kernel");
            assertFalse(Files.exists(file()));
            // Once more, killed while giving back and never started again but to give back.
            dies(taking, this::take);
            dies(taking, () -> life().putBack());
            assertEquals(List.of(), life().putBack());
            assertEquals(before, values, "killed twice after " + taking + " calls of the kernel");
            taking++;
        }
        assertTrue(taking > 8, "only " + taking + " points to die at");
    }

    @Test
    void aHalfWrittenNoteOfOneThatWasKilledIsNoNote() throws IOException {
        Map<String, String> before = Map.copyOf(values);
        Files.createDirectories(file().getParent());
        Files.writeString(file().resolveSibling(".sysctl.new"), "boot one\n" + A + " 7");
        take();
        life().putBack();
        assertEquals(before, values);
    }

    @Test
    void notesOfAnotherBootAreVoid() throws IOException {
        take();
        values.put("kernel.random.boot_id", "two");
        values.put(A, "5");
        take();
        life().putBack();
        assertEquals("5", values.get(A));
    }

    @Test
    void whatAnEarlierBuildBorrowedIsPutBackToo() throws IOException {
        values.put("net.ipv4.vs.old", "9");
        BorrowedSettings earlier = life();
        earlier.borrow(List.of("net.ipv4.vs.old"));
        earlier.set("net.ipv4.vs.old", "1");
        take();
        life().putBack();
        assertEquals("9", values.get("net.ipv4.vs.old"));
    }

    @Test
    void whatThisKernelHasNotIsNotBorrowed() throws IOException {
        assertEquals(Set.of(A), life().borrow(List.of(A, "net.ipv4.vs.none")));
    }

    @Test
    void whatCanNotBePutBackStaysNoted() throws IOException {
        take();
        refused = A;
        assertEquals(List.of("can't set " + A + " back to 0: no"), life().putBack());
        assertEquals("3\t50", values.get(B));
        refused = "";
        assertEquals(List.of(), life().putBack());
        assertEquals("0", values.get(A));
    }

    @Test
    void withoutADiskTheSameProcessStillPutsThemBack() throws IOException {
        Files.createDirectories(file());
        BorrowedSettings settings = life();
        assertThrows(IOException.class, () -> settings.borrow(BOTH));
        settings.set(A, "1");
        settings.putBack();
        assertEquals("0", values.get(A));
    }
}
