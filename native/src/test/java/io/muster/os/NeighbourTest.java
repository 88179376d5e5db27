package io.muster.os;

import static io.muster.os.Network.ip;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("netns")
class NeighbourTest {
    private static final String KNOWN = "02:00:00:00:00:01";
    private static final String OTHER = "02:00:00:00:00:02";

    @ParameterizedTest
    @ValueSource(strings = {"10.77.1.2", "fd00::2"})
    void whatIsRecalledIsUsedUnlessMoreIsKnown(String address) throws Exception {
        Network.inNamespace(() -> {
            try (var route = RouteNetlink.open(Network.LIMIT)) {
                InetAddress them = network(address);
                int index = RouteNetlink.index("a0");
                var known = new Neighbour(index, them, KNOWN, 0);
                route.recallNeighbour(known);
                Neighbour now = entry(route, index, them);
                assertEquals(KNOWN, now.mac());
                assertTrue(now.known());
                assertFalse(now.reachable(), "nobody has answered");
                assertFalse(now.permanent());
                route.recallNeighbour(new Neighbour(index, them, OTHER, 0));
                assertEquals(KNOWN, entry(route, index, them).mac());
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.77.1.2", "fd00::2"})
    void whatIsForgottenIsAskedForByTheNextPacket(String address) throws Exception {
        Network.inNamespace(() -> {
            try (var route = RouteNetlink.open(Network.LIMIT)) {
                InetAddress them = network(address);
                int index = RouteNetlink.index("a0");
                var known = new Neighbour(index, them, KNOWN, 0);
                route.forgetNeighbour(known);
                route.recallNeighbour(known);
                assertTrue(entry(route, index, them).known());
                route.forgetNeighbour(known);
                try (var socket = new java.net.DatagramSocket()) {
                    socket.connect(them, 9);
                    socket.send(new java.net.DatagramPacket(new byte[1], 1));
                }
                assertFalse(entry(route, index, them).known(), "it is being asked for");
                route.recallNeighbour(known);
                assertTrue(entry(route, index, them).known(), "what waits goes there");
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.77.1.2", "fd00::2"})
    void whatIsConfirmedIsReachableWithoutAnyAnswer(String address) throws Exception {
        Network.inNamespace(() -> {
            try (var route = RouteNetlink.open(Network.LIMIT);
                    var socket = new java.net.DatagramSocket()) {
                InetAddress them = network(address);
                int index = RouteNetlink.index("a0");
                String family = address.contains(":") ? "ipv6" : "ipv4";
                Sysctl.set(Sysctl.ofNeighbours(family, "a0", "delay_first_probe_time"), "1");
                ip("neighbour", "replace", address, "lladdr", KNOWN, "dev", "a0", "nud", "stale");
                socket.connect(them, 9);
                socket.send(new java.net.DatagramPacket(new byte[1], 1));
                int fd = descriptor(socket.getLocalPort());
                assertTrue(Confirm.peer(fd));
                // The kernel looks a second after the packet, and asks whoever isn't confirmed.
                Network.await("it is reachable", () -> {
                    assertTrue(Confirm.peer(fd));
                    return reachable(route, index, them);
                });
            }
        });
    }

    private static boolean reachable(RouteNetlink route, int index, InetAddress them) {
        try {
            return entry(route, index, them).reachable();
        } catch (NetException e) {
            throw new AssertionError(e);
        }
    }

    /// Of this process' UDP socket of that port, which the JDK doesn't tell.
    private static int descriptor(int port) throws Exception {
        String inode = "";
        for (String file : java.util.List.of("/proc/thread-self/net/udp", "/proc/thread-self/net/udp6")) {
            for (String line : java.nio.file.Files.readAllLines(java.nio.file.Path.of(file))) {
                String[] words = line.strip().split("\\s+");
                if (words[1].endsWith(":%04X".formatted(port))) {
                    inode = words[9];
                }
            }
        }
        try (var all = java.nio.file.Files.newDirectoryStream(java.nio.file.Path.of("/proc/self/fd"))) {
            for (var each : all) {
                String target = java.nio.file.Files.readSymbolicLink(each).toString();
                if (target.equals("socket:[" + inode + "]")) {
                    return Integer.parseInt(each.getFileName().toString());
                }
            }
        }
        throw new AssertionError("no socket of port " + port);
    }

    @Test
    void anotherInterfacesNeighboursArentThisOnes() throws Exception {
        Network.inNamespace(() -> {
            try (var route = RouteNetlink.open(Network.LIMIT)) {
                InetAddress them = network("10.77.1.2");
                route.recallNeighbour(new Neighbour(RouteNetlink.index("a0"), them, KNOWN, 0));
                assertTrue(route.neighbours(RouteNetlink.index("a1")).stream()
                        .noneMatch(entry -> entry.address().equals(them)));
            }
        });
    }

    private static InetAddress network(String address) {
        ip("address", "add", "10.77.1.1/24", "dev", "a0");
        ip("address", "add", "fd00::1/64", "dev", "a0", "nodad");
        ip("link", "set", "a0", "up");
        ip("link", "set", "a1", "up");
        return InetAddress.ofLiteral(address);
    }

    private static Neighbour entry(RouteNetlink route, int index, InetAddress address) throws NetException {
        return route.neighbours(index).stream()
                .filter(entry -> entry.address().equals(address))
                .findFirst()
                .orElseThrow();
    }
}
