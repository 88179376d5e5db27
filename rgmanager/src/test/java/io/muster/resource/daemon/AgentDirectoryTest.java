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

    private void says(String file, String script) throws Exception {
        Path agent = directory.resolve(file);
        Files.writeString(agent, "#!/bin/sh\n" + script);
        assertTrue(agent.toFile().setExecutable(true));
    }

    @Test
    void whatAnAgentSaysBesideItsDocumentDoesNotMakeItNone() throws Exception {
        String document = "echo '<?xml version=\"1.0\"?>'; echo '<resource-agent name=\"%s\"/>'\n";
        says("after.sh", document.formatted("after") + "echo done; echo 'is <fine> & well'");
        says("before.sh", "echo '/etc/sysconfig/before: no such file'; echo\n" + document.formatted("before"));
        says("err.sh", "echo 'no such file' >&2\n" + document.formatted("err") + "echo '<bye>' >&2");
        says("several.sh", """
                cat <<'X'
                <?xml version="1.0"?>
                <!DOCTYPE resource-agents SYSTEM "ra-api-1-modified.dtd">
                <resource-agents><resource-agent name="one"><version>2.1</version>
                <parameters><parameter name="a" primary="1"/><parameter name="b" primary="1"/></parameters>
                </resource-agent><resource-agent name="action"/><resource-agent name="two"/></resource-agents>
                X
                """);
        MetadataSet found = RealAgents.in(directory);
        assertEquals(java.util.List.of(), found.problems());
        assertEquals(Set.of("after", "before", "err", "one", "two"), found.all().keySet());
        assertEquals("2.1", found.of("one").orElseThrow().version());
        assertEquals("1.0", found.of("two").orElseThrow().version());
        assertEquals(
                java.util.List.of(true, false),
                found.of("one").orElseThrow().parameters().stream()
                        .map(io.muster.resource.AgentMetadata.Parameter::primary)
                        .toList());
    }

    @Test
    void aTypeWhoseAgentFailsKeepsWhatWasSaidLast() throws Exception {
        agent("a.sh", "a", 0);
        agent("b.sh", "b", 0);
        agent("c.sh", "c", 0);
        MetadataSet first = RealAgents.in(directory);
        assertEquals(Set.of("a", "b", "c"), first.all().keySet());
        agent("a.sh", "a", 1);
        says("b.sh", "echo '<resource-agent name=\"b\"><parameters>'");
        Files.delete(directory.resolve("c.sh"));
        agent("d.sh", "d", 1);
        MetadataSet second = RealAgents.in(directory, first);
        assertEquals(Set.of("a", "b"), second.all().keySet());
        assertEquals(first.of("a"), second.of("a"));
        assertEquals(
                java.util.List.of(
                        directory + "/a.sh: meta-data failed with status 1: what it said before counts",
                        directory + "/d.sh: meta-data failed with status 1"),
                java.util.List.of(
                        second.problems().getFirst(), second.problems().getLast()));
        agent("a.sh", "e", 0);
        assertEquals(Set.of("b", "e"), RealAgents.in(directory, second).all().keySet());
        MetadataSet gone = RealAgents.in(directory.resolve("nowhere"), second);
        assertEquals(second.all(), gone.all());
        assertEquals(1, gone.problems().size());
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
