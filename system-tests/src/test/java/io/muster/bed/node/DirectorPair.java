package io.muster.bed.node;

import io.muster.bed.Await;
import io.muster.cli.Said;
import io.muster.control.CommandClient;
import io.muster.core.MalformedMessage;
import io.muster.driver.Replay;
import io.muster.pulse.PulseStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;

/// Two real pulses without lvsd on two machines of a testbed: a public and a private network, an
/// address of each family that moves.
///
/// Thread: the test's.
final class DirectorPair implements AutoCloseable {
    static final String VIP = "10.77.0.80";
    static final String VIP6 = "fd00:77::80";

    /// Generous: the machine may be busy. What was measured is printed.
    static final int SOON_MS = 10_000;

    final Testbed testbed;
    final TestNode primary;
    final TestNode backup;

    DirectorPair(Path dir) throws IOException {
        testbed = Testbed.open(dir, List.of("lvs1", "lvs2"), 2);
        primary = testbed.node("lvs1");
        backup = testbed.node("lvs2");
    }

    /// Fresh machines with this configuration and the same key.
    void boot(String more) throws IOException {
        // Short, but longer than a busy machine holds a process up now and then.
        boot(more, "1");
    }

    void boot(String more, String deadtime) throws IOException {
        for (TestNode node : testbed.nodes()) {
            node.powerOff();
            testbed.heal();
            node.powerOn();
            Path ha = Files.createDirectories(node.root.resolve("etc/sysconfig/ha"));
            Files.writeString(ha.resolve("lvs.cf"), file(more, deadtime));
            key(node, 7);
        }
    }

    static void key(TestNode node, int octet) throws IOException {
        Path file = node.root.resolve("etc/sysconfig/ha/lvs.key");
        byte[] secret = new byte[32];
        java.util.Arrays.fill(secret, (byte) octet);
        Files.deleteIfExists(file);
        Files.write(file, secret);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    }

    private static String file(String more, String deadtime) {
        return """
                primary = 10.77.0.11
                primary_private = 10.77.1.11
                backup = 10.77.0.12
                backup_private = 10.77.1.12
                backup_active = 1
                keepalive = 200ms
                deadtime = %s
                network = direct
                %s
                virtual web {
                    active = 1
                    address = 10.77.0.80 eth0:1
                    vip_nmask = 255.255.255.0
                    port = 80
                    server one {
                        address = 10.77.0.100
                        active = 1
                    }
                }
                virtual web6 {
                    active = 1
                    address = fd00:77::80 eth0
                    vip_nmask = 64
                    port = 80
                    server one {
                        address = fd00:77::100
                        active = 1
                    }
                }
                """.formatted(deadtime, more);
    }

    void start(TestNode node) throws IOException {
        node.start("pulse", "pulse", "-n", "--lvsd", "none");
    }

    /// Starts both and waits until the primary is active and both know each other.
    void settle() throws IOException {
        start(primary);
        Await.that("the primary starts\n" + report(), 60_000, () -> holds(primary));
        start(backup);
        Await.that("the primary is active\n" + report(), 60_000, () -> only(primary) && talking());
    }

    boolean talking() {
        return testbed.nodes().stream().allMatch(n -> {
            PulseStatus status = statusOrNull(n);
            return status != null && status.partner().alive();
        });
    }

    TestNode other(TestNode node) {
        return node == primary ? backup : primary;
    }

    /// Whether it has all of the addresses that move: they come one after the other.
    boolean holds(TestNode node) {
        return node.has(VIP) && node.has(VIP6);
    }

    /// Whether it has none of them.
    boolean lacks(TestNode node) {
        return !node.has(VIP) && !node.has(VIP6);
    }

    boolean only(TestNode node) {
        return holds(node) && lacks(other(node));
    }

    /// What `ip` shows of the moving IPv6 address: one line.
    String shown6(TestNode node) {
        return node.run(20_000, "ip", "-o", "-6", "addr", "show", "to", VIP6).out();
    }

    @org.jspecify.annotations.Nullable
    PulseStatus statusOrNull(TestNode node) {
        try {
            return status(node);
        } catch (IOException e) {
            return null;
        }
    }

    PulseStatus status(TestNode node) throws IOException {
        try {
            return PulseStatus.decode(CommandClient.askOnce(
                    node.root.resolve("run/muster/pulse.sock"), Duration.ofSeconds(2), PulseStatus.TYPE));
        } catch (MalformedMessage e) {
            throw new IOException(e);
        }
    }

    /// Waits for it and says how long it took from a moment.
    long awaitMs(String what, long sinceNs, java.util.function.BooleanSupplier condition) {
        Await.that(what, SOON_MS, 5, condition);
        long ms = (System.nanoTime() - sinceNs) / 1_000_000;
        System.out.println(what + ": " + ms + " ms");
        return ms;
    }

    String log(TestNode node) {
        try {
            Path log = node.log("pulse");
            return Files.exists(log) ? Files.readString(log, StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            return e.toString();
        }
    }

    /// What a replay of its flight record prints.
    String replay(TestNode node, String... options) {
        var args = new java.util.ArrayList<>(List.of(options));
        args.add(node.root.resolve("var/lib/muster/record/pulse").toString());
        return Said.together(new Replay()::run, args.toArray(String[]::new)).out();
    }

    String report() {
        var text = new StringBuilder();
        for (TestNode node : testbed.nodes()) {
            text.append("--- ").append(node.name()).append('\n').append(log(node));
        }
        return text.toString();
    }

    @Override
    public void close() {
        testbed.close();
    }
}
