package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.bed.Await;
import io.muster.bed.Rights;
import io.muster.bed.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a node does to its own power ends the node, and the machine below goes on.
///
/// Nothing is tried before it has been read from inside that it can do no harm: once from here, with a
/// message for each mask, and once more by the very shell that tries ([#GUARD]), which goes no further
/// when one is missing.
@Tag("netns")
class HostIsSafeIT {
    private static final Path HOST_PIDS = Path.of("/proc/self/ns/pid");
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    /// Statuses 90 and up: not as it should be, and nothing was tried.
    private static final String GUARD = """
            [ "$(readlink /proc/self/ns/pid)" != "$1" ] || exit 90
            [ "$(cat /proc/1/comm)" = perl ] || exit 91
            [ ! -e /proc/sysrq-trigger ] || [ "$(stat -c %t:%T /proc/sysrq-trigger)" = 1:3 ] || exit 92
            [ -z "$(ls -A /sys/power 2>/dev/null)" ] || exit 93
            for cap in $(sed -n 's/^Cap[PEB][a-z]*://p' /proc/self/status); do
                [ $(( 0x$cap >> 22 & 1 )) = 0 ] || exit 94
            done
            for word in reboot poweroff halt shutdown telinit systemctl; do
                for file in "$(command -v $word)" /sbin/$word /bin/$word /usr/sbin/$word /usr/bin/$word; do
                    [ ! -e "$file" ] || grep -q "On a test node in place of reboot" "$file" || exit 95
                done
            done
            [ -z "$(ls /dev | grep -E 'watchdog|^[hsv]d|nvme|loop|mem|kmsg')" ] || exit 96
            [ -z "$(ls -A /run/dbus /run/systemd 2>/dev/null | grep -v ':$')" ] || exit 97
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path dir;

    /// @param ownUsers as whoever isn't root has it; root has it then, too
    @ParameterizedTest(name = "in a user namespace: {0}")
    @ValueSource(booleans = {false, true})
    void aNodeThatEndsItselfEndsNothingElse(boolean ownUsers) throws IOException {
        Assumptions.assumeTrue(ownUsers || Box.root(), "without root there are nodes in user namespaces only");
        String bootId = Files.readString(BOOT_ID);
        try (Testbed testbed = Testbed.open(dir, List.of("node1", "node2"), 1, ownUsers)) {
            TestNode node = testbed.node("node1");
            assertMasks(node);
            for (String words : List.of(
                    "reboot",
                    "/sbin/poweroff -f",
                    "/sbin/halt",
                    "shutdown -h now",
                    "systemctl reboot",
                    "systemctl --force poweroff",
                    "end_machine -n | grep -q 'would pull the plug: /.*/poweroff$' || exit 98; end_machine a test")) {
                endsTheNode(node, words);
            }
            nothingHappens(
                    node, "[ ! -e /proc/sysrq-trigger ] || for key in b o c; do echo $key >/proc/sysrq-trigger; done");
            nothingHappens(node, "! echo mem >/sys/power/state");
            nothingHappens(node, "! echo 1 >/proc/sys/kernel/sysrq");
            nothingHappens(node, "systemctl status; [ $? = 1 ]");
            nothingHappens(node, """
                    case $(uname -m) in x86_64) call=169 ;; aarch64) call=142 ;; *) exit 0 ;; esac
                    perl -e 'syscall($ARGV[0], 0xfee1dead, 672274793, 0x1234567, 0); exit($!{EPERM} ? 0 : 1)' $call
                    """);
            assertTrue(testbed.node("node2").on(), "the other node goes on");
        }
        assertEquals(bootId, Files.readString(BOOT_ID));
    }

    private static void assertMasks(TestNode node) {
        assertAll(
                () -> assertNotEquals(
                        Files.readSymbolicLink(HOST_PIDS).toString(),
                        read(node, "readlink /proc/self/ns/pid"),
                        "pid namespace"),
                () -> assertEquals("perl", read(node, "cat /proc/1/comm"), "pid 1"),
                () -> assertEquals(
                        "1:3",
                        read(node, "[ -e /proc/sysrq-trigger ] && stat -c %t:%T /proc/sysrq-trigger || echo 1:3"),
                        "/proc/sysrq-trigger is /dev/null"),
                () -> assertEquals("", read(node, "ls -A /sys/power 2>/dev/null || true"), "/sys/power"),
                () -> assertEquals(
                        Set.of(
                                "fd", "full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout",
                                "tty", "urandom", "zero"),
                        new TreeSet<>(read(node, "ls -A /dev").lines().toList()),
                        "/dev"),
                // mount(8) keeps its notes there.
                () -> assertEquals("", read(node, "ls -A /run | grep -vx mount || true"), "/run"),
                () -> assertEquals("", read(node, "test ! -w /proc/sys/kernel/sysrq || echo writable"), "sysctl"),
                () -> assertFalse(Rights.mayReboot(read(node, "cat /proc/self/status")), "CAP_SYS_BOOT"),
                () -> assertFalse(Rights.mayReboot(read(node, "cat /proc/1/status")), "CAP_SYS_BOOT of pid 1"));
    }

    private static String read(TestNode node, String script) {
        return node.run(5_000, "sh", "-c", script).expectOk(script).strip();
    }

    private static void endsTheNode(TestNode node, String words) throws IOException {
        Shell.Result said = guarded(node, words + "; sleep 5");
        assertTrue(said.status() < 90 || said.status() > 99, words + ": not tried: " + said);
        assertTrue(Await.until(5_000, () -> !node.on()), words + ": the node is still on: " + said);
        node.powerOff();
        node.powerOn();
    }

    private static void nothingHappens(TestNode node, String script) {
        Shell.Result said = guarded(node, script);
        assertEquals(0, said.status(), script + ": " + said);
        assertTrue(node.on(), script);
    }

    private static Shell.Result guarded(TestNode node, String script) {
        try {
            return node.run(
                    10_000,
                    "sh",
                    "-c",
                    GUARD + script,
                    "sh",
                    Files.readSymbolicLink(HOST_PIDS).toString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
