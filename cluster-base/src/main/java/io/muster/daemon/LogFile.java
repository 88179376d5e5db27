package io.muster.daemon;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// A daemon's log file, bounded: at 8 MiB it becomes `NAME.log.1` and so on to `.4`. Someone may move it away, as
/// logrotate does: the next line makes a new one. A disk that is full costs lines, never the daemon.
///
/// Thread: the appender's.
final class LogFile {
    private static final long MAX_OCTETS = 8 << 20;
    private static final int KEPT = 4;

    private final Path file;
    private long size;
    private OutputStream out;

    LogFile(Path file) throws IOException {
        this.file = file;
        out = open();
    }

    void write(String line) throws IOException {
        if (size > MAX_OCTETS) {
            rotate();
        } else if (!Files.exists(file)) {
            out.close();
            out = open();
        }
        byte[] octets = line.getBytes(StandardCharsets.UTF_8);
        size += octets.length;
        out.write(octets);
    }

    private void rotate() throws IOException {
        out.close();
        for (int i = KEPT - 1; i >= 0; i--) {
            Path from = i == 0 ? file : numbered(i);
            if (Files.exists(from)) {
                Files.move(from, numbered(i + 1), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        out = open();
    }

    private Path numbered(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    private OutputStream open() throws IOException {
        OutputStream opened = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        size = Files.size(file);
        return opened;
    }
}
