package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.bed.Await;
import io.muster.bed.Shell;
import io.muster.pulse.Activity;
import io.muster.pulse.PulseStatus;
import io.muster.pulse.Rejection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two real pulses, their sockets and addresses; keepalive 200 ms, deadtime 1 s. Times are printed, and
/// judged only where the rule is one.
@Tag("netns")
class DirectorPairIT {
    /// Whole seconds of deadtime, at least one, and the kernel's own second.
    private static final long LIFETIME_MS = 2_000;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path dir;

    private static @Nullable DirectorPair opened;

    @BeforeAll
    static void open() {
        try {
            opened = new DirectorPair(dir);
        } catch (IOException e) {
            Assumptions.abort(String.valueOf(e.getMessage()));
        }
    }

    @AfterAll
    static void close() {
        if (opened != null) {
            opened.close();
        }
    }

    private static DirectorPair pair() {
        return java.util.Objects.requireNonNull(opened);
    }

    /// The moving address alone: the machine's own link-local one may still be asked for a second after
    /// its start.
    private static void assertUsable(String shown) {
        assertTrue(shown.contains(DirectorPair.VIP6 + "/64") && !shown.contains("tentative"), shown);
    }

    @Test
    void theBackupTakesOverFromADeadMachineAndKeepsTheRoleWhenItReturns() throws IOException {
        DirectorPair pair = pair();
        pair.boot("", "2");
        pair.settle();
        String shown = pair.primary.run(20_000, "ip", "addr", "show", "eth0").out();
        assertTrue(shown.contains("10.77.0.80/24") && shown.contains("eth0:1"), shown);
        assertUsable(pair.shown6(pair.primary));
        long began = System.nanoTime();
        assertTrue(pair.primary.powerOff());
        pair.awaitMs("take-over from a dead machine", began, () -> pair.holds(pair.backup));
        assertUsable(pair.shown6(pair.backup));
        pair.primary.powerOn();
        pair.start(pair.primary);
        Await.that("both talk\n" + pair.report(), 60_000, pair::talking);
        assertFalse(Await.until(3_000, () -> !pair.only(pair.backup)), () -> "the role moved back: " + pair.report());
        PulseStatus standby = pair.status(pair.primary);
        assertEquals(Activity.STANDBY, standby.activity());
        assertTrue(standby.partner().active());
        Await.that(
                "its record says why\n" + pair.report(),
                DirectorPair.SOON_MS,
                100,
                () -> pair.replay(pair.backup, "-w", "role").contains("-> ACTIVE: partner dead: activating lvs"));
        assertTrue(pair.replay(pair.backup).contains("decide as they were recorded"), pair.replay(pair.backup));
    }

    @Test
    void aKilledPulseLosesItsAddressesByThemselves() throws IOException {
        DirectorPair pair = pair();
        pair.boot("");
        pair.settle();
        long began = System.nanoTime();
        pair.primary.signal("pulse", "KILL");
        pair.awaitMs("take-over from a killed pulse", began, () -> pair.holds(pair.backup));
        long ms = pair.awaitMs("addresses of a killed pulse gone", began, () -> pair.lacks(pair.primary));
        assertTrue(ms < LIFETIME_MS + 1_500, "after " + ms + " ms");
        pair.start(pair.primary);
        Await.that("both talk\n" + pair.report(), 60_000, pair::talking);
        assertTrue(pair.only(pair.backup), pair::report);
    }

    @Test
    void sigtermHandsTheRoleOverAtOnce() throws Exception {
        DirectorPair pair = pair();
        pair.boot("");
        pair.settle();
        ProcessHandle pulse = pair.primary.process("pulse");
        assertNotNull(pulse);
        long began = System.nanoTime();
        pair.primary.signal("pulse", "TERM");
        pair.awaitMs("hand-over after SIGTERM", began, () -> pair.only(pair.backup));
        pulse.onExit().get(DirectorPair.SOON_MS, TimeUnit.MILLISECONDS);
        Await.that(
                "it is said\n" + pair.report(),
                DirectorPair.SOON_MS,
                () -> pair.log(pair.backup).contains("primary inactive: activating lvs"));
    }

    @Test
    void withPreemptThePrimaryTakesItsRoleBack() throws IOException {
        DirectorPair pair = pair();
        pair.boot("preempt = 1");
        pair.settle();
        pair.primary.signal("pulse", "KILL");
        Await.that("take-over\n" + pair.report(), DirectorPair.SOON_MS, () -> pair.only(pair.backup));
        pair.start(pair.primary);
        Await.that("the primary is back\n" + pair.report(), 60_000, () -> pair.only(pair.primary));
        Await.that(
                "it is said\n" + pair.report(),
                DirectorPair.SOON_MS,
                () -> pair.log(pair.backup).contains("the primary takes its role back"));
    }

