package io.muster.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Drive;
import io.muster.core.MalformedMessage;
import io.muster.core.ReplicatedCore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TwoReplicasTest {
    /// Appends entries to a text, and breaks its promise in a stated way.
    private static class Text implements ReplicatedCore<String, String, String> {
        String state = "";
        private final String sin;
        private long hidden;
        private long nowMs;

        Text(String sin) {
            this.sin = sin;
        }

        @Override
        public void apply(String entry) {
            state += entry;
            hidden++;
            if (sin.equals("clock")) {
                state += nowMs;
            } else if (sin.equals("hidden") && hidden == 7) {
                state += "!";
            }
        }

        @Override
        public List<String> drive(Drive<String, String> why, long now) {
            nowMs = now;
            if (sin.equals("drive")) {
                state += "d";
            }
            return List.of("did " + why);
        }

        @Override
        public long nextDeadlineMs() {
            return nowMs + 1_000;
        }

        @Override
        public byte[] snapshot() {
            return state.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public void restore(byte[] snapshot) throws MalformedMessage {
            state = new String(snapshot, StandardCharsets.UTF_8);
        }
    }

    private static void feed(String sin) {
        var replicas = new TwoReplicas<>(() -> new Text(sin));
        for (int i = 0; i < 20; i++) {
            replicas.apply("entry");
            replicas.local("event");
            replicas.pass(3_000);
        }
    }

    @Test
    void anHonestCorePasses() {
        feed("none");
        assertEquals(List.of("did Applied[entry=x]"), new TwoReplicas<>(() -> new Text("none")).apply("x"));
    }

    @Test
    void aCoreThatAppliesByTheClockIsFound() {
        var found = assertThrows(AssertionError.class, () -> feed("clock"));
        assertTrue(found.getMessage().contains("two replicas with different clocks differ"), found.getMessage());
    }

    @Test
    void aCoreThatChangesItsStateInDriveIsFound() {
        var found = assertThrows(AssertionError.class, () -> feed("drive"));
        assertTrue(found.getMessage().contains("before and after drive"), found.getMessage());
    }

    @Test
    void stateThatIsNotInTheSnapshotIsFound() {
        var found = assertThrows(AssertionError.class, () -> feed("hidden"));
        assertTrue(found.getMessage().contains("one restored from a snapshot"), found.getMessage());
    }
}
