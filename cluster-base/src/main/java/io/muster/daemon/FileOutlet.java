package io.muster.daemon;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.muster.finding.Why;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// A log file. It is appended to and never rotated here: logrotate renames it and sends SIGHUP, upon which it is
/// opened again by its name; when nothing has that name any more, so it is without being told, since to the
/// director's daemons SIGHUP means more. A disk that is full, or hangs, costs lines, never the daemon.
final class FileOutlet extends Outlet {
    /// What agents and clients said may stand in it: not for everybody.
    private static final FileAttribute<?> MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"));

    private final Path file;
    private @Nullable FileChannel out;
    private long failedAtMs = Long.MIN_VALUE;
    /// The last line stands there in part.
    private boolean torn;

    FileOutlet(Path file, EventExecutor thread, BiConsumer<String, String> complaints) {
        super("log file " + file, thread, complaints);
        this.file = file;
    }

    /// From the next line on by its name.
    void reopen() {
        perform(this::shut);
    }

    @Override
    void write(String daemon, ILoggingEvent event) {
        try {
            FileChannel open = open(event.getTimeStamp());
            long owed = owed();
            if (owed > 0) {
                append(open, HouseFormat.line(daemon, event.getTimeStamp(), "WARN", owedText(owed)));
                admitted(owed);
            }
            append(open, HouseFormat.line(daemon, event));
            written();
        } catch (IOException e) {
            failedAtMs = event.getTimeStamp();
            shut();
            failed(Why.reason(e));
        }
    }

    private FileChannel open(long nowMs) throws IOException {
        if (out != null && !Files.exists(file)) {
            shut();
        }
        FileChannel open = out;
        if (open == null) {
            if (failing() && Math.abs(nowMs - failedAtMs) < RETRY_MS) {
                throw new IOException("still failing");
            }
            open = FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), MODE);
            out = open;
        }
        return open;
    }

    private void append(FileChannel open, String line) throws IOException {
        ByteBuffer octets = ByteBuffer.wrap((torn ? "\n" + line : line).getBytes(StandardCharsets.UTF_8));
        int whole = octets.remaining();
        try {
            while (octets.hasRemaining()) {
                open.write(octets);
            }
            torn = false;
        } finally {
            torn |= octets.hasRemaining() && octets.remaining() < whole;
        }
    }

    @Override
    void shut() {
        FileChannel open = out;
        out = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // What was written is written.
            }
        }
    }
}