    @Test
    void afterACutThePrimaryWins() throws IOException {
        DirectorPair pair = pair();
        pair.boot("");
        pair.settle();
        pair.testbed.cut(java.util.List.of(pair.backup));
        Await.that(
                "both are active while nothing gets through\n" + pair.report(),
                DirectorPair.SOON_MS,
                () -> pair.holds(pair.backup) && pair.holds(pair.primary));
        long began = System.nanoTime();
        pair.testbed.heal();
        pair.awaitMs("one is active after the cut", began, () -> pair.only(pair.primary));
        Await.that(
                "the backup gave way\n" + pair.report(),
                DirectorPair.SOON_MS,
                () -> pair.log(pair.backup).contains("the primary is active too"));
    }

    @Test
    void oneDeadNetworkOfTwoMovesNothing() throws IOException {
        DirectorPair pair = pair();
        // Longer than this machine may hold a process up.
        pair.boot("", "3");
        pair.settle();
        pair.backup.link(1, false);
        assertFalse(Await.until(4_500, () -> !pair.only(pair.primary)), () -> "the role moved: " + pair.report());
        pair.backup.link(1, true);
    }

    @Test
    void aMonitoredLinkThatIsLostMovesTheRole() throws IOException {
        DirectorPair pair = pair();
        pair.boot("monitor_links = 1");
        pair.settle();
        long began = System.nanoTime();
        pair.primary.link(0, false);
        pair.awaitMs("role moved with the link", began, () -> pair.only(pair.backup));
        Await.that(
                "it is said\n" + pair.report(),
                DirectorPair.SOON_MS,
                () -> pair.log(pair.primary).contains("link of eth0 lost"));
        pair.primary.link(0, true);
    }

    @Test
    void aPulseThatStoodStillGivesWayBeforeItDoesAnythingElse() throws IOException {
        DirectorPair pair = pair();
        pair.boot("");
        pair.settle();
        pair.primary.signal("pulse", "STOP");
        Await.that("take-over\n" + pair.report(), DirectorPair.SOON_MS, () -> pair.only(pair.backup));
        String before = pair.log(pair.primary);
        pair.primary.signal("pulse", "CONT");
        Await.that(
                "it gives way\n" + pair.report(),
                DirectorPair.SOON_MS,
                () -> pair.log(pair.primary).length() > before.length());
        String first = pair.log(pair.primary)
                .substring(before.length())
                .lines()
                .findFirst()
                .orElse("");
        assertTrue(first.contains("ACTIVE -> STANDBY: stood still"), first);
        Await.that("both talk\n" + pair.report(), DirectorPair.SOON_MS, pair::talking);
        Await.that("one is active\n" + pair.report(), DirectorPair.SOON_MS, () -> pair.only(pair.backup));
    }

    @Test
    void heartbeatsUnderAnotherKeyAreNoHeartbeats() throws IOException {
        DirectorPair pair = pair();
        pair.boot("");
        DirectorPair.key(pair.backup, 8);
        pair.start(pair.primary);
        pair.start(pair.backup);
        Await.that(
                "each takes itself for alone\n" + pair.report(),
                60_000,
                () -> pair.holds(pair.primary) && pair.holds(pair.backup));
        Await.that(
                "forgeries are counted",
                DirectorPair.SOON_MS,
                () -> count(pair, pair.primary, Rejection.FORGED) > 2
                        && count(pair, pair.backup, Rejection.FORGED) > 2);
        assertEquals(
                1,
                pair.log(pair.primary)
                        .lines()
                        .filter(l -> l.contains("wrong code"))
                        .count());
    }

    @Test
    void aKeyThatOthersMayReadIsRefused() throws Exception {
        DirectorPair pair = pair();
        pair.boot("");
        Path key = pair.primary.root.resolve("etc/sysconfig/ha/lvs.key");
        Files.setPosixFilePermissions(key, java.nio.file.attribute.PosixFilePermissions.fromString("r--r--r--"));
        Process refused = pair.primary.start("pulse", "pulse", "-n", "--lvsd", "none");
        assertTrue(refused.waitFor(60, TimeUnit.SECONDS));
        assertEquals(1, refused.exitValue());
        assertTrue(pair.log(pair.primary).contains("chmod 0400"), pair::report);
        Files.delete(key);
        refused = pair.primary.start("pulse", "pulse", "-n", "--lvsd", "none");
        assertTrue(refused.waitFor(60, TimeUnit.SECONDS));
        assertTrue(pair.log(pair.primary).contains("muster keygen"), pair::report);
    }

