package io.muster.bench;

import io.muster.bed.Shell;
import io.muster.bed.node.TestNode;
import io.muster.bed.root.Root;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Debian's corosync, as the peer of `muster bench order`: encrypted, one instance for each node, everything it writes
/// in a directory of ours.
final class OrderCorosync {
    private static final String ROOT = "corosync";

    private OrderCorosync() {}

    /// Sees to its root and builds the client.
    ///
    /// @return why it can't be had, or nothing
    static Optional<String> prepare(Path dir) throws IOException {
        Optional<String> absence = Root.absence(ROOT);
        if (absence.isPresent()) {
            return absence;
        }
        Path source = dir.resolve("cpgbench.c");
        try (InputStream in = OrderCorosync.class.getResourceAsStream("cpgbench.c")) {
            if (in == null) {
                return Optional.of("cpgbench.c is missing from the jar");
            }
            Files.write(source, in.readAllBytes());
        }
        Shell.Result built = Shell.run(
                60_000,
                Map.of(),
                List.of(
                        "sh",
                        "-ec",
                        "l=$(ls -d \"$1\"/usr/lib/*-linux-gnu*); exec cc -O2 -I \"$1/usr/include\" -o \"$2\" \"$3\""
                                + " -L \"$l\" -Wl,-rpath-link,\"$l\" -lcpg",
                        "cc",
                        Root.of(ROOT).tree().toString(),
                        dir.resolve("cpgbench").toString(),
                        source.toString()));
        if (!built.ok()) {
            return Optional.of("cpgbench can't be built: " + built.err().strip());
        }
        return Optional.empty();
    }

    /// Lays it over a node, where it runs.
    static void over(TestNode node) {
        Root.of(ROOT).over(node);
    }

    /// Writes a key and one configuration for each node, and returns the configurations' paths.
    static List<Path> configure(Path dir, List<String> addresses, int port) throws IOException {
        byte[] secret = new byte[256];
        new java.security.SecureRandom().nextBytes(secret);
        Path key = dir.resolve("corosync.key");
        Files.write(key, secret);
        StringBuilder nodes = new StringBuilder();
        for (int i = 0; i < addresses.size(); i++) {
            nodes.append("  node {\n    nodeid: ")
                    .append(i + 1)
                    .append("\n    name: node")
                    .append(i + 1)
                    .append("\n    ring0_addr: ")
                    .append(addresses.get(i))
                    .append("\n  }\n");
        }
        List<Path> files = new ArrayList<>();
        for (int i = 1; i <= addresses.size(); i++) {
            Path state = Files.createDirectories(dir.resolve("corosync" + i));
            Path file = dir.resolve("corosync" + i + ".conf");
            Files.writeString(file, """
                    totem {
                      version: 2
                      cluster_name: musterbench
                      transport: knet
                      crypto_cipher: aes256
                      crypto_hash: sha256
                      keyfile: %s
                      token: 1000
                      interface {
                        linknumber: 0
                        mcastport: %d
                      }
                    }
                    nodelist {
                    %s}
                    system {
                      sched_rr: no
                      move_to_root_cgroup: no
                      state_dir: %s
                    }
                    logging {
                      to_stderr: no
                      to_syslog: no
                      to_logfile: yes
                      logfile: %s
                    }
                    """.formatted(key, port, nodes, state, dir.resolve("corosync" + i + ".log")));
            files.add(file);
        }
        return files;
    }

    /// The words that run it in the foreground.
    static List<String> command(Path file) {
        return List.of("/usr/sbin/corosync", "-f", "-c", file.toString());
    }
}
