package io.muster.bed.node;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reads what the daemons of all nodes write into their logs, as they write it.
///
/// Thread: one of its own reads; any may ask.
public final class LogWatch implements AutoCloseable {
    /// One line of a daemon's log.
    ///
    /// @param at the daemon's own time stamp
    /// @param text without time and identity
    record Line(TestNode node, String daemon, Instant at, String text) {}

    private final List<TestNode> nodes;
    private final List<Line> lines = new ArrayList<>();
    private final Map<Path, Long> read = new HashMap<>();
    private final Thread thread;
    private volatile boolean closed;

    public LogWatch(List<TestNode> nodes) {
        this.nodes = List.copyOf(nodes);
        thread = Thread.ofPlatform().daemon().name("log-watch").start(this::watch);
    }

    private void watch() {
        while (!closed) {
            poll();
            LockSupport.parkNanos(20_000_000L);
        }
    }

    private synchronized void poll() {
        for (TestNode node : nodes) {
            for (String daemon : List.of("cman", "ccsd", "fenced", "rgmanager", "clusterd")) {
                try {
                    poll(node, daemon, node.log(daemon));
                } catch (IOException e) {
                    System.getLogger("log-watch").log(System.Logger.Level.DEBUG, e.getMessage());
                }
            }
        }
        notifyAll();
    }

    private void poll(TestNode node, String daemon, Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        long from = read.getOrDefault(file, 0L);
        long size = Files.size(file);
        if (size <= from) {
            return;
        }
        byte[] fresh = new byte[(int) Math.min(size - from, 1 << 20)];
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(from);
            in.readFully(fresh);
        }
        int end = fresh.length;
        while (end > 0 && fresh[end - 1] != '\n') {
            end--;
        }
        read.put(file, from + end);
        for (String line : new String(fresh, 0, end, StandardCharsets.UTF_8).split("\n")) {
            Line parsed = parse(node, daemon, line);
            if (parsed != null) {
                lines.add(parsed);
            }
        }
    }

    private static @Nullable Line parse(TestNode node, String daemon, String line) {
        int time = line.indexOf(' ');
        int identity = line.indexOf(' ', time + 1);
        if (time < 0 || identity < 0) {
            return null;
        }
        try {
            return new Line(node, daemon, Instant.parse(line.substring(0, time)), line.substring(identity + 1));
        } catch (DateTimeParseException e) {
            // A continuation of the line before.
            return null;
        }
    }

    /// All lines stamped at or after `since`, by time.
    List<Line> since(Instant since) {
        synchronized (this) {
            return lines.stream()
                    .filter(line -> !line.at().isBefore(since))
                    .sorted(java.util.Comparator.comparing(Line::at))
                    .toList();
        }
    }

    /// Waits for a line stamped at or after `since`.
    @Nullable
    Line await(Instant since, int limitMs, Predicate<Line> wanted) {
        long end = System.nanoTime() + limitMs * 1_000_000L;
        while (true) {
            for (Line line : since(since)) {
                if (wanted.test(line)) {
                    return line;
                }
            }
            if (System.nanoTime() - end > 0) {
                return null;
            }
            LockSupport.parkNanos(10_000_000L);
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
