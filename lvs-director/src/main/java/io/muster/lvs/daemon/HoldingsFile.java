package io.muster.lvs.daemon;

import io.muster.lvs.Holdings;
import io.muster.lvs.HoldingsText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// The file `owned`, replaced as a whole: temporary, fsync, rename, fsync of the directory. Thread: one that may
/// block.
final class HoldingsFile {
    private HoldingsFile() {}

    /// @return nothing at all if there is no file
    static HoldingsText.Reading read(Path file) throws IOException {
        try {
            return HoldingsText.read(Files.readString(file));
        } catch (NoSuchFileException e) {
            return new HoldingsText.Reading(Holdings.NONE, java.util.List.of());
        }
    }

    static void write(Path file, Holdings holdings) throws IOException {
        replace(file, HoldingsText.write(holdings));
    }

    /// Replaces a file durably.
    static void replace(Path file, String text) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException(file + " is no file");
        }
        Files.createDirectories(directory);
        Path temporary = directory.resolve("." + file.getFileName() + ".new");
        try (var channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer octets = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (octets.hasRemaining()) {
                channel.write(octets);
            }
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
