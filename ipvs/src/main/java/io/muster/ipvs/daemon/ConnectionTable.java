package io.muster.ipvs.daemon;

import io.muster.core.MalformedMessage;
import io.muster.ipvs.Connection;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The kernel's connection table as `/proc/net/ip_vs_conn` shows it.
///
/// The kernel writes a page at a time and forgets where it was: entries that come or go meanwhile may shift others, so
/// that a few are missing or come twice. Reading costs it time that grows faster than the table does (each page is
/// looked for from the start, before Linux 6.5): once a second is fine for 10^4 entries, not for 10^6.
///
/// Thread: any; each call opens the file anew. Memory is bounded whatever the table's size, except in [#read].
public final class ConnectionTable {
    /// Of the network namespace of the calling thread.
    public static final Path PROC = Path.of("/proc/thread-self/net/ip_vs_conn");

    private static final int BUFFER = 1 << 16;

    private final Path file;

    public ConnectionTable() {
        this(PROC);
    }

    /// @param file another in the same form
    public ConnectionTable(Path file) {
        this.file = file;
    }

    /// All of them, in memory: for tables known to be small.
    ///
    /// @throws IOException when the file can't be read; FileNotFoundException when the kernel has no IPVS loaded
    public List<Connection> read() throws IOException {
        var all = new ArrayList<Connection>();
        forEach(all::add);
        return all;
    }

    /// Hands over one after another.
    ///
    /// @return how many
    /// @throws IOException as [#read]; also for a line that makes no sense
    public long forEach(Consumer<Connection> consumer) throws IOException {
        long entries = 0;
        try (InputStream in = new FileInputStream(file.toFile())) {
            var line = new StringBuilder(160);
            var buffer = new byte[BUFFER];
            boolean title = true;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                for (int i = 0; i < n; i++) {
                    if (buffer[i] != '\n') {
                        line.append((char) (buffer[i] & 0xff));
                        continue;
                    }
                    if (!title) {
                        consumer.accept(parse(line.toString()));
                        entries++;
                    }
                    title = false;
                    line.setLength(0);
                }
                if (line.length() > BUFFER) {
                    throw new IOException(file + ": a line of more than " + BUFFER + " characters");
                }
            }
        }
        return entries;
    }

    /// Connections and templates together, without looking at them.
    ///
    /// @throws IOException as [#read]
    public long count() throws IOException {
        long lines = 0;
        try (InputStream in = new FileInputStream(file.toFile())) {
            var buffer = new byte[BUFFER];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                for (int i = 0; i < n; i++) {
                    if (buffer[i] == '\n') {
                        lines++;
                    }
                }
            }
        }
        // The title.
        return Math.max(0, lines - 1);
    }

    private Connection parse(String line) throws IOException {
        try {
            return Connection.parse(line);
        } catch (MalformedMessage e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }
}