    @Test
    void hooksRunByRoleAndRereadAddressesMove() throws IOException {
        DirectorPair pair = pair();
        pair.boot("""
                active_cmd = "echo active >> /run/hooks"
                inactive_cmd = "echo inactive >> /run/hooks"
                """);
        pair.settle();
        Await.that(
                "hooks ran",
                DirectorPair.SOON_MS,
                100,
                () -> pair.primary.run(20_000, "cat", "/run/hooks").out().equals("inactive\nactive\n"));
        Await.that(
                "the backup's hook ran",
                DirectorPair.SOON_MS,
                100,
                () -> pair.backup.run(20_000, "cat", "/run/hooks").out().equals("inactive\n"));
        Path file = pair.primary.root.resolve("etc/sysconfig/ha/lvs.cf");
        Files.writeString(file, Files.readString(file).replace(DirectorPair.VIP + " ", "10.77.0.81 "));
        pair.primary.signal("pulse", "HUP");
        Await.that(
                "the address moved\n" + pair.report(),
                DirectorPair.SOON_MS,
                () -> pair.primary.has("10.77.0.81") && !pair.primary.has(DirectorPair.VIP));
        String running = Files.readString(file);
        Files.writeString(file, running.replace("keepalive = 200ms", "keepalive = 300ms\nmonitor_links = 1"));
        DirectorPair.key(pair.primary, 8);
        pair.primary.signal("pulse", "HUP");
        Await.that(
                "what stays is named\n" + pair.report(),
                DirectorPair.SOON_MS,
                () -> pair.log(pair.primary)
                        .lines()
                        .anyMatch(l -> l.contains("lvs.cf: keepalive, monitor_links, the key in")
                                && l.contains("lvs.key changed: not taken over before pulse is restarted")));
        assertTrue(pair.talking(), "with the old key");
        Files.writeString(file, "primary = nonsense of no use\n");
        pair.primary.signal("pulse", "HUP");
        Await.that(
                "it is said\n" + pair.report(),
                DirectorPair.SOON_MS,
                () -> pair.log(pair.primary).contains("file not taken over"));
        assertTrue(pair.primary.has("10.77.0.81"));
    }

    @Test
    void aStandbyThatIsARealServerTurnsDirectorAndBack() throws IOException {
        DirectorPair pair = pair();
        pair.boot("");
        pair.start(pair.primary);
        Await.that("the primary starts\n" + pair.report(), 60_000, () -> pair.holds(pair.primary));
        pair.backup
                .run(20_000, "ip", "addr", "add", "10.77.0.80/32", "dev", "lo")
                .expectOk("real server");
        pair.start(pair.backup);
        Await.that("both talk\n" + pair.report(), 60_000, pair::talking);
        assertTrue(on(pair.backup, "lo") && !on(pair.backup, "eth0"), "it is a real server");
        pair.primary.signal("pulse", "TERM");
        Await.that(
                "it turns director\n" + pair.report(),
                DirectorPair.SOON_MS,
                100,
                () -> on(pair.backup, "eth0") && !on(pair.backup, "lo"));
        pair.backup.signal("pulse", "TERM");
        Await.that(
                "it turns real server again\n" + pair.report(),
                DirectorPair.SOON_MS,
                100,
                () -> on(pair.backup, "lo") && !on(pair.backup, "eth0"));
    }

    private static boolean on(TestNode node, String device) {
        return node.run(20_000, "ip", "-4", "addr", "show", device).out().contains("inet 10.77.0.80/");
    }

    @Test
    void aSecondPulseLeavesTheFirstItsAddresses() throws Exception {
        DirectorPair pair = pair();
        pair.boot("");
        pair.start(pair.primary);
        Await.that("it has the address\n" + pair.report(), 60_000, () -> on(pair.primary, "eth0"));
        Shell.Result second = pair.primary.run(60_000, "pulse");
        assertEquals(1, second.status());
        assertTrue(second.err().contains("another pulse runs here (pid "), second.err());
        Shell.Result word = pair.primary.run(60_000, "pulse", "status");
        assertEquals(1, word.status());
        assertTrue(word.err().contains("unexpected argument \"status\""), word.err());
        assertTrue(on(pair.primary, "eth0"), pair.report());
    }

