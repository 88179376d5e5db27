package io.muster.os;

import io.muster.machine.Files;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The machine's files. Thread: any.
public enum RealFiles implements Files {
    INSTANCE;

    private static final Set<PosixFilePermission> SECRET = PosixFilePermissions.fromString("rw-------");

    @Override
    public Optional<byte[]> read(Path file, int mostBytes) throws IOException {
        try (InputStream in = java.nio.file.Files.newInputStream(file)) {
            return Optional.of(in.readNBytes(mostBytes));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public void write(Path file, byte[] octets) throws IOException {
        AtomicFile.write(file, octets);
    }

    @Override
    public void writeSecret(Path file, byte[] octets) throws IOException {
        AtomicFile.write(file, octets, SECRET);
    }

    @Override
    public void delete(Path file) throws IOException {
        AtomicFile.delete(file);
    }

    @Override
    public boolean exists(Path file) {
        return java.nio.file.Files.exists(file);
    }

    @Override
    public boolean executable(Path file) {
        return java.nio.file.Files.isRegularFile(file) && java.nio.file.Files.isExecutable(file);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        var found = new ArrayList<Path>();
        try (DirectoryStream<Path> files = java.nio.file.Files.newDirectoryStream(directory)) {
            files.forEach(found::add);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
        found.sort(null);
        return found;
    }

    @Override
    public Optional<Path> real(Path file) throws IOException {
        try {
            return Optional.of(file.toRealPath());
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        }
    }
}
