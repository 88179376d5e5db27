package io.muster.cluster.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.cli.Waiting;
import io.muster.cluster.Hosted;
import io.muster.daemon.Layout;
import io.muster.transport.cli.Keygen;
import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The daemons of a node in one process, one of which ends, with a service that writes down what is done to it.
@Timeout(120)
class ClusterDaemonTest {
    private static final String SERVICE = """
            #!/bin/sh
            here=${0%/*}
            case $1 in
                start) echo start >>"$here/done"; touch "$here/runs" ;;
                stop) [ ! -e "$here/runs" ] || echo stop >>"$here/done"; rm -f "$here/runs" ;;
                status) [ -e "$here/runs" ] ;;
            esac
            """;

    @TempDir
    Path root;

    private final List<String> said = new CopyOnWriteArrayList<>();
    private ClusterDaemon all;

    @BeforeEach
    void start() throws Exception {
        Layout layout = Layout.from(Map.of(
                "MUSTER_ROOT", root.toString(),
                "MUSTER_NODENAME", "127.0.0.1",
                "MUSTER_AGENTS",
                        Path.of("../rgmanager/src/main/agents")
                                .toAbsolutePath()
                                .normalize()
                                .toString()));
        layout.makeDirectories();
        Files.createDirectories(layout.etc());
        Path script = root.resolve("s");
        Files.writeString(script, SERVICE);
        assertTrue(script.toFile().setExecutable(true));
        int port;
        try (DatagramSocket free = new DatagramSocket()) {
            port = free.getLocalPort();
        }
        Files.writeString(layout.clusterConf(), """
                <cluster name="one" config_version="1"><cman port="%d"/>
                  <clusternodes><clusternode name="127.0.0.1" nodeid="1"/></clusternodes>
                  <rm><resources><script name="s" file="%s"/></resources>
                    <service name="s"><script ref="s"/></service></rm>
                </cluster>
                """.formatted(port, script));
        new Keygen(layout).run(new String[0], System.out, System.err);
        all = ClusterDaemon.start(layout, () -> said.add("left"), why -> said.add(why.getMessage()));
        Waiting.until("the service runs", () -> done().equals(List.of("start")));
    }

    private List<String> done() {
        try {
            Path file = root.resolve("done");
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            return List.of(e.toString());
        }
    }

    private Path socket(Hosted daemon) {
        return root.resolve("run/muster/" + daemon.text() + ".sock");
    }

    private void breakIt(Hosted daemon) {
        all.ended(daemon, new IllegalStateException("broken by the test"));
    }

    private void awaitAgain(Hosted daemon) {
        Waiting.until(daemon + " is gone", () -> !Files.exists(socket(daemon)));
        Waiting.until(daemon + " is back", () -> Files.exists(socket(daemon)));
    }

    @Test
    void cmanEndsAndTheServicesAreStoppedBeforeTheProcessEnds() {
        breakIt(Hosted.CMAN);
        Waiting.until("the process would end", () -> !said.isEmpty());
        assertEquals(List.of("start", "stop"), done());
        assertTrue(said.getFirst().startsWith("cman: "), said.toString());
        assertFalse(Files.exists(socket(Hosted.CMAN)));
        assertEquals(1, said.size(), said.toString());
    }

    @Test
    void fencedAndCcsdComeBackAndTheServiceIsLetAlone() {
        for (Hosted daemon : List.of(Hosted.FENCED, Hosted.CCSD)) {
            breakIt(daemon);
            awaitAgain(daemon);
        }

        assertEquals(List.of("start"), done());
        assertEquals(List.of(), said);
    }

    @Test
    void rgmanagerComesBackStopsFirstAndStartsAgain() {
        breakIt(Hosted.RGMANAGER);
        Waiting.until("the service runs again", () -> done().size() == 3);
        assertEquals(List.of("start", "stop", "start"), done());
        assertEquals(List.of(), said);
    }

    @AfterEach
    void end() {
        all.close();
        assertFalse(Files.exists(root.resolve("runs")), "stopped by who ended");
    }
}
