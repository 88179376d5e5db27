package io.muster.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.machine.Program;
import io.muster.os.ProgramRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A node ends itself through `end_machine` and nothing else, and who can't be ended has failed to
/// stop. Neither waits for a `sync` that a dead device never answers.
class SelfFenceTest {
    @TempDir
    Path directory;

    @Test
    void anAgentEndsItsNodeThroughTheOneDoor() {
        String story = Path.of("src/test/resources/agents/self-fence-story.sh").toString();
        String agents = Path.of("src/main/agents").toAbsolutePath().toString();
        var command = List.of("/bin/sh", story, agents, directory.toString());
        var environment = Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL", "C");
        assertEquals(
                """
                without self_fence
                err: can't unmount /no/data
                status 1
                sync -f /no/data
                umount /no/data
                umount /no/data
                umount /no/data
                umount /no/data
                with self_fence
                alert: /no/data won't unmount: this node ends itself
                end_machine: not ended: nobody declared it
                err: can't unmount /no/data
                status 1
                sync -f /no/data
                umount /no/data
                umount /no/data
                umount /no/data
                umount /no/data
                end_machine /no/data won't unmount
                without our program
                alert: /no/data won't unmount: this node ends itself
                err: can't unmount /no/data
                status 1
                sync -f /no/data
                umount /no/data
                umount /no/data
                umount /no/data
                umount /no/data""",
                ProgramRun.run(new Program(command, environment, "", 60_000, 8192))
                        .output());
    }
}