    @Test
    void aDryRunSaysWhatItWouldDoAndDoesNothing() throws Exception {
        DirectorPair pair = pair();
        pair.boot("active_cmd = \"touch /run/touched\"");
        pair.primary.start("pulse", "pulse", "--norun", "--forceactive");
        Path said = pair.primary.root.resolve("console/pulse.out");
        Await.that(
                "it says so",
                60_000,
                () -> read(said).contains("ip address replace 10.77.0.80/24 dev eth0 label eth0:1 valid_lft 1")
                        && read(said).contains("send_arp -i eth0 10.77.0.80"));
        assertTrue(read(said).contains("touch /run/touched"));
        assertTrue(pair.lacks(pair.primary));
        assertFalse(pair.primary.run(20_000, "test", "-e", "/run/touched").ok());
    }

    @Test
    void whatIsNotBuiltOrMissingIsRefusedInWords() throws IOException {
        DirectorPair pair = pair();
        pair.boot("");
        Shell.Result fos = pair.primary.run(60_000, "pulse", "--fos", "/usr/sbin/fos");
        assertEquals(1, fos.status());
        assertTrue(fos.err().contains("aren't built yet"), fos.err());
        Path file = pair.primary.root.resolve("etc/sysconfig/ha/lvs.cf");
        Files.writeString(file, Files.readString(file).replace("active = 1", "active = 0"));
        Shell.Result none = pair.primary.run(60_000, "pulse", "--lvsd", "none");
        assertEquals(1, none.status());
        assertTrue(none.err().contains("no active lvs services defined in"), none.err());
    }

    @Test
    void anOriginalPeerIsUnderstood() throws Exception {
        DirectorPair pair = pair();
        pair.boot("heartbeat_format = original");
        Path script = pair.testbed.dir.resolve("original.pl");
        Files.writeString(script, ORIGINAL);
        // An original primary that is active; it says what it hears.
        Process original = pair.primary.start("original", "perl", script.toString(), "10.77.0.11", "10.77.0.12", "539");
        pair.start(pair.backup);
        Await.that(
                "the active original is heard\n" + pair.report(),
                60_000,
                () -> pair.statusOrNull(pair.backup) instanceof PulseStatus s
                        && s.partner().active());
        assertFalse(Await.until(1_500, () -> !pair.lacks(pair.backup)), pair::report);
        Path said = pair.primary.root.resolve("console/original.out");
        Await.that(
                "the original hears a stopped partner",
                DirectorPair.SOON_MS,
                () -> read(said).contains("4 octets adbddabd"));
        long began = System.nanoTime();
        original.descendants().forEach(ProcessHandle::destroyForcibly);
        pair.awaitMs("take-over from an original", began, () -> pair.holds(pair.backup));
        // It comes back active, as one whose network was cut: the primary wins, after one last heartbeat.
        pair.primary.start("original", "perl", script.toString(), "10.77.0.11", "10.77.0.12", "539");
        Await.that(
                "the backup gives way to the original\n" + pair.report(),
                DirectorPair.SOON_MS,
                () -> pair.lacks(pair.backup));
        Await.that(
                "the original hears running, then stopped",
                DirectorPair.SOON_MS,
                () -> read(said).contains("4 octets bdaddbda\n4 octets adbddabd"));
    }

    private static long count(DirectorPair pair, TestNode node, Rejection why) {
        PulseStatus status = pair.statusOrNull(node);
        return status == null ? 0 : status.rejections().getOrDefault(why, 0L);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    /// An active director of the original kind, as far as its partner can see: four octets each 200 ms,
    /// in the order of this host, and what it hears.
    private static final String ORIGINAL = """
            use strict; use Socket; $| = 1;
            my ($own, $partner, $port) = @ARGV;
            socket(my $s, PF_INET, SOCK_DGRAM, 17) or die;
            bind($s, pack_sockaddr_in($port, inet_aton($own))) or die "bind: $!";
            my $to = pack_sockaddr_in($port, inet_aton($partner));
            while (1) {
                send($s, pack("L", 0xbdaddbda), 0, $to);
                my $until = 0.2;
                vec(my $r = "", fileno($s), 1) = 1;
                while (select($r, undef, undef, $until)) {
                    recv($s, my $got, 512, 0);
                    printf "%d octets %x\\n", length $got, unpack("L", $got);
                    $until = 0.05;
                    vec($r = "", fileno($s), 1) = 1;
                }
            }
            """;
}
