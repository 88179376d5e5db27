package io.muster.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.machine.Program;
import io.muster.os.ProgramRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Our agents against a real kernel, in namespaces of their own: real addresses, real neighbours, real
/// mounts.
@Tag("netns")
class AgentStoriesIT {
    private static final Path AGENTS = Path.of("src/main/agents").toAbsolutePath();

    @TempDir
    Path directory;

    private static String tell(List<String> namespaces, String story, String... arguments) {
        var command = new ArrayList<String>(List.of("/usr/bin/unshare"));
        command.addAll(namespaces);
        command.addAll(
                List.of("/bin/sh", Path.of("src/test/resources/agents", story).toString(), AGENTS.toString()));
        command.addAll(List.of(arguments));
        var environment = Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        return ProgramRun.run(new Program(command, environment, "", 60_000, 8192))
                .output();
    }

    private static void assumeNamespaces(List<String> namespaces) {
        var command = new ArrayList<String>(List.of("/usr/bin/unshare"));
        command.addAll(namespaces);
        command.add("/bin/true");
        var result = ProgramRun.run(new Program(command, Map.of(), "", 10_000, 1024));
        assumeTrue(result.status() == 0, "this machine grants no namespaces: " + result.output());
    }

    @Test
    void anAddressComesGoesAndIsNeverTakenTwice() {
        var namespaces = List.of("-Urnm");
        assumeNamespaces(namespaces);
        assertEquals("""
                10.77.0.100 status before: 7
                10.77.0.100 start: 0
                10.77.0.100 start again: 0
                10.77.0.100 status: 0
                10.77.0.100 status at depth 10: 0
                10.77.0.100 stop: 0
                10.77.0.100 stop again: 0
                10.77.0.100/24 status before: 7
                10.77.0.100/24 start: 0
                10.77.0.100/24 start again: 0
                10.77.0.100/24 status: 0
                10.77.0.100/24 status at depth 10: 0
                10.77.0.100/24 stop: 0
                10.77.0.100/24 stop again: 0
                fd77::100 status before: 7
                fd77::100 start: 0
                fd77::100 start again: 0
                fd77::100 status: 0
                fd77::100 status at depth 10: 0
                fd77::100 stop: 0
                fd77::100 stop again: 0
                somebody claims it after its stop: 0
                taken: 1
                taken, IPv6: 1
                no such network: 1
                wrong prefix: 1
                no address: 2
                no address, stop: 0
                no prefix: 2
                empty prefix: 2
                no family: 2
                no such device: 1
                1
                start for the link: 0
                link down: 7""", tell(namespaces, "ip-story.sh"));
    }

    @Test
    void aFileSystemComesAndGoesEvenWhileInUse() {
        var namespaces = List.of("-Urm");
        assumeNamespaces(namespaces);
        assertEquals("""
                status before: 7
                stop before: 0
                start: 0
                start again: 0
                status at depth 20: 0
                stop by force: 0
                its user lives: 1
                status after: 7
                unknown type: 2
                unknown type, stop: 0
                no place, stop: 0
                another's, stop: 0
                another's is left alone: 0""", tell(namespaces, "fs-story.sh", directory.toString()));
    }
}
