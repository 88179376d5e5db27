package io.muster.doctor.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.cli.Programs;
import io.muster.daemon.Layout;
import io.muster.doctor.Doctor;
import io.muster.doctor.Finding;
import io.muster.doctor.MachineFacts;
import io.muster.lvscf.LvsConfig;
import io.muster.lvscf.LvsReader;
import io.muster.lvscf.NameLookup;
import io.muster.net.IpAddress;
import io.muster.os.NetworkNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A director and a real server at the two ends of a cable, each with a kernel's network of its own.
class MachineLookTest {
    private static final String FILE = """
            primary = 10.77.0.1
            backup = 10.77.0.2
            backup_active = 1
            network = direct
            virtual web {
              active = 1
              address = 10.77.0.100/24 d0
              server one {
                address = 10.77.0.11
                active = 1
              }
            }
            """;

    @TempDir
    Path root;

    @Test
    void aRealServerThatAnswersForTheVirtualAddressIsFound() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "network namespaces need root here");
        LvsConfig config =
                LvsReader.read(FILE, "lvs.cf", NameLookup.NONE).config().orElseThrow();
        Layout layout = Layout.under(root);
        Files.createDirectories(layout.lvsKey().getParent());
        Files.write(layout.lvsKey(), new byte[40]);
        Files.setPosixFilePermissions(layout.lvsKey(), PosixFilePermissions.fromString("r--r-----"));
        NetworkNamespace.inNew(() -> {
            Process server = new ProcessBuilder("unshare", "-n", "sleep", "120").start();
            try {
                joined(server);
                String pid = Long.toString(server.pid());
                Programs.run("ip", "link", "set", "lo", "up");
                Programs.run(
                        "ip",
                        "link",
                        "add",
                        "d0",
                        "type",
                        "veth",
                        "peer",
                        "name",
                        "s0",
                        "address",
                        "02:00:00:00:00:11",
                        "netns",
                        pid);
                Programs.run("ip", "address", "add", "10.77.0.1/24", "dev", "d0");
                Programs.run("ip", "link", "set", "d0", "up");
                Programs.run("nsenter", "-t", pid, "-n", "ip", "address", "add", "10.77.0.11/24", "dev", "s0");
                Programs.run("nsenter", "-t", pid, "-n", "ip", "address", "add", "10.77.0.100/32", "dev", "lo");
                Programs.run("nsenter", "-t", pid, "-n", "ip", "link", "set", "lo", "up");
                Programs.run("nsenter", "-t", pid, "-n", "ip", "link", "set", "s0", "up");

                MachineFacts facts = heard(config, layout);
                assertEquals(Optional.of(new MachineFacts.KeyFile(0440, 40)), facts.key());
                assertEquals("d0", facts.routes().get(ip("10.77.0.11")).device());
                assertTrue(facts.own().contains(new MachineFacts.OwnAddress(ip("10.77.0.1"), "d0")));
                assertEquals(Set.of(ip("10.77.0.2")), facts.silent());
                assertTrue(facts.settings().containsKey("net.ipv4.conf.d0.rp_filter"));
                assertEquals(List.of(), facts.unseen());
                List<String> subjects = Doctor.examine(config, facts).stream()
                        .map(Finding::subject)
                        .toList();
                assertTrue(
                        subjects.containsAll(List.of("partner 10.77.0.2", "key", "real server 10.77.0.11")),
                        subjects.toString());
            } finally {
                server.destroyForcibly().waitFor();
            }
            return true;
        });
    }

    /// A link that has just come up loses the first frames.
    private static MachineFacts heard(LvsConfig config, Layout layout) {
        long giveUp = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        MachineFacts facts = MachineLook.look(config, layout);
        while ((facts.answers().getOrDefault(ip("10.77.0.100"), new TreeSet<>()).isEmpty()
                        || facts.neighbours().isEmpty())
                && System.nanoTime() < giveUp) {
            facts = MachineLook.look(config, layout);
        }
        return facts;
    }

    private static void joined(Process process) throws Exception {
        Path ours = Path.of("/proc/thread-self/ns/net");
        Path its = Path.of("/proc/" + process.pid() + "/ns/net");
        long giveUp = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (Files.readSymbolicLink(its).equals(Files.readSymbolicLink(ours))) {
            assertTrue(process.isAlive() && System.nanoTime() < giveUp, "no namespace for the real server");
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private static IpAddress ip(String text) {
        return IpAddress.parse(text).orElseThrow();
    }
}
