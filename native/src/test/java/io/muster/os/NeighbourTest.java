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
    void whatIsAskedAnewIsForgotten(String address) throws Exception {
        Network.inNamespace(() -> {
            try (var route = RouteNetlink.open(Network.LIMIT)) {
                InetAddress them = network(address);
                int index = RouteNetlink.index("a0");
                var known = new Neighbour(index, them, KNOWN, 0);
                route.askNeighbour(known);
                assertFalse(entry(route, index, them).known(), "it is being asked for");
                route.recallNeighbour(known);
                assertTrue(entry(route, index, them).known(), "a packet of now goes there");
                route.askNeighbour(known);
                assertFalse(entry(route, index, them).known());
            }
        });
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
