package io.muster.pulse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.cli.Programs;
import io.muster.cli.Said;
import io.muster.os.NetworkNamespace;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What announcements are for: a neighbour that knew the address at another machine finds it here. A cable with both
/// ends in one namespace; the neighbour is the kernel behind the far end.
@Tag("netns")
class NeighbourCacheTest {
    private static final String OLD = "02:00:00:00:00:01";
    private static final String NEW = "02:00:00:00:00:0a";
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    @Test
    void neighbourFollowsAGratuitousReply() throws Exception {
        onACable(() -> {
            Programs.run("ip", "address", "add", "10.0.0.2/24", "dev", "a1");
            // What was told less than a second ago the kernel doesn't let itself be told otherwise.
            Programs.run("sh", "-c", "echo 0 > /proc/sys/net/ipv4/neigh/a1/locktime");
            follows("10.0.0.1", "10.0.0.255");
        });
    }

    @Test
    void neighbourFollowsAnUnsolicitedAdvertisement() throws Exception {
        onACable(() -> {
            Programs.run("ip", "address", "add", "fd00::2/64", "dev", "a1", "nodad");
            follows("fd00::1", "ff02::1");
        });
    }

    private static void follows(String address, String target) throws Exception {
        Programs.run("ip", "neighbour", "replace", address, "lladdr", OLD, "dev", "a1", "nud", "stale");
        assertTrue(Programs.run("ip", "neighbour", "show", address).contains(OLD));
        assertEquals(new Said(0, "", ""), Said.by(new SendArp(), "-i", "a0", address, NEW, target, "ffffffffffff"));
        until(
                "the neighbour has the new one",
                () -> Programs.run("ip", "neighbour", "show", address).contains(NEW));
    }

    /// The kernel looks at carriers at its leisure, and what is sent before is lost.
    private static boolean up(String device) throws Exception {
        return Programs.run("ip", "link", "show", device).contains("state UP");
    }

    private static void until(String what, Condition condition) throws Exception {
        long giveUp = System.nanoTime() + LIMIT_NANOS;
        while (!condition.holds()) {
            if (System.nanoTime() > giveUp) {
                fail("not within 10 s: " + what + "\n" + Programs.run("ip", "neighbour", "show"));
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private interface Body {
        void run() throws Exception;
    }

    private static void onACable(Body body) throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "network namespaces need root here");
        NetworkNamespace.inNew(() -> {
            Programs.run("ip", "link", "add", "a0", "address", NEW, "type", "veth", "peer", "name", "a1");
            Programs.run("ip", "link", "set", "a0", "up");
            Programs.run("ip", "link", "set", "a1", "up");
            until("both ends are up", () -> up("a0") && up("a1"));
            body.run();
            return true;
        });
    }
}
