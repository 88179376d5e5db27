package io.muster.ccs.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ccs.cli.CcsTool;
import io.muster.cli.Said;
import io.muster.cli.Waiting;
import io.muster.cman.cli.CmanTool;
import io.muster.cman.daemon.CmanDaemon;
import io.muster.daemon.Layout;
import io.muster.transport.cli.Keygen;
import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Three nodes' real cman and ccsd over UDP on loopback addresses.
class RealDaemonsTest {
    private static final long WAIT_NS = 40_000_000_000L;

    @TempDir
    Path root;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final List<Layout> nodes = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private int port;

    private String file(int version, String what) {
        StringBuilder text = new StringBuilder("<cluster name=\"dock\" config_version=\"" + version + "\"><!-- " + what
                + " --><cman port=\"" + port + "\"/><clusternodes>");
        for (int i = 1; i <= 3; i++) {
            text.append("<clusternode name=\"127.0.0." + (10 + i) + "\" nodeid=\"" + i + "\"/>");
        }
        return text.append("</clusternodes><fencedevices/></cluster>\n").toString();
    }

    private void cman(int node) throws IOException {
        Layout layout = nodes.get(node);
        CmanDaemon cman = CmanDaemon.start(layout, (_, _) -> {}, reason -> broken.add(reason.toString()));
        open.push(cman);
    }

    private CcsDaemon ccsd(int node) throws IOException {
        CcsDaemon ccsd = CcsDaemon.start(nodes.get(node), reason -> broken.add(reason.toString()));
        open.push(ccsd);
        return ccsd;
    }

    private String tool(int node, String... args) {
        Said said = Said.together(new CcsTool(nodes.get(node)), args);
        return said.status() + " " + said.out();
    }

