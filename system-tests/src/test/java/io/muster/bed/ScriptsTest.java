package io.muster.bed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `./muster` itself does to the machine, and what it makes of skipped tests.
class ScriptsTest {
    private static final Path SCRIPTS = scripts();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path dir;

    @SuppressWarnings("NullAway.Init")
    private Path policy;

    private static Path scripts() {
        Path here = Path.of(System.getProperty("muster.home", ".")).toAbsolutePath();
        return here.resolve("distribution/src/main/scripts");
    }

    @BeforeEach
    void anAptThatAsksWhetherItMayStart() throws IOException {
        policy = dir.resolve("policy-rc.d");
        script(
                "bin/apt-get",
                "sh " + policy + " web start; echo $? >" + dir.resolve("answer") + "; [ ! -e " + dir.resolve("slow")
                        + " ] || { touch " + dir.resolve("busy") + "; sleep 20; }");
    }

    @Test
    void nothingStartsThatIsOnlyInstalled() throws IOException {
        assertEquals(0, install().status());
        assertEquals("101", read("answer"));
        assertFalse(Files.exists(policy), "there was none before");
    }

    @Test
    void whatAdministratorsSayOfStartingIsPutBack() throws IOException {
        script("policy-rc.d", "exit 104");
        String before = Files.readString(policy);
        install();
        assertEquals("101", read("answer"));
        assertEquals(before, Files.readString(policy));
    }

    @Test
    void itIsPutBackAlsoWhenInterrupted() throws IOException {
        script("policy-rc.d", "exit 104");
        Files.createFile(dir.resolve("slow"));
        Process process = Shell.builder(environment(), command()).start();
        Await.that("apt-get", 10_000, () -> Files.exists(dir.resolve("busy")));
        assertTrue(Files.readString(policy).contains("exit 101"));
        // As Ctrl-C does: to all of them. Who could be told of it is gone, too.
        List<ProcessHandle> all = process.descendants().toList();
        process.destroy();
        all.forEach(ProcessHandle::destroy);
        Await.that("the end", 10_000, () -> all.stream().noneMatch(ProcessHandle::isAlive));
        assertTrue(Files.readString(policy).contains("exit 104"), Files.readString(policy));
    }

    @Test
    void whatAKilledRunLeftIsPutBackByTheNext() throws IOException {
        script("policy-rc.d.before-muster", "exit 104");
        Files.writeString(policy, "#!/bin/sh\n# muster: nothing starts that is only installed.\nexit 101\n");
        install();
        assertEquals("101", read("answer"));
        assertTrue(Files.readString(policy).contains("exit 104"));
        assertFalse(Files.exists(dir.resolve("policy-rc.d.before-muster")));
    }

    @Test
    void aSkipThatNobodyNamedFailsWhereItCounts() throws IOException {
        Files.writeString(dir.resolve("skips"), "# why\nlab\\..*   no lab: .*\n");
        Path report = dir.resolve("TEST-a.xml");
        Files.writeString(report, """
                <testsuite>
                  <testcase name="boots" classname="io.muster.lab.LabIT" time="0">
                    <skipped message="Assumption failed: no lab: &quot;none&quot;" type="x"/>
                  </testcase>
                  <testcase name="ends" classname="io.muster.lab.LabIT" time="0">
                    <skipped type="x"><![CDATA[org.opentest4j.TestAbortedException: Assumption failed: no lab: here
                        at org.junit.jupiter.api.Assumptions.assumeTrue(Assumptions.java:120)
                    ]]></skipped>
                  </testcase>
                  <testcase name="runs" classname="io.muster.lab.LabIT" time="0"/>
                </testsuite>
                """);
        assertEquals(0, skips("strict", report).status());
        assertTrue(skips("strict", report).out().contains("no lab: \"none\""));
        assertTrue(skips("strict", report).out().contains("  no lab: here\n      lab.LabIT.ends\n"));
        Files.writeString(report, Files.readString(report).replace("no lab", "no net"));
        assertEquals(1, skips("strict", report).status());
        assertEquals(0, skips("", report).status());
        assertTrue(skips("", report).out().contains("lab.LabIT.boots"));
    }

    private Shell.Result skips(String strict, Path report) {
        return Shell.run(
                10_000,
                Map.of(),
                List.of(
                        "perl",
                        SCRIPTS.resolve("skips.pl").toString(),
                        dir.resolve("skips").toString(),
                        strict,
                        report.toString()));
    }

    private Shell.Result install() {
        return Shell.run(20_000, environment(), command());
    }

    private Map<String, String> environment() {
        return Map.of("PATH", dir.resolve("bin") + ":/usr/bin:/bin", "policy_rc_d", policy.toString());
    }

    private static List<String> command() {
        return List.of(
                "bash",
                "-c",
                "set -eu; source \"$0\"; install_quietly web",
                SCRIPTS.resolve("machine.sh").toString());
    }

    private void script(String name, String text) throws IOException {
        Path file = dir.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + text + "\n", StandardCharsets.UTF_8);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String read(String name) throws IOException {
        return Files.readString(dir.resolve(name)).strip();
    }
}
