package io.muster.bed.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.bed.Await;
import io.muster.bed.Directories;
import io.muster.bed.Home;
import io.muster.bed.Shell;
import io.muster.bed.guest.Lab;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Three machines with kernels of their own: one's kernel hangs, the others cut its power by its plug, its
/// service moves, and it comes back.
@Tag("lab")
class GuestSiteIT {
    private static final int PATIENCE_MS = 180_000;

    private static final String SITE = """
            network 192.168.79.0/24
            memory 512
            time 600
            disk shared 8
            guest node1 11 shared
            guest node2 12 shared
            guest node3 13 shared
            collect /var/log/cluster
            run exec sh "$SITE_DIR/node.sh"
            """;

    /// Token and heartbeats of seconds: three kernels share two processors, and whatever else there is.
    private static final String CLUSTER_CONF = """
            <?xml version="1.0"?>
            <cluster name="site" config_version="1">
              <totem token="6000"/>
              <fence_daemon post_join_delay="60" post_fail_delay="0"/>
              <clusternodes>
                <clusternode name="node1" nodeid="1"><fence><method name="1"><device name="plugs" port="node1" action="reboot"/></method></fence></clusternode>
                <clusternode name="node2" nodeid="2"><fence><method name="1"><device name="plugs" port="node2" action="reboot"/></method></fence></clusternode>
                <clusternode name="node3" nodeid="3"><fence><method name="1"><device name="plugs" port="node3" action="reboot"/></method></fence></clusternode>
              </clusternodes>
              <fencedevices><fencedevice name="plugs" agent="fence_netns" ipaddr="192.168.79.1" ipport="4000"/></fencedevices>
              <rm>
                <resources><script name="s" file="%s"/></resources>
                <service name="s" autostart="1" recovery="relocate"><script ref="s"/></service>
              </rm>
            </cluster>
            """;

    /// Says in the shared directory where it runs. (An agent has no environment but its own.)
    private static final String SERVICE = """
            #!/bin/sh
            case $1 in
                start) touch /run/s; hostname >"%1$s/owner.$$" && mv "%1$s/owner.$$" "%1$s/owner" ;;
                stop) rm -f /run/s ;;
                status) [ -e /run/s ] ;;
            esac
            """;

    /// All daemons in one process. Fencing has time until all have come; the disk proves that it is one and the same.
    private static final String NODE = """
            export MUSTER_ROOT=/var/tmp/m MUSTER_NODENAME=$SITE_NODE PATH=%1$s/bin:%1$s/sbin:$PATH
            mkdir -p $MUSTER_ROOT/etc/cluster $MUSTER_ROOT/run/muster $MUSTER_ROOT/var/lib/muster $MUSTER_ROOT/var/log
            ln -s /var/log/cluster $MUSTER_ROOT/var/log/cluster
            cp $SITE_DIR/cluster.conf $SITE_DIR/cluster.key $MUSTER_ROOT/etc/cluster/
            chmod 400 $MUSTER_ROOT/etc/cluster/cluster.key
            n=${SITE_NODE#node}
            printf '%%-511s\\n' $SITE_NODE | dd of=/dev/lab0 bs=512 seek=$n oflag=direct conv=notrunc 2>/dev/null
            touch $SITE_COMMON/up-$SITE_NODE
            for other in node1 node2 node3; do
                until [ -e $SITE_COMMON/up-$other ]; do sleep 0.2; done
            done
            for other in 1 2 3; do dd if=/dev/lab0 bs=512 skip=$other count=1 iflag=direct 2>/dev/null | tr -d ' '; done >$SITE_COMMON/disk-$SITE_NODE
            clusterd -f &
            daemon=$!
            while kill -0 $daemon 2>/dev/null; do
                clustat >$SITE_OWN/clustat.new 2>&1; mv $SITE_OWN/clustat.new $SITE_OWN/clustat
                cman_tool nodes >$SITE_OWN/nodes.new 2>&1; mv $SITE_OWN/nodes.new $SITE_OWN/nodes
                sleep 2
            done
            """;

    @BeforeAll
    static void thereIsALab() {
        GuestSite.absence().ifPresent(why -> assumeTrue(false, "no lab: " + why));
        assumeTrue(Lab.asked().orElseThrow() == Lab.Engine.UML, "three kernels emulated at once are too slow");
    }

