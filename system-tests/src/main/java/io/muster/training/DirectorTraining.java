package io.muster.training;

import io.muster.bed.Await;
import io.muster.bed.Home;
import io.muster.bed.node.TestNode;
import io.muster.bed.node.Testbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// Makes the start-up caches of pulse and lvsd: two directors without a table, which any kernel can be, one of which
/// becomes active; and an lvsd that says what it would do.
///
/// Thread: the training's.
final class DirectorTraining {
    private static final String VIRTUAL = "10.77.0.90";

    private DirectorTraining() {}

    /// @param one writes its caches
    /// @param two is its partner
    static void run(TestNode one, TestNode two, Path caches) throws IOException {
        for (TestNode node : new TestNode[] {one, two}) {
            configure(node);
        }
        Process pulse = Training.start(one, "pulse", caches, "-n", "--lvsd", "none");
        Process partner = two.start("pulse", Home.dir().resolve("bin/pulse").toString(), "-n", "--lvsd", "none");
        if (!Await.until(25_000, () -> one.has(VIRTUAL)) || !partner.isAlive()) {
            System.err.println("training: pulse did not become active:\n" + Training.tail(one, "pulse"));
        }
        Training.stop(one, "pulse", pulse);
        two.signal("pulse", "KILL");
        one.run(
                30_000,
                "env",
                Training.cache(caches, "lvsd"),
                Home.dir().resolve("bin/lvsd").toString(),
                "--test-start");
    }

    private static void configure(TestNode node) throws IOException {
        Path directory = Files.createDirectories(node.root.resolve("etc/sysconfig/ha"));
        Path key = directory.resolve("lvs.key");
        Files.write(key, new byte[32]);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("r--------"));
        Files.writeString(
                directory.resolve("lvs.cf"), """
                primary = %s
                backup = %s
                backup_active = 1
                keepalive = 200ms
                deadtime = 1
                network = direct
                virtual web {
                    active = 1
                    address = %s eth0:1
                    port = 80
                    check = http
                    server one {
                        address = 10.77.0.100
                        active = 1
                    }
                }
                """.formatted(Testbed.address(1, 0), Testbed.address(2, 0), VIRTUAL));
    }
}
