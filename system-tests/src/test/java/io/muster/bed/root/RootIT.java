package io.muster.bed.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.bed.Await;
import io.muster.bed.node.TestNode;
import io.muster.bed.node.Testbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A foreign server in a node, and not on this machine.
@Tag("netns")
class RootIT {
    private static final int PATIENCE_MS = 30_000;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path dir;

    @BeforeAll
    static void thereIsOne() {
        Root.absence("nginx").ifPresent(why -> assumeTrue(false, why));
    }

    @Test
    void aWebServerAnswersInANodeAndThisMachineHasNone() throws IOException {
        Root nginx = Root.of("nginx");
        try (Testbed testbed = open()) {
            TestNode server = testbed.node("node1");
            TestNode client = testbed.node("node2");
            assertFalse(has(server, "/etc/nginx/nginx.conf"), "before");
            String hosts = server.run(PATIENCE_MS, "cat", "/etc/hosts").out();
            String masks = masks(server);
            nginx.over(server);
            assertEquals(masks, masks(server), "what keeps a node from ending its machine is still in front");
            assertEquals(hosts, server.run(PATIENCE_MS, "cat", "/etc/hosts").out(), "the node's own files stay");
            assertTrue(server.run(PATIENCE_MS, "perl", "-e", "1").ok(), "and this machine's programs");
            Path conf = dir.resolve("nginx.conf");
            Files.writeString(conf, """
                    daemon off;
                    pid /run/nginx.pid;
                    error_log stderr;
                    user root;
                    events {}
                    http { access_log off; server { listen 80; location / { return 200 "it is $hostname\\n"; } } }
                    """);
            server.start("nginx", "/usr/sbin/nginx", "-c", conf.toString());
            assertTrue(
                    Await.until(PATIENCE_MS, 200, () -> get(client, server).endsWith("it is node1\n")),
                    () -> "the server says: " + get(client, server));
            assertFalse(has(client, "/etc/nginx/nginx.conf"), "another node has none");
            server.run(PATIENCE_MS, "touch", "/usr/sbin/trace", "/etc/trace");
            assertFalse(Files.exists(Path.of("/usr/sbin/trace")) || Files.exists(Path.of("/etc/trace")));
            assertFalse(Files.exists(nginx.tree().resolve("usr/sbin/trace")), "the cache is nobody's to write");
        }
    }

    private Testbed open() {
        try {
            return Testbed.open(dir, List.of("node1", "node2"), 1);
        } catch (IOException e) {
            return Assumptions.abort("no namespaces here: " + e.getMessage());
        }
    }

    private static String masks(TestNode node) {
        String script = "for w in reboot poweroff halt shutdown telinit systemctl; do"
                + " for d in /usr/sbin /usr/bin; do [ ! -e $d/$w ] || md5sum $d/$w; done; done";
        return node.run(PATIENCE_MS, "sh", "-c", script).expectOk("masks");
    }

    private static boolean has(TestNode node, String file) {
        return node.run(PATIENCE_MS, "test", "-e", file).ok();
    }

    private static String get(TestNode client, TestNode server) {
        String script =
                "exec 3<>/dev/tcp/" + server.address() + "/80 && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3";
        return client.run(PATIENCE_MS, "bash", "-c", script).out();
    }

    @Test
    void anUnknownOneIsNamed() {
        String why =
                assertThrows(IllegalStateException.class, () -> Root.of("ngin")).getMessage();
        assertTrue(why.startsWith("no root ngin: no root \"ngin\": there are ") && why.contains("nginx"), why);
    }
}