    @Test
    void aKernelThatHangsIsFencedByItsPlugItsServiceMovesAndItComesBack() throws IOException {
        Path dir = Files.createTempDirectory("muster-it-");
        Path files = Files.createDirectories(dir.resolve("files"));
        Path service = files.resolve("s");
        Files.writeString(service, SERVICE.formatted(dir.resolve("common")));
        assertTrue(service.toFile().setExecutable(true));
        Files.writeString(files.resolve("cluster.conf"), CLUSTER_CONF.formatted(service));
        Files.writeString(files.resolve("node.sh"), NODE.formatted(Home.dir()));
        Shell.run(
                        60_000,
                        Map.of(),
                        List.of(
                                Home.dir().resolve("bin/keygen").toString(),
                                files.resolve("cluster.key").toString()))
                .expectOk("keygen");
        List<String> said = Collections.synchronizedList(new ArrayList<>());
        SiteFile file = SiteFile.read("site", SITE).config().orElseThrow();
        try (GuestSite site = GuestSite.open(dir, file, files, (guest, line) -> said.add(guest + ": " + line))) {
            long began = System.nanoTime();
            site.guests().forEach(SiteGuest::powerOn);
            await(site, said, "a service on three members", () -> ownerOf(site).startsWith("node") && allMembers(site));
            long up = System.nanoTime();
            for (SiteGuest guest : site.guests()) {
                assertEquals("node1\nnode2\nnode3\n", read(site.common().resolve("disk-" + guest.name())), "one disk");
            }
            SiteGuest owner = site.guest(ownerOf(site));
            owner.freeze(true);
            await(site, said, "another owner", () -> !ownerOf(site).equals(owner.name()));
            long moved = System.nanoTime();
            assertTrue(
                    site.plugs().offs(owner.name()) >= 1,
                    () -> "without fencing: " + site.plugs().requests());
            assertEquals(
                    List.of(owner.name()),
                    site.plugs().requests().stream()
                            .map(r -> r.node())
                            .distinct()
                            .toList());
            await(site, said, "three members again", () -> owner.on() && allMembers(site));
            System.out.printf(
                    "site: up in %d s, moved in %d s, back in %d s%n",
                    (up - began) / 1_000_000_000,
                    (moved - up) / 1_000_000_000,
                    (System.nanoTime() - moved) / 1_000_000_000);
            assertFalse(
                    Files.readString(site.own("node1").resolve("var/log/cluster/clusterd.log"))
                            .isEmpty(),
                    "collected");
        } finally {
            assertEquals(0, processesNaming(dir.toString()), "nothing of the guests is left");
            Directories.delete(dir);
        }
    }

    private static void await(
            GuestSite site, List<String> said, String what, java.util.function.BooleanSupplier condition) {
        assertTrue(Await.until(PATIENCE_MS, 500, condition), () -> what + ": not in time; " + report(site, said));
    }

    private static String report(GuestSite site, List<String> said) {
        var text = new StringBuilder(site.plugs().requests() + "\n");
        for (SiteGuest guest : site.guests()) {
            Path own = site.own(guest.name());
            text.append(guest.name()
                    + (guest.on() ? " on\n" : " off\n")
                    + read(own.resolve("nodes"))
                    + read(own.resolve("clustat"))
                    + read(own.resolve("var/log/cluster/clusterd.log")));
        }
        return text + String.join("\n", said);
    }

    private static String ownerOf(GuestSite site) {
        return read(site.common().resolve("owner")).strip();
    }

    private static boolean allMembers(GuestSite site) {
        return site.guests().stream()
                .allMatch(guest -> read(site.own(guest.name()).resolve("nodes"))
                                .lines()
                                .filter(line -> line.strip().matches("\\d+ +M .*"))
                                .count()
                        == 3);
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            return "";
        }
    }

    private static long processesNaming(String word) {
        return ProcessHandle.allProcesses()
                .filter(p -> p.pid() != ProcessHandle.current().pid())
                .filter(p -> p.info().commandLine().orElse("").contains(word))
                .count();
    }

    @Test
    void theCommandRunsASiteAndNamesWhatIsWrongWithItsFile() throws IOException {
        Path dir = Files.createTempDirectory("muster-it-");
        try {
            Path file = dir.resolve("site");
            Files.writeString(
                    file, "memory 192\nguest a 2\nguest b 3\nrun echo \"I am $SITE_NODE\"; ping() { :; }; exit 0\n");
            var out = new ByteArrayOutputStream();
            int status = LabSite.run(
                    new String[] {file.toString()}, InputStream.nullInputStream(), new PrintStream(out), System.err);
            String said = out.toString(StandardCharsets.UTF_8);
            assertEquals(0, status, said);
            assertTrue(said.contains("a: I am a\n") && said.contains("b: I am b\n"), said);
            Directories.delete(Path.of(said.strip().replaceFirst("(?s).* ", "")));
            Files.writeString(file, "gest a 2\n");
            var err = new ByteArrayOutputStream();
            assertEquals(
                    2,
                    LabSite.run(
                            new String[] {file.toString()},
                            InputStream.nullInputStream(),
                            System.out,
                            new PrintStream(err)));
            assertTrue(
                    err.toString(StandardCharsets.UTF_8)
                            .startsWith("site:1:1: unknown word \"gest\"; did you mean \"guest\"?\n"),
                    err.toString(StandardCharsets.UTF_8));
        } finally {
            Directories.delete(dir);
        }
    }
}
