package io.muster.os;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// Replaces a file so that after a crash at any moment either the old content is there or the new,
/// whole: temporary file in the same directory, fsync, rename, fsync of the directory.
///
/// Blocks on the disk: not for an event loop.
public final class AtomicFile {
    /// Sees every step before it is taken; a test ends the world there.
    interface Steps {
        Steps NONE = step -> {};

        void before(String step) throws IOException;
    }

    private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rw-r-----");
    private static final Set<PosixFilePermission> PUBLIC = PosixFilePermissions.fromString("rw-r--r--");

    private AtomicFile() {}

    /// Replaces or makes a file. An existing one keeps its mode, a new one gets 0640, since it may hold
    /// passwords. A symbolic link stays one: what it points at is replaced.
    public static void write(Path file, byte[] octets) throws IOException {
        write(file, octets, Steps.NONE);
    }

    /// The same for text that anybody may read: a new file gets 0644.
    public static void publish(Path file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.UTF_8), PUBLIC, Steps.NONE);
    }

    /// Replaces or makes a file, which then has this mode whatever it had.
    public static void write(Path file, byte[] octets, Set<PosixFilePermission> mode) throws IOException {
        Path target = target(file);
        rename(temporary(target, octets, mode, Steps.NONE), target, Steps.NONE);
    }

    /// Makes a file that isn't there yet: of several who try, one succeeds.
    ///
    /// @throws FileAlreadyExistsException when there is anything of that name, which stays as it is
    public static void create(Path file, byte[] octets, Set<PosixFilePermission> mode) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        Path temporary = temporary(file, octets, mode, Steps.NONE);
        try {
            // Unlike a rename, a link never takes another's place.
            Files.createLink(file, temporary);
        } finally {
            Files.delete(temporary);
        }
        syncDirectory(directory(file));
    }

    static void write(Path file, byte[] octets, Steps steps) throws IOException {
        write(file, octets, MODE, steps);
    }

    private static void write(Path file, byte[] octets, Set<PosixFilePermission> fresh, Steps steps)
            throws IOException {
        Path target = target(file);
        Set<PosixFilePermission> mode = Files.exists(target) ? Files.getPosixFilePermissions(target) : fresh;
        rename(temporary(target, octets, mode, steps), target, steps);
    }

    private static Path target(Path file) throws IOException {
        return Files.isSymbolicLink(file) && Files.exists(file) ? file.toRealPath() : file;
    }

    private static Path directory(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException(file + " has no directory");
        }
        return directory;
    }

    /// The content, on the disk, beside the file.
    private static Path temporary(Path file, byte[] octets, Set<PosixFilePermission> mode, Steps steps)
            throws IOException {
        Path directory = directory(file);
        Files.createDirectories(directory);
        Path temporary = directory.resolve("." + file.getFileName() + ".new");
        steps.before("create");
        Files.deleteIfExists(temporary);
        try (FileChannel channel = FileChannel.open(
                temporary,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(mode))) {
            ByteBuffer rest = ByteBuffer.wrap(octets);
            while (rest.hasRemaining()) {
                steps.before("write");
                channel.write(rest);
            }
            steps.before("sync");
            channel.force(true);
        }
        // The process' umask may have taken bits away.
        Files.setPosixFilePermissions(temporary, mode);
        return temporary;
    }

    private static void rename(Path temporary, Path target, Steps steps) throws IOException {
        steps.before("rename");
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        steps.before("sync directory");
        syncDirectory(directory(target));
    }

    /// Removes a file durably; does nothing when there is none.
    public static void delete(Path file) throws IOException {
        if (Files.deleteIfExists(file)) {
            Path directory = file.toAbsolutePath().getParent();
            if (directory != null) {
                syncDirectory(directory);
            }
        }
    }

    private static void syncDirectory(Path directory) throws IOException {
        if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
