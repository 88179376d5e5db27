package io.muster.bed.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.bed.Await;
import io.muster.bed.Directories;
import io.muster.bed.Home;
import io.muster.bed.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/// The suite installed as `./muster install` does it, below a real systemd: order, readiness, restarts,
/// stop, power-off.
@Tag("netns")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class UnitsIT {
    private static final int PATIENCE_MS = 60_000;
    private static final int INSTALL_MS = 180_000;
    private static final List<String> UNITS = List.of("cman", "ccsd", "fenced", "rgmanager");

    private static final String CLUSTER_CONF = """
            <?xml version="1.0"?>
            <cluster name="one" config_version="1">
              <clusternodes><clusternode name="n1" nodeid="1"/></clusternodes>
              <rm><resources><script name="s" file="/etc/cluster/s"/></resources>
                <service name="s"><script ref="s"/></service></rm>
            </cluster>
            """;

    /// A service whose starts are counted.
    private static final String SERVICE = """
            #!/bin/sh
            case $1 in
                start) echo start >>/var/log/s && touch /run/s ;;
                stop) [ ! -e /run/s ] || echo stop >>/var/log/s; rm -f /run/s ;;
                status) [ -e /run/s ] ;;
            esac
            """;

    private static @Nullable Path dir;
    private static @Nullable Machine booted;

    @BeforeAll
    static void install() throws IOException {
        Machine.absence().ifPresent(why -> assumeTrue(false, why));
        Path here = Files.createTempDirectory("muster-it-");
        dir = here;
        Path installed = here.resolve("installed");
        // As the operator's command, but for the build before it and the start-up caches after it.
        String script = "set -euo pipefail; home=$1; scripts=$home/distribution/src/main/scripts;"
                + " for f in machine build install; do source $scripts/$f.sh; done; use_jdk;"
                + " source() { builtin source \"$@\"; train_caches() { :; }; }; install_suite --root $2";
        String home = Home.dir().getParent().toString();
        Shell.run(INSTALL_MS, Map.of(), List.of("bash", "-c", script, "install", home, installed.toString()))
                .expectOk("install");
        Path cluster = Files.createDirectories(here.resolve("n1/files/etc/cluster"));
        Files.writeString(cluster.resolve("cluster.conf"), CLUSTER_CONF);
        Files.writeString(cluster.resolve("s"), SERVICE);
        assertTrue(cluster.resolve("s").toFile().setExecutable(true));
        Shell.run(
                        PATIENCE_MS,
                        Map.of(),
                        List.of(
                                Home.dir().resolve("bin/keygen").toString(),
                                cluster.resolve("cluster.key").toString()))
                .expectOk("keygen");
        booted = Machine.boot("n1", here.resolve("n1"), "10.78.0.1", List.of(installed));
        for (String unit :
                List.of("muster.target", "cman", "ccsd", "fenced", "rgmanager", "clusterd", "pulse", "lvsd")) {
            assertEquals("disabled", booted.systemctl("is-enabled", unit).out().strip(), unit);
            assertEquals("inactive", booted.property(unit, "ActiveState"), unit);
        }
    }

    @AfterAll
    static void end() {
        if (booted != null) {
            booted.close();
        }
        if (dir != null) {
            Directories.delete(dir);
        }
    }

    private static Machine machine() {
        return java.util.Objects.requireNonNull(booted);
    }

    @BeforeEach
    void allIsUp() {
        if (machine().on()) {
            machine().systemctl("start", "muster.target").expectOk("start");
            awaitServices();
        }
    }

    private static void awaitServices() {
        assertTrue(
                Await.until(
                        PATIENCE_MS,
                        250,
                        () -> UNITS.stream().allMatch(UnitsIT::active)
                                && machine().run("clustat").out().contains("started")),
                UnitsIT::report);
    }

    private static boolean active(String unit) {
        return machine().property(unit, "ActiveState").equals("active");
    }

    private static String report() {
        List<String> journal = machine().journal();
        return machine()
                        .systemctl("list-units", "--all", "cman*", "ccsd*", "fenced*", "rgmanager*", "muster*")
                        .out()
                + machine().run("clustat").out()
                + String.join("\n", journal.subList(Math.max(0, journal.size() - 60), journal.size()));
    }

    /// The places in the journal where these patterns were said, the last time each.
    private static List<Integer> places(List<String> said) {
        List<String> journal = machine().journal();
        var places = new ArrayList<Integer>();
        for (String what : said) {
            int place = journal.size() - 1;
            while (place >= 0
                    && !Pattern.compile(what).matcher(journal.get(place)).find()) {
                place--;
            }
            places.add(place);
        }
        return places;
    }

    private static void assertInOrder(List<String> said) {
        List<Integer> places = places(said);
        assertEquals(
                places.stream().sorted().distinct().toList(),
                places,
                () -> said + " stand at " + places + "\n" + report());
        assertTrue(places.getFirst() >= 0, () -> "never said: " + said.getFirst());
    }

    @Test
    @Order(1)
    void eachStartsWhenTheOneBeforeItIsReady() {
        // A start that is over before the daemon said READY would let the next begin before "starts".
        assertInOrder(List.of(
                "Starting cman.service",
                "cman \\S+ starts",
                "Started cman.service",
                "Starting ccsd.service",
                "ccsd \\S+ starts",
                "Started ccsd.service",
                "Starting fenced.service",
                "fenced \\S+ starts",
                "Started fenced.service",
                "Starting rgmanager.service",
                "rgmanager \\S+ starts",
                "Started rgmanager.service",
                "Reached target muster.target"));
        for (String unit : UNITS) {
            assertEquals("notify", machine().property(unit, "Type"));
            assertEquals("running", machine().property(unit, "StatusText"), unit);
        }
        assertEquals(
                "",
                machine()
                        .systemctl(
                                "--failed",
                                "--no-legend",
                                "--plain",
                                "list-units",
                                "cman*",
                                "ccsd*",
                                "fenced*",
                                "rgmanager*")
                        .out());
        assertTrue(machine().run("cman_tool", "status").ok());
    }

    @Test
    @Order(2)
    void limitsAreTakenAsFarAsTheHostGivesThem() {
        String pid = machine().property("cman", "MainPID");
        String limits = machine().run("cat", "/proc/" + pid + "/limits").out();
        String files = limits.lines()
                .filter(l -> l.startsWith("Max open files"))
                .findFirst()
                .orElse("");
        long hard = Long.parseLong(files.split("\\s+")[4]);
        String host = Shell.run(PATIENCE_MS, Map.of(), List.of("sh", "-c", "ulimit -Hn"))
                .out()
                .strip();
        long most = host.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(host);
        assertEquals(Math.min(65_536, most), Math.min(65_536, hard), files);
        assertTrue(active("cman"), "what the host refuses is no reason not to start");
    }

    @Test
    @Order(3)
    void whatMayHoldSecretsIsTheGroupsOnlyAndSocketsAreEverybodys() {
        assertEquals(
                "root:root 755\nroot:cluster 750\nroot:cluster 750\n",
                machine()
                        .run("stat", "-c", "%U:%G %a", "/run/muster", "/var/lib/muster", "/var/log/cluster")
                        .out());
    }

    /// What has been done to the service, oldest first.
    private static List<String> done() {
        return machine().run("cat", "/var/log/s").out().lines().toList();
    }

    private static String pid(String unit) {
        return machine().property(unit, "MainPID");
    }

    private static void awaitAnother(String unit, String before) {
        assertTrue(
                Await.until(PATIENCE_MS, 250, () -> active(unit) && !pid(unit).equals(before)), UnitsIT::report);
    }

    private static void awaitDead(String... units) {
        assertTrue(
                Await.until(
                        PATIENCE_MS,
                        250,
                        () -> Stream.of(units)
                                .allMatch(unit -> List.of("dead", "failed")
                                        .contains(machine().property(unit, "SubState")))),
                UnitsIT::report);
    }

    /// A cman that comes back by itself could only race with the fencing of its node; what restarts by itself must not
    /// bring it back either.
    @Test
    @Order(4)
    void aDeadCmanStaysDeadAndTakesTheOthersWithIt() {
        machine().systemctl("kill", "-s", "KILL", "cman").expectOk("kill");
        assertTrue(
                Await.until(
                        PATIENCE_MS,
                        250,
                        () -> machine().property("fenced", "NRestarts").equals("1")
                                && !active("fenced")
                                && !active("rgmanager")),
                UnitsIT::report);
        // Longer than every RestartSec, after which the restarts have been tried.
        assertTrue(
                Await.until(
                        PATIENCE_MS,
                        250,
                        () -> machine().property("fenced", "SubState").equals("dead")
                                && machine().property("rgmanager", "SubState").equals("dead")),
                UnitsIT::report);
        assertEquals("failed", machine().property("cman", "ActiveState"), UnitsIT::report);
        assertEquals("0", machine().property("cman", "NRestarts"));
        assertTrue(active("ccsd"), "ccsd does without until it is back");
        assertEquals("stop", done().getLast(), "the service was stopped, although nobody was asked");
        machine().systemctl("start", "muster.target").expectOk("start");
        awaitServices();
    }

    @Test
    @Order(5)
    void aDeadFencedIsBackAndCostsNoService() {
        String manager = pid("rgmanager");
        String fenced = pid("fenced");
        List<String> before = done();
        machine().systemctl("kill", "-s", "KILL", "fenced").expectOk("kill");
        awaitAnother("fenced", fenced);
        awaitDomain();
        assertEquals(manager, pid("rgmanager"), UnitsIT::report);
        assertEquals(before, done(), "the service was let alone");
    }

    private static void awaitDomain() {
        assertTrue(
                Await.until(
                        PATIENCE_MS,
                        250,
                        () -> machine().run("fence_tool", "ls").ok()),
                UnitsIT::report);
    }

    @Test
    @Order(6)
    void aDeadManagerIsBackAndStopsFirst() {
        String manager = pid("rgmanager");
        List<String> before = done();
        machine().systemctl("kill", "-s", "KILL", "rgmanager").expectOk("kill");
        awaitAnother("rgmanager", manager);
        assertTrue(Await.until(PATIENCE_MS, 250, () -> done().size() == before.size() + 2), UnitsIT::report);
        assertEquals(List.of("stop", "start"), done().subList(before.size(), before.size() + 2));
        awaitServices();
        assertNotEquals("0", machine().property("rgmanager", "NRestarts"));
        assertTrue(active("cman"), "and the node is still in the cluster");
    }

    @Test
    @Order(7)
    void aDeadCcsdIsBackAndNobodyNotices() {
        List<String> pids = List.of(pid("cman"), pid("fenced"), pid("rgmanager"));
        String ccsd = pid("ccsd");
        List<String> before = done();
        machine().systemctl("kill", "-s", "KILL", "ccsd").expectOk("kill");
        awaitAnother("ccsd", ccsd);
        assertTrue(
                Await.until(
                        PATIENCE_MS,
                        250,
                        () -> machine().run("ccs_tool", "lsnode").ok()),
                UnitsIT::report);
        assertEquals(pids, List.of(pid("cman"), pid("fenced"), pid("rgmanager")), UnitsIT::report);
        assertEquals(before, done(), "the service was let alone");
    }

    /// By an operator, who may want a new version of them.
    @Test
    @Order(8)
    void fencedAndCcsdCanBeRestartedBelowTheService() {
        String manager = pid("rgmanager");
        List<String> before = done();
        for (String unit : List.of("fenced", "ccsd")) {
            String old = pid(unit);
            machine().systemctl("restart", unit).expectOk("restart");
            awaitAnother(unit, old);
        }
        awaitDomain();
        assertEquals(manager, pid("rgmanager"), UnitsIT::report);
        assertEquals(before, done(), "the service was let alone");
    }

    /// It can't be told from one that is gone: after its time cman ends, and rgmanager stops the service.
    @Test
    @Order(9)
    void aFencedThatStandsStillForTooLongCostsTheNodeItsPlace() {
        machine().systemctl("kill", "-s", "STOP", "fenced").expectOk("stop");
        awaitDead("cman", "rgmanager");
        assertEquals("failed", machine().property("cman", "ActiveState"), UnitsIT::report);
        assertEquals("stop", done().getLast(), UnitsIT::report);
        machine().systemctl("kill", "-s", "CONT", "fenced").expectOk("continue");
        awaitDead("fenced");
        assertEquals("failed", machine().property("cman", "ActiveState"), "nobody has brought it back");
    }

    @Test
    @Order(10)
    void stopGoesBackwards() {
        machine().systemctl("stop", "muster.target").expectOk("stop");
        assertTrue(
                Await.until(
                        PATIENCE_MS,
                        250,
                        () -> UNITS.stream()
                                .allMatch(unit ->
                                        machine().property(unit, "ActiveState").equals("inactive"))),
                UnitsIT::report);
        assertInOrder(List.of(
                "Stopping rgmanager.service",
                "Stopped rgmanager.service",
                "Stopping fenced.service",
                "Stopped fenced.service",
                "Stopping ccsd.service",
                "Stopped ccsd.service",
                "Stopping cman.service",
                "this node has left the cluster",
                "Stopped cman.service"));
        for (String unit : UNITS) {
            assertEquals("success", machine().property(unit, "Result"), unit);
        }
        assertTrue(machine().run("cat", "/var/log/s").out().endsWith("stop\n"), "the service was stopped first");
    }

    /// One process in the place of four, and back.
    @Test
    @Order(11)
    void clusterdTakesThePlaceOfTheFourAndGivesItBack() {
        machine().systemctl("start", "clusterd").expectOk("clusterd");
        assertTrue(
                Await.until(
                        PATIENCE_MS,
                        250,
                        () -> active("clusterd")
                                && machine().run("clustat").out().contains("started")),
                UnitsIT::report);
        UNITS.forEach(unit -> assertTrue(!active(unit), unit));
        assertInOrder(List.of("Stopped cman.service", "Starting clusterd.service", "Started clusterd.service"));
        machine().systemctl("start", "muster.target").expectOk("start");
        awaitServices();
        assertInOrder(List.of("Stopped clusterd.service", "Starting cman.service", "Started cman.service"));
        assertEquals("success", machine().property("clusterd", "Result"));
    }

    /// As separate daemons do, and like cman it isn't brought back.
    @Test
    @Order(12)
    void aClusterdWhoseCmanIsToldToGoStopsTheServiceFirst() {
        machine().systemctl("start", "clusterd").expectOk("clusterd");
        assertTrue(
                Await.until(
                        PATIENCE_MS, 250, () -> machine().run("clustat").out().contains("started")),
                UnitsIT::report);
        machine().run("cman_tool", "kill", "-n", "n1");
        awaitDead("clusterd");
        assertEquals("stop", done().getLast(), UnitsIT::report);
        assertEquals("failed", machine().property("clusterd", "ActiveState"), UnitsIT::report);
        assertEquals("0", machine().property("clusterd", "NRestarts"));
        machine().systemctl("reset-failed", "clusterd").expectOk("reset");
    }

    @Test
    @Order(13)
    void aDirectorWithoutItsFileIsNotStartedAndNoFailure() {
        for (String unit : List.of("pulse", "lvsd")) {
            machine().systemctl("start", unit).expectOk(unit);
            assertEquals("no", machine().property(unit, "ConditionResult"), unit);
            assertEquals("inactive", machine().property(unit, "ActiveState"), unit);
        }
    }

    @Test
    @Order(14)
    void powerOffStopsTheServiceBeforeTheCluster() throws IOException {
        assertTrue(machine().powerOff(), UnitsIT::report);
        Shell.Result journal = Shell.run(
                PATIENCE_MS,
                Map.of(),
                List.of(
                        "sh",
                        "-c",
                        "exec journalctl --no-pager -D \"$1\"/*/ -o short-monotonic",
                        "sh",
                        machine().journalFiles().toString()));
        List<String> lines = journal.expectOk("journal").lines().toList();
        int manager = last(lines, "Stopped rgmanager.service");
        int cman = last(lines, "Stopped cman.service");
        assertTrue(manager > 0 && cman > manager, () -> journal.out());
        assertTrue(last(lines, "this node has left the cluster") > manager);
    }

    private static int last(List<String> lines, String what) {
        int place = lines.size() - 1;
        while (place >= 0 && !lines.get(place).contains(what)) {
            place--;
        }
        return place;
    }
}
