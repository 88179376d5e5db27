package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.bed.Await;
import io.muster.bed.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A running node's entry is taken out of cluster.conf with real daemons: it stays a member until it goes.
@Tag("netns")
class LeavingNodeIT {
    @RegisterExtension
    static final RealCluster real = new RealCluster(4, 1, f -> f);

    @Test
    void itStaysIsToldToJoinersIsFencedAndForgottenAndItsNextRunIsRefused() throws Exception {
        TestNode one = real.testbed().node("node1");
        TestNode two = real.testbed().node("node2");
        TestNode gone = real.testbed().node("node4");
        String text = Files.readString(one.conf());

        // Neither a new name nor a new number for one that runs.
        Shell.Result renamed = update(one, 2, text.replace("\"node4\" nodeid=\"4\"", "\"node9\" nodeid=\"4\""));
        assertEquals(1, renamed.status(), renamed::toString);
        assertTrue(renamed.toString().contains("node4 is a member with nodeid 4"), renamed::toString);
        String without = text.replaceAll("(?s) *<clusternode name=\"node4\".*?</clusternode>\\n", "")
                .replaceAll(" *<failoverdomainnode name=\"node4\".*?/>\\n", "");
        update(one, 2, without).expectOk("ccs_tool update");
        assertEquals("Leaving", state(one, "node4"));
        real.cluster().awaitMembers(gone, 4, 10_000);

        // A node that boots with the new file hears of the one it lacks before it gathers.
        two.powerOff();
        real.cluster().awaitMembers(one, 3, 20_000);
        Await.that("node2 is fenced", 20_000, 250, () -> !nodes(one, "-f").contains("not been fenced"));
        two.powerOff();
        real.cluster().boot(two);
        real.cluster().awaitMembers(two, 4, 30_000);
        assertEquals("Leaving", state(two, "node4"));

        // Lost instead of gone in good order, it is fenced as it was configured, and forgotten.
        long offs = real.testbed().power().offs("node4");
        gone.signal("cman", "STOP");
        Await.that("node4 is fenced", 20_000, 250, () -> real.testbed().power().offs("node4") > offs);
        Await.that("node4 is forgotten", 20_000, 250, () -> state(one, "node4").isEmpty());

        // Back with the file that the update has left there.
        gone.powerOff();
        gone.powerOn();
        Shell.Result join = real.cluster().ask(gone, "cman_tool", "join", "-n", "node4");
        assertEquals(1, join.status(), join::toString);
        assertTrue(join.err().contains("no clusternode is called \"node4\""), join::err);
        assertEquals(3, real.cluster().members(one).size());
        assertFalse(nodes(one).contains("node4"));

        // Added again, it joins.
        update(one, 3, text).expectOk("ccs_tool update");
        gone.powerOff();
        Files.copy(one.conf(), gone.conf(), StandardCopyOption.REPLACE_EXISTING);
        real.cluster().boot(gone);
        real.cluster().awaitMembers(one, 4, 30_000);
    }

    private static Shell.Result update(TestNode node, int version, String text) throws Exception {
        Path file = real.testbed().dir.resolve("next.conf");
        Files.writeString(file, text.replaceFirst("config_version=\"\\d+\"", "config_version=\"" + version + "\""));
        return real.cluster().ask(node, "ccs_tool", "update", file.toString());
    }

    private static String nodes(TestNode node, String... more) {
        return real.cluster()
                .ask(node, "cman_tool", more.length == 0 ? new String[] {"nodes"} : new String[] {"nodes", more[0]})
                .out();
    }

    private static String state(TestNode node, String of) {
        return real.cluster()
                .ask(node, "cman_tool", "nodes", "-F", "name,state")
                .out()
                .lines()
                .map(line -> line.strip().split(" "))
                .filter(words -> words.length == 2 && words[0].equals(of))
                .map(words -> words[1])
                .findFirst()
                .orElse("");
    }
}
