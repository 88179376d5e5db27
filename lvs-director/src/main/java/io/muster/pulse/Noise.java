package io.muster.pulse;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Counts what comes to the heartbeat port and doesn't count, and says each kind once a minute at most;
/// the other format once, and copies never.
final class Noise {
    private static final long QUIET_MS = 60_000;

    private final Map<Rejection, Long> counts = new TreeMap<>();
    private final Map<Rejection, Long> quietUntilMs = new TreeMap<>();

    /// All of it.
    record Image(SortedMap<Rejection, Long> counts, SortedMap<Rejection, Long> quietUntilMs) {}

    Image image() {
        return new Image(new TreeMap<>(counts), new TreeMap<>(quietUntilMs));
    }

    void resume(Image image) {
        counts.clear();
        counts.putAll(image.counts());
        quietUntilMs.clear();
        quietUntilMs.putAll(image.quietUntilMs());
    }

    /// @return what is worth a line in the log now
    Optional<String> heard(Rejection why, String text, long nowMs) {
        counts.merge(why, 1L, Long::sum);
        if (text.isEmpty() || nowMs < quietUntilMs.getOrDefault(why, Long.MIN_VALUE)) {
            return Optional.empty();
        }
        quietUntilMs.put(why, why == Rejection.OTHER_FORMAT ? Long.MAX_VALUE : nowMs + QUIET_MS);
        return Optional.of(text);
    }

    SortedMap<Rejection, Long> counts() {
        return new TreeMap<>(counts);
    }
}
