package io.muster.service.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.cli.Said;
import io.muster.daemon.Layout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What agents and scripts call.
class AgentsToolsTest {
    @TempDir
    Path here;

    /// The lines that are logged, from the level on.
    private List<String> logged(String... arguments) throws Exception {
        Path log = here.resolve("var/log/cluster/rgmanager.log");
        Files.createDirectories(log.getParent());
        Files.deleteIfExists(log);
        Said said = Said.by(new Clulog(Layout.under(here)), arguments);
        assertEquals(0, said.status());
        return Files.exists(log)
                ? Files.readAllLines(log).stream()
                        .map(line -> line.substring(line.indexOf("] ") + 2))
                        .toList()
                : List.of();
    }

    private void configured(String logging) throws Exception {
        Path conf = here.resolve("etc/cluster/cluster.conf");
        Files.createDirectories(conf.getParent());
        Files.writeString(
                conf,
                "<?xml version='1.0'?><cluster name='c' config_version='1'><clusternodes><clusternode name='n1'"
                        + " nodeid='1'/></clusternodes>" + logging + "</cluster>");
    }

    @Test
    void linesGoToTheLogOfRgmanagerAsAgentsOfBothReleasesWriteThem() throws Exception {
        assertEquals(List.of("INFO [fs] mounted"), logged("-m", "fs", "-s", "6", "mounted"));
        assertEquals(List.of("ERROR [ip] no"), logged("-mip", "-s", "err", "no"));
        assertEquals(
                List.of("INFO clurgmgrd: [2423]: <notice> Executing /etc/init.d/httpd start"),
                logged("-p", "2423", "-n", "clurgmgrd", "-s", "5", "Executing /etc/init.d/httpd start"));
        assertEquals(List.of("WARN two words"), logged("-l", "4", "two", "words"));
        assertEquals(List.of("INFO plain"), logged("plain"));
        assertEquals(List.of("INFO [x] odd"), logged("-m", "x", "-s", "loud", "odd"));
    }

    @Test
    void whatIsLessGraveThanAskedForIsNotLogged() throws Exception {
        assertEquals(List.of(), logged("-s", "debug", "-l", "info", "talk"));
        assertEquals(List.of(), logged("-s", "7", "talk"));
        configured("<rm log_level='7'/>");
        assertEquals(List.of("DEBUG talk"), logged("-s", "7", "talk"));
        configured("<rm log_level='4'/>");
        assertEquals(List.of(), logged("-s", "notice", "talk"));
        assertEquals(List.of("WARN talk"), logged("-s", "warning", "talk"));
        // There are more severities than levels.
        configured("<rm log_level='5'/>");
        assertEquals(List.of(), logged("-s", "info", "talk"));
        assertEquals(List.of("INFO talk"), logged("-s", "notice", "talk"));
    }

    @Test
    void noAgentFailsBecauseOfItsLog() {
        Said wrong = Said.by(new Clulog(Layout.under(here)), "-x");
        assertEquals(0, wrong.status());
        assertTrue(wrong.err().contains("Usage: clulog"), wrong.err());
        assertEquals(0, Said.by(new Clulog(Layout.under(here))).status());
        assertTrue(Said.by(new Clulog(Layout.under(here)), "-h").out().startsWith("Usage: clulog"));
        assertEquals(
                0,
                Said.by(new Clulog(Layout.under(Path.of("/proc/nowhere"))), "text")
                        .status());
    }

    @Test
    void theOtherFormOfAHostIsPrinted() {
        Said name = Said.by(new Clufindhostname(), "-i", "127.0.0.1");
        assertEquals(0, name.status(), name.err());
        assertFalse(name.out().isBlank());
        assertEquals(new Said(0, "127.0.0.1\n", ""), Said.by(new Clufindhostname(), "-n", "localhost"));
        assertEquals(new Said(0, "192.0.2.7\n", ""), Said.by(new Clufindhostname(), "-n", "192.0.2.7"));
        assertEquals(
                new Said(1, "", "clufindhostname: \"localhost\" is no address: a name is given with -n\n"),
                Said.by(new Clufindhostname(), "-i", "localhost"));
        assertEquals(
                new Said(1, "", "clufindhostname: \"no.such.host.invalid\" has no address\n"),
                Said.by(new Clufindhostname(), "-n", "no.such.host.invalid"));
        for (String[] usage : new String[][] {{}, {"-i", "127.0.0.1", "-n", "localhost"}, {"-n", "a", "b"}, {"-z"}}) {
            Said wrong = Said.by(new Clufindhostname(), usage);
            assertEquals(1, wrong.status());
            assertTrue(wrong.err().contains("Usage: clufindhostname"), wrong.err());
        }
    }
}
