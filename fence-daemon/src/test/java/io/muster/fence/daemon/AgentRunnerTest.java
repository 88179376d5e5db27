package io.muster.fence.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.daemon.Layout;
import io.muster.fence.AgentCall;
import io.muster.machine.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real programs, among them agents of Debian's package fence-agents where it is installed.
class AgentRunnerTest {
    @TempDir
    Path directory = Path.of("set by JUnit");

    private AgentRunner runner() {
        return new AgentRunner(Layout.from(Map.of(
                "MUSTER_ROOT", directory.toString(), "MUSTER_FENCE_PATH", directory.toString(), "PATH", "/bin")));
    }

    private static AgentCall call(String agent, String... lines) {
        return new AgentCall(0, 0, "m", "d", agent, false, List.of(lines), Optional.empty());
    }

    private void script(String name, String body) throws IOException {
        Path file = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + body);
        assertTrue(file.toFile().setExecutable(true));
    }

    private Program.Result debian(String agent, String... lines) {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/sbin", agent)),
                agent + " isn't installed: apt-get install fence-agents");
        return runner().run(call(agent, lines), 60_000);
    }

    @Test
    void anAgentReadsItsArgumentsInOrder() throws IOException {
        script("fence_echo", "cat; exit 3");
        Program.Result result = runner().run(call("fence_echo", "port=3", "nodename=n1", "action=off"), 10_000);
        assertEquals(3, result.status());
        assertEquals("port=3\nnodename=n1\naction=off", result.output());
    }

    @Test
    void anAgentHasASessionOfItsOwn() throws IOException {
        // Its first process is the one that ends it with its family when its daemon dies.
        script("fence_session", "cut -d' ' -f4,6 /proc/$$/stat");
        String[] parentAndSession =
                runner().run(call("fence_session"), 10_000).output().split(" ");
        assertEquals(parentAndSession[0], parentAndSession[1]);
    }

    @Test
    void whatAnAgentSaysOnEitherStreamIsKept() throws IOException {
        script("fence_talk", "echo out; echo err >&2; exit 1");
        assertEquals("out\nerr", runner().run(call("fence_talk"), 10_000).output());
    }

    @Test
    void anAgentThatHangsIsKilledWithItsChildrenAtTheLimit() throws IOException {
        script("fence_hang", "sleep 60 & echo $!; wait");
        Program.Result result = runner().run(call("fence_hang"), 300);
        assertTrue(result.timedOut());
        long child = Long.parseLong(result.output().strip());
        long deadline = System.nanoTime() + 5_000_000_000L;
        while (runs(child) && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertFalse(runs(child));
    }

    /// A dead process that nobody has asked about yet doesn't run.
    private static boolean runs(long pid) throws IOException {
        Path stat = Path.of("/proc", Long.toString(pid), "stat");
        try {
            return !Files.readString(stat).replaceFirst(".*[)] ", "").startsWith("Z");
        } catch (java.nio.file.NoSuchFileException e) {
            return false;
        }
    }

    @Test
    void anAgentThatIsNotThereFails() {
        Program.Result result = runner().run(call("fence_nowhere"), 1000);
        assertEquals(Program.NOT_STARTED, result.status());
        assertTrue(result.output().startsWith("fence_nowhere: no such fence agent in "), result.output());
    }

    @Test
    void debiansDummyAgentSwitchesItsFileOff() throws IOException {
        Path status = directory.resolve("status");
        Files.writeString(status, "on");
        Program.Result result = debian(
                "fence_dummy", "nodename=n1", "agent=fence_dummy", "type=file", "status_file=" + status, "action=off");
        assertEquals(0, result.status(), result.output());
        assertEquals("off", Files.readString(status).strip());
    }

    @Test
    void debiansDummyAgentOfTypeFailFails() {
        assertEquals(
                1,
                debian("fence_dummy", "nodename=n1", "type=fail", "action=off").status());
    }

    @Test
    void debiansIpmilanFailsCleanlyAgainstNothing() {
        Program.Result result = debian(
                "fence_ipmilan",
                "nodename=n1",
                "ipaddr=127.0.0.1",
                "login=a",
                "passwd=b",
                "lanplus=1",
                "login_timeout=1",
                "power_timeout=1",
                "action=off");
        assertEquals(1, result.status(), result.output());
    }

    @Test
    void debiansApcFailsCleanlyAgainstNothing() {
        Program.Result result = debian(
                "fence_apc",
                "port=1",
                "nodename=n1",
                "ipaddr=127.0.0.1",
                "login=a",
                "passwd=b",
                "login_timeout=1",
                "action=off");
        assertEquals(1, result.status(), result.output());
    }
}
