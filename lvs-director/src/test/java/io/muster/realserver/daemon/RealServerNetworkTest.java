package io.muster.realserver.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.cli.Programs;
import io.muster.daemon.Layout;
import io.muster.doctor.daemon.ArpProbe;
import io.muster.net.IpAddress;
import io.muster.os.InterfaceAddress;
import io.muster.os.Link;
import io.muster.os.NetworkNamespace;
import io.muster.os.RouteNetlink;
import io.muster.os.Sysctl;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real server's address on a real kernel, asked for from the other end of a cable.
class RealServerNetworkTest {
    private static final IpAddress VIP = IpAddress.parse("10.77.0.100").orElseThrow();
    private static final IpAddress SIX = IpAddress.parse("2001:db8:77::100").orElseThrow();
    private static final Duration PATIENCE = Duration.ofMillis(300);

    @TempDir
    Path root;

    @Test
    void aRealServerKeepsSilentAboutTheVirtualAddress() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "network namespaces need root here");
        NetworkNamespace.inNew(() -> {
            Programs.run("ip", "link", "set", "lo", "up");
            Programs.run(
                    "ip", "link", "add", "a0", "address", "02:00:00:00:00:0a", "type", "veth", "peer", "name", "a1");
            try (var netlink = RouteNetlink.open(Duration.ofSeconds(10))) {
                netlink.setUp("a0", true);
                netlink.setUp("a1", true);
                netlink.putAddress(InterfaceAddress.of(
                        "a0", IpAddress.parse("10.77.0.1").orElseThrow().inet(), 24));
                // As an operator would do it without the command: the LAN's traffic comes here.
                netlink.putAddress(InterfaceAddress.of("lo", VIP.inet(), 32));
                assertEquals(Set.of("02:00:00:00:00:0a"), firstAnswer(netlink));
                netlink.deleteAddress("lo", VIP.inet(), 32);

                RealServerSetup setup = RealServerSetup.of(Layout.under(root));
                setup.up(VIP, "lo");
                setup.up(SIX, "lo");
                assertEquals(Set.of(), asked(netlink));
                assertTrue(netlink.has(VIP.inet()) && netlink.has(SIX.inet()));
                assertTrue(setup.status().stream().allMatch(RealServerSetup.Held::whole));
                setup.down(SIX);
                setup.down(VIP);
                assertEquals(List.of(), setup.status());
                assertEquals("0", Sysctl.get("net.ipv4.conf.all.arp_ignore").orElseThrow());
                assertTrue(!netlink.has(VIP.inet()) && !netlink.has(SIX.inet()));
            }
            return true;
        });
    }

    /// A link that has just come up loses the first frames.
    private static Set<String> firstAnswer(RouteNetlink netlink) throws Exception {
        long giveUp = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        Set<String> answer = asked(netlink);
        while (answer.isEmpty() && System.nanoTime() < giveUp) {
            answer = asked(netlink);
        }
        return answer;
    }

    private static Set<String> asked(RouteNetlink netlink) throws Exception {
        Link asker = netlink.link("a1").orElseThrow();
        return ArpProbe.whoHas("a1", asker.macOctets(), VIP, PATIENCE);
    }
}
