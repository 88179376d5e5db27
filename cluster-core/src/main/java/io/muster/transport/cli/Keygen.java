package io.muster.transport.cli;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.daemon.Layout;
import io.muster.os.AtomicFile;
import io.muster.transport.ClusterKey;
import io.muster.transport.daemon.KeyFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;

/// `muster keygen [-f] [FILE]`: makes a cluster key of 32 random octets, mode 0400.
///
/// Exit status 0, or 1 with a message. A key that exists is kept unless `-f` is given, because nodes
/// with different keys don't hear each other. The directory of a FILE that was named must exist; that
/// of the cluster key, whose name can't be mistyped, is made where it is missing.
public final class Keygen implements Command {
    private static final String USAGE = """
            Usage: muster keygen [-f] [FILE]

            Makes a cluster key and writes it to FILE (default %s), mode 0400.
            Copy it to all nodes of the cluster by a way nobody can listen to.

              -f  replace a key that exists
              -h  this help
            """;

    private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("r--------");

    private final Layout layout;

    public Keygen(Layout layout) {
        this.layout = layout;
    }

    public static void main(String[] args) {
        Command.main(new Keygen(Layout.fromEnvironment()), args);
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        Path file = layout.etc().resolve(KeyFile.NAME);
        boolean force = false;
        Getopt options = new Getopt("keygen", args, "fh", err);
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 'f' -> force = true;
                case 'h' -> {
                    out.printf(USAGE, file);
                    return 0;
                }
                default -> {
                    err.printf(USAGE, file);
                    return 1;
                }
            }
        }
        List<String> operands = options.operands();
        if (operands.size() > 1) {
            err.println("keygen: more than one file: " + String.join(" ", operands));
            return 1;
        }
        if (!operands.isEmpty()) {
            file = Path.of(operands.getFirst());
        }
        try {
            Path directory = file.toAbsolutePath().normalize().getParent();
            if (directory != null && !Files.isDirectory(directory)) {
                if (!operands.isEmpty()) {
                    // A key in a directory that a slip of the finger has named is a key that no daemon
                    // finds.
                    err.println("keygen: " + file + ": there is no directory " + directory + ": make it (mkdir -p "
                            + directory + "), or name another file");
                    return 1;
                }
                Files.createDirectories(directory);
                out.println("Made the directory " + directory + ".");
            }
            write(file, force);
            out.println("New key in " + file + ". Copy it to all nodes of the cluster.");
            return 0;
        } catch (FileAlreadyExistsException e) {
            err.println("keygen: " + file + ": there is a key already: use -f to replace it");
            return 1;
        } catch (IOException e) {
            err.println("keygen: " + file + ": can't be written: " + e);
            return 1;
        }
    }

    private static void write(Path file, boolean force) throws IOException {
        byte[] key = new byte[ClusterKey.KEY_BYTES];
        new SecureRandom().nextBytes(key);
        // Whole or not at all: half a key on one node would keep it out of the cluster.
        if (force) {
            AtomicFile.write(file, key, MODE);
        } else {
            AtomicFile.create(file, key, MODE);
        }
    }
}
