package io.muster.lvs.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.lvs.LvsdEffect;
import io.muster.machine.Program;
import io.muster.machine.Programs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// In which order programs that notify are run, and how many.
class NotifierTest {
    /// Programs that end when they are told to.
    private static final class Held implements Programs {
        final Map<String, Consumer<Program.Result>> running = new LinkedHashMap<>();

        @Override
        public Running start(Program program, Bond bond, Consumer<Program.Result> ended) {
            assertEquals(Bond.TIED, bond);
            String name = String.join(" ", program.command());
            running.put(name, ended);
            return () -> end(name, Program.TIMED_OUT);
        }

        @Override
        public void takeOver(Path notes, long withinMs, Consumer<TakeOver> then) {
            throw new UnsupportedOperationException();
        }

        void end(String name, int status) {
            Consumer<Program.Result> ended = running.remove(name);
            if (ended != null) {
                ended.accept(new Program.Result(status, "", 1));
            }
        }

        List<String> names() {
            return new ArrayList<>(running.keySet());
        }
    }

    private final Held held = new Held();
    private final Notifier notifier = new Notifier(held, 30_000);

    private void tell(String subject, boolean up) {
        notifier.tell(new LvsdEffect.Notify(subject, up, List.of(subject, up ? "up" : "down"), new TreeMap<>()));
    }

    @Test
    void whatTellsOfOneServerWaitsForWhatWasToldOfItBefore() {
        tell("a", false);
        tell("a", true);
        tell("b", false);
        assertEquals(List.of("a down", "b down"), held.names());
        held.end("a down", 1);
        assertEquals(List.of("b down", "a up"), held.names());
    }

    @Test
    void aFewRunAtOnceAndSoManyWait() {
        int all = Notifier.AT_ONCE + Notifier.MOST_WAITING;
        for (int i = 0; i < all + 5; i++) {
            tell("s" + i, false);
            assertTrue(held.running.size() <= Notifier.AT_ONCE);
        }
        var run = new ArrayList<String>();
        while (!held.running.isEmpty()) {
            String first = held.names().getFirst();
            run.add(first);
            held.end(first, 0);
        }
        assertEquals(all, run.size());
        assertEquals("s" + (all - 1) + " down", run.getLast());
    }

    @Test
    void whoNamesNoProgramRunsNone() {
        notifier.tell(new LvsdEffect.Notify("a", true, List.of(), new TreeMap<>()));
        assertEquals(List.of(), held.names());
    }

    @Test
    void theEndEndsAllAndWaitsForIt() {
        tell("a", false);
        tell("a", true);
        tell("b", true);
        var gone = new AtomicBoolean();
        notifier.close(() -> gone.set(true));
        assertTrue(gone.get());
        assertFalse(held.running.containsKey("a up"), "what waited isn't run");
        tell("c", true);
        assertEquals(List.of(), held.names());
    }
}
