package io.muster.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalInt;

/// The file of a control socket: bound under another name, given mode and group, and only then moved into place,
/// so that nobody connects to it before its rights are right, and a left-over of a dead daemon is replaced at
/// once.
final class SocketFile {
    /// `sun_path` with its final zero.
    private static final int MAX_PATH_OCTETS = 107;

    private SocketFile() {}

    /// Where to bind.
    ///
    /// @throws IOException when a daemon already serves the socket, or the path is too long for one
    static Path prepare(Path socket) throws IOException {
        Path temporary = socket.resolveSibling("." + socket.getFileName());
        int octets = temporary.toString().getBytes(StandardCharsets.UTF_8).length;
        if (octets > MAX_PATH_OCTETS) {
            throw new IOException(temporary + ": " + octets + " octets, a socket's path has at most " + MAX_PATH_OCTETS
                    + ": choose a shorter MUSTER_ROOT");
        }
        if (Files.exists(socket) && served(socket)) {
            throw new IOException(socket + ": another daemon already serves it");
        }
        Path directory = socket.toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        Files.deleteIfExists(temporary);
        return temporary;
    }

    /// Everybody may connect; what a client may ask is decided by who it is.
    ///
    /// @param operating name of the group of those who may do more
    /// @return its number, if there is one and the socket is its
    static OptionalInt publish(Path temporary, Path socket, String operating) throws IOException {
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-rw-rw-"));
        OptionalInt operators = OptionalInt.empty();
        try {
            var group =
                    temporary.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(operating);
            Files.getFileAttributeView(temporary, PosixFileAttributeView.class).setGroup(group);
            operators = OptionalInt.of((int) Files.getAttribute(temporary, "unix:gid"));
        } catch (IOException | UnsupportedOperationException e) {
            // No such group, or not ours to give: only root and our own user may do more than look.
        }
        Files.move(temporary, socket, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return operators;
    }

    private static boolean served(Path socket) {
        try (var probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return probe.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }
}
