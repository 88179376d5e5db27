package io.muster.machine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The files that decide something: configuration, notes that must survive a crash.
///
/// Blocks on the disk: for [Machine#beside] and for a daemon's start, not for a loop. Thread: any, one
/// at a time for one file.
public interface Files {
    /// What a file holds; empty when there is none.
    ///
    /// @param mostBytes no more than this is read: a longer file is known by its length
    Optional<byte[]> read(Path file, int mostBytes) throws IOException;

    /// Makes or replaces a file so that after a crash at any moment either the old content is there or
    /// the new, whole. An existing file keeps its mode, a new one gets 0640, since it may hold passwords.
    /// Missing directories are made; a symbolic link stays one, what it points at is replaced.
    void write(Path file, byte[] octets) throws IOException;

    /// The same for what is nobody else's business: the file has mode 0600, whatever it had.
    void writeSecret(Path file, byte[] octets) throws IOException;

    /// Removes a file durably; does nothing when there is none.
    void delete(Path file) throws IOException;

    boolean exists(Path file);

    /// Whether it can be run.
    boolean executable(Path file);

    /// What lies in a directory, by name; nothing when there is no such directory.
    List<Path> list(Path directory) throws IOException;

    /// What a path comes to when all symbolic links are followed; empty when nothing is there.
    Optional<Path> real(Path file) throws IOException;
}