    private boolean has(int node, String text) {
        try {
            return Files.readString(nodes.get(node).clusterConf()).equals(text);
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    @Timeout(180)
    void anUpdateReachesEverybodyAndALateCcsdCatchesUp() throws Exception {
        try (DatagramSocket free = new DatagramSocket()) {
            port = free.getLocalPort();
        }
        String old = file(1, "old");
        for (int i = 1; i <= 3; i++) {
            Path here = root.resolve("n" + i);
            Layout layout =
                    Layout.from(Map.of("MUSTER_ROOT", here.toString(), "MUSTER_NODENAME", "127.0.0." + (10 + i)));
            layout.makeDirectories();
            Files.createDirectories(layout.etc());
            Files.writeString(layout.clusterConf(), old);
            nodes.add(layout);
        }
        Path key = nodes.getFirst().etc().resolve("cluster.key");
        new Keygen(nodes.getFirst()).run(new String[0], System.out, System.err);
        for (Layout layout : nodes.subList(1, 3)) {
            Files.copy(key, layout.etc().resolve("cluster.key"), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        }
        for (int i = 0; i < 3; i++) {
            cman(i);
        }
        ccsd(0);
        ccsd(1);
        CcsDaemon third = ccsd(2);
        Path next = root.resolve("next.conf");
        Files.writeString(next, file(2, "new"));
        Waiting.until(
                "an update is taken", () -> tool(0, "update", next.toString()).contains("Update complete."));
        Waiting.until("all have it", () -> has(0, file(2, "new")) && has(1, file(2, "new")) && has(2, file(2, "new")));
        assertTrue(tool(1, "query", "//@config_version").endsWith("2\n"));

        third.close();
        open.remove(third);
        Files.writeString(next, file(3, "newer"));
        assertTrue(tool(1, "update", next.toString()).contains("from version 2 to 3"));
        assertTrue(has(2, file(2, "new")));
        // What somebody has put there meanwhile is no reason to change the cluster.
        Files.writeString(nodes.get(2).clusterConf(), file(9, "by hand"));
        ccsd(2);
        Waiting.until("the late one has it", () -> has(2, file(3, "newer")));
        assertEquals(file(9, "by hand"), Files.readString(nodes.get(2).etc().resolve("cluster.conf.refused-9")));
        aChangeIsTheClustersToMake();
        aNumberIsAnnouncedWithItsFile();
        whoIsBeatenByAnotherChangeIsToldSo();
        assertEquals(List.of(), broken);
    }

    /// Version 3 is in force.
    private void aChangeIsTheClustersToMake() throws IOException {
        Layout first = nodes.getFirst();
        String refused = tool(0, "addfence", "-C", "pdu", "fence_apc");
        assertTrue(refused.startsWith("1 ") && refused.contains("is the running cluster's"), refused);
        assertTrue(has(0, file(3, "newer")));

        Files.writeString(first.clusterConf(), file(3, "by hand"));
        refused = tool(0, "addfence", "pdu", "fence_apc");
        assertTrue(refused.startsWith("1 ") && refused.contains("isn't the cluster's, 3 ("), refused);
        assertTrue(has(0, file(3, "by hand")));

        Files.writeString(first.clusterConf(), file(3, "newer"));
        String taken = tool(0, "addfence", "pdu", "fence_apc");
        assertTrue(taken.startsWith("0 ") && taken.contains("from version 3 to 4"), taken);
        assertEquals(file(3, "newer"), Files.readString(first.etc().resolve("cluster.conf.old")));
        String now = Files.readString(first.clusterConf());
        assertTrue(now.contains("<fencedevice name=\"pdu\" agent=\"fence_apc\"/>"), now);
        Waiting.until("all have the device", () -> has(1, now) && has(2, now));
    }

    /// Version 4 is in force.
    private void aNumberIsAnnouncedWithItsFile() throws IOException {
        Path conf = nodes.getFirst().clusterConf();
        String inForce = Files.readString(conf);
        assertEquals("0 ", version("4"));
        assertTrue(version().contains("this very file is in force"), version());
        assertTrue(version("5").contains("has config_version 4, not 5"), version("5"));
        Files.writeString(conf, inForce.replace("newer", "other"));
        assertTrue(version("4").contains("other content"), version("4"));
        Files.writeString(conf, file(2, "old"));
        assertTrue(version().contains("is lower than the one in force"), version());
        Files.writeString(conf, file(5, "cut short").substring(0, 100));
        assertTrue(version().contains("not well-formed XML"), version());
        Files.writeString(conf, file(5, "announced"));
        assertTrue(version("5").startsWith("0 warning: cluster.conf:1:"));
        Waiting.until("all have it", () -> has(1, file(5, "announced")) && has(2, file(5, "announced")));
        String query = tool(2, "query", "concat(/cluster/@name, count(//clusternode), //@config_version)");
        assertEquals("0 dock35\n", query);
    }

    /// Two operators at two nodes, again and again until one of them has come too late.
    private void whoIsBeatenByAnotherChangeIsToldSo() throws Exception {
        String beaten = "";
        for (int i = 0; beaten.isEmpty(); i++) {
            String name = "pdu" + i;
            var other = new FutureTask<>(() -> tool(1, "addfence", name + "b", "fence_apc"));
            Thread.ofVirtual().start(other);
            String one = tool(0, "addfence", name + "a", "fence_apc");
            for (String said : List.of(one, other.get())) {
                if (!said.startsWith("0 ")) {
                    beaten = said;
                }
            }
            Waiting.until("both have the same", () -> text(0).equals(text(1)));
        }
        assertTrue(
                beaten.contains("another change came first: ") || beaten.contains("another update is under way: "),
                beaten);
        assertTrue(beaten.contains("run it again") && !beaten.contains("raise it"), beaten);
    }

    private String text(int node) {
        try {
            return Files.readString(nodes.get(node).clusterConf());
        } catch (IOException e) {
            return e.toString();
        }
    }

    private String version(String... number) {
        List<String> words = new ArrayList<>(List.of("version", "-r"));
        words.addAll(List.of(number));
        Said said = Said.together(new CmanTool(nodes.getFirst()), words.toArray(String[]::new));
        assertTrue(said.status() == 0 || said.out().contains("cman_tool: can't set version: "), said.out());
        return said.status() + " " + said.out();
    }

    @AfterEach
    void close() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }
}
