package io.muster.resource.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.resource.MetadataSet;
import io.muster.resource.RealAgents;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentDirectoryTest {
    private static final String AGENT = """
            #!/bin/sh
            touch "${0%%/*}/asked-${0##*/}"
            echo '<resource-agent name="%s"/>'
            exit %d
            """;

    @TempDir
    Path directory;

    private void agent(String file, String type, int status) throws Exception {
        Path agent = directory.resolve(file);
        Files.writeString(agent, AGENT.formatted(type, status));
        assertTrue(agent.toFile().setExecutable(true));
    }

    private boolean asked(String file) {
        return Files.exists(directory.resolve("asked-" + file));
    }

    @Test
    void whatIsNoAgentIsNeverRun() throws Exception {
        agent("ip.sh", "ip", 0);
        agent("ip.sh~", "ip", 0);
        agent("fs.sh.rpmsave", "fs", 0);
        // Debian's fence-agents put scripts there that may reboot the machine.
        agent("fence_scsi_check", "ip", 0);
        agent("plain", "plain", 0);
        assertTrue(directory.resolve("plain").toFile().setExecutable(false));
        Files.createDirectory(directory.resolve("utils"));
        MetadataSet found = RealAgents.in(directory);
        assertEquals(Set.of("ip"), found.all().keySet());
        assertEquals(java.util.List.of(), found.problems());
        assertTrue(asked("ip.sh"));
        for (String file : new String[] {"ip.sh~", "fs.sh.rpmsave", "fence_scsi_check", "plain"}) {
            assertFalse(asked(file), file);
        }
    }

    @Test
    void anAgentThatFailsIsNamedAndTheOthersCount() throws Exception {
        agent("a.sh", "a", 3);
        agent("b.sh", "b", 0);
        agent("c.sh", "b", 0);
        MetadataSet found = RealAgents.in(directory);
        assertEquals(Set.of("b"), found.all().keySet());
        assertEquals(2, found.problems().size(), found.problems().toString());
        assertEquals(
                directory + "/a.sh: meta-data failed with status 3",
                found.problems().getFirst());
    }

    @Test
    void aMissingDirectoryIsAProblemAndNoMore() {
        MetadataSet found = RealAgents.in(directory.resolve("nowhere"));
        assertTrue(found.all().isEmpty());
        assertTrue(
                found.problems().getFirst().contains("can't list"),
                found.problems().toString());
    }
}
