package io.muster.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.daemon.Layout;
import io.muster.end.EndFacts;
import io.muster.end.Ending;
import io.muster.os.cli.EndMachine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// With levers that write down and end nothing.
class EndDoorTest {
    private static final Ending RESET = new Ending.Reset();

    @TempDir
    Path root;

    /// A machine that lives on, whatever is pulled.
    private static class Recording implements Levers {
        final List<String> pulled = new CopyOnWriteArrayList<>();
        int errno = Errno.EPERM;

        @Override
        public void say(String line) throws IOException {
            pulled.add("say " + line);
        }

        @Override
        public int reboot() {
            pulled.add("reboot");
            return errno;
        }

        @Override
        public void sysrq() throws IOException {
            pulled.add("sysrq");
            throw new IOException("Read-only file system");
        }

        @Override
        public int pull(List<String> command, long limitMs) {
            pulled.add("pull " + command);
            return 7;
        }
    }

    @Test
    void aMachineIsRebootedAndThenReset() {
        var levers = new Recording();
        String why = EndDoor.of(RESET, levers).end("/data won't\nunmount");
        assertEquals(
                List.of("say muster: this machine is reset: /data won't unmount", "reboot", "sysrq"), levers.pulled);
        assertEquals("reboot: Operation not permitted; sysrq: Read-only file system", why);
    }

    @Test
    void aDriverThatHangsKeepsNoMachineAlive() {
        var forever = new CountDownLatch(1);
        var levers = new Recording() {
            @Override
            public int reboot() {
                try {
                    forever.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return super.reboot();
            }
        };
        try {
            String why = new EndDoor(RESET, levers, 20).end("evicted");
            assertEquals(List.of("say muster: this machine is reset: evicted", "sysrq"), levers.pulled);
            assertTrue(why.startsWith("reboot: still at it after 20 ms; sysrq: "), why);
        } finally {
            forever.countDown();
        }
    }

    @Test
    void aSilentKernelLogIsNoReasonToStay() {
        var levers = new Recording() {
            @Override
            public void say(String line) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        EndDoor.of(RESET, levers).end("evicted");
        assertEquals(List.of("reboot", "sysrq"), levers.pulled);
    }

    @Test
    void aPlugIsPulledAndNothingElse() {
        var levers = new Recording();
        String why = EndDoor.of(new Ending.Pull(List.of("/bed/unplug", "n1")), levers)
                .end("evicted");
        assertEquals(List.of("pull [/bed/unplug, n1]"), levers.pulled);
        assertEquals("the plug /bed/unplug was pulled (status 7), and nothing ended", why);
    }

    @Test
    void whatIsRefusedTouchesNothing() {
        var levers = new Recording();
        String why =
                EndDoor.of(new Ending.Refused(List.of("one", "two")), levers).end("evicted");
        assertEquals("one; two", why);
        assertEquals(List.of(), levers.pulled);
    }

    @Test
    void theFactsOfATestsRoot() throws IOException {
        Layout layout = Layout.under(root);
        EndFacts bare = EndDoor.facts(layout);
        assertEquals(root, bare.root());
        assertEquals(Optional.empty(), bare.plug());
        assertTrue(bare.pidNamespace().isPresent() && bare.userNamespace().isPresent(), bare.toString());
        assertInstanceOf(Ending.Refused.class, bare.ending());

        Files.createDirectories(layout.run());
        Path plug = layout.run().resolve("plug");
        Files.writeString(plug, "  /bed/unplug   n1\n");
        assertEquals(
                new Ending.Pull(List.of("/bed/unplug", "n1")),
                EndDoor.facts(layout).ending());
        // What should be a plug and can't be read isn't taken for a machine.
        Files.delete(plug);
        Files.createSymbolicLink(plug, Path.of("nowhere"));
        assertInstanceOf(Ending.Refused.class, EndDoor.facts(layout).ending());
    }

    @Test
    void aDeclarationIsOfRootsAlone() throws IOException {
        Path file = root.resolve("machine");
        assertFalse(EndDoor.declared(file));
        Files.writeString(file, "declared\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
        assertFalse(EndDoor.declared(file), "its group may write it");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--rw-"));
        assertFalse(EndDoor.declared(file), "everybody may write it");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        boolean rootsOwn = Integer.valueOf(0).equals(Files.getAttribute(file, "unix:uid"));
        assertEquals(rootsOwn, EndDoor.declared(file));
        Path link = Files.createSymbolicLink(root.resolve("link"), file);
        assertFalse(EndDoor.declared(link));
    }

    @Test
    void theCommandSaysWhyItFailed() {
        var levers = new Recording();
        EndDoor refused = EndDoor.of(new Ending.Refused(List.of("it is a test", "of two reasons")), levers);
        assertEquals("1|end_machine: not ended: it is a test; of two reasons\n", run(refused, "/data", "is", "stuck"));
        assertEquals(
                "1|end_machine: would not: it is a test\nend_machine: would not: of two reasons\n", run(refused, "-n"));
        assertEquals(
                "0|would pull the plug: /u n1\n", run(EndDoor.of(new Ending.Pull(List.of("/u", "n1")), levers), "-n"));
        assertEquals("0|would reset this machine\n", run(EndDoor.of(RESET, levers), "-n"));
        assertTrue(run(EndDoor.of(RESET, levers)).startsWith("2|end_machine: no reason given\nUsage: "));
        assertTrue(run(EndDoor.of(RESET, levers), "-z", "reason").startsWith("2|end_machine: invalid option -- 'z'\n"));
        assertTrue(run(EndDoor.of(RESET, levers), "-h").startsWith("0|Usage: end_machine"));
        assertEquals(List.of(), levers.pulled);
        assertTrue(run(EndDoor.of(RESET, levers), "/data", "-n").startsWith("1|end_machine: not ended: reboot: "));
        assertEquals("say muster: this machine is reset: /data -n", levers.pulled.getFirst());
    }

    private static String run(EndDoor door, String... args) {
        var said = new ByteArrayOutputStream();
        var stream = new PrintStream(said, true, StandardCharsets.UTF_8);
        int status = new EndMachine(door).run(args, stream, stream);
        return status + "|" + said.toString(StandardCharsets.UTF_8);
    }
}
