package io.muster.os;

import static io.muster.os.Network.ip;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class RouteNetlinkTest {
    private static final InetAddress FOUR = InetAddress.ofLiteral("10.77.1.1");
    private static final InetAddress SIX = InetAddress.ofLiteral("2001:db8::77");

    @Test
    void linksHaveNameStateMacAndMtu() throws Exception {
        Network.inNamespace(() -> {
            try (var route = RouteNetlink.open(Network.LIMIT)) {
                Link a0 = route.link("a0").orElseThrow();
                assertFalse(a0.up());
                assertEquals("02:00:00:00:00:0a", a0.mac());
                assertEquals(10, a0.macOctets()[5]);
                assertEquals(1500, a0.mtu());
                route.setUp("a0", true);
                assertTrue(route.link("a0").orElseThrow().up());
                assertFalse(route.link("a0").orElseThrow().carrier(), "its other end is down");
                route.setUp("a1", true);
                assertTrue(route.link("a0").orElseThrow().usable());
                assertTrue(route.link("lo").orElseThrow().loopback());
                assertTrue(route.link("nothere").isEmpty());
            }
        });
    }

    @Test
    void anAddressComesIsRenewedAndGoes() throws Exception {
        Network.inNamespace(() -> {
            try (var route = RouteNetlink.open(Network.LIMIT)) {
                route.setUp("a0", true);
                route.setUp("a1", true);
                var four = InterfaceAddress.of("a0", FOUR, 24)
                        .labelled("a0:1")
                        .broadcasting(InetAddress.ofLiteral("10.77.1.255"));
                route.putAddress(four);
                assertEquals(List.of(four), ofFamily(route, false));
                assertTrue(route.has(FOUR));
                route.putAddress(four.lasting(30));
                InterfaceAddress now = ofFamily(route, false).getFirst();
                assertTrue(now.validS() > 20 && now.validS() <= 30, now.toString() + " " + now.validS());
                assertEquals("a0:1", now.label());
                assertEquals(1, ofFamily(route, false).size());
                assertTrue(route.deleteAddress("a0", FOUR, 24));
                assertFalse(route.deleteAddress("a0", FOUR, 24), "it was gone");
                assertFalse(route.has(FOUR));
            }
        });
    }

    @Test
    void anIpv6AddressIsUsableAtOnceAndCanBeDeprecated() throws Exception {
        Network.inNamespace(() -> {
            try (var route = RouteNetlink.open(Network.LIMIT)) {
                route.setUp("a0", true);
                route.setUp("a1", true);
                route.putAddress(InterfaceAddress.of("a0", SIX, 64).lasting(60).deprecated());
                InterfaceAddress six = ofFamily(route, true).stream()
                        .filter(a -> a.address().equals(SIX))
                        .findFirst()
                        .orElseThrow();
                assertFalse(six.tentative());
                assertTrue(six.noDad());
                assertEquals(0, six.preferredS());
                assertTrue(six.validS() > 50 && six.validS() <= 60, "valid " + six.validS());
                route.putAddress(InterfaceAddress.of("a0", SIX, 64));
                assertTrue(ip("-6", "addr", "show", "dev", "a0").contains("valid_lft forever preferred_lft forever"));
                ip("-6", "addr", "add", "::ffff:10.1.1.1/96", "dev", "a0", "nodad");
                assertTrue(
                        route.addresses("a0").stream().anyMatch(a -> a.v6() && a.prefix() == 96),
                        "a mapped address is an IPv6 one");
                assertTrue(route.deleteAddress("a0", SIX, 64));
                assertFalse(route.has(SIX));
            }
        });
    }

    @Test
    void anAddressGoesByItselfAtTheEndOfItsLifetime() throws Exception {
        Network.inNamespace(() -> {
            try (var route = RouteNetlink.open(Network.LIMIT)) {
                route.setUp("a0", true);
                route.putAddress(InterfaceAddress.of("a0", FOUR, 32).lasting(1));
                assertTrue(route.has(FOUR));
                Network.await("10.77.1.1 is gone", () -> {
                    try {
                        return !route.has(FOUR);
                    } catch (NetException e) {
                        throw new AssertionError(e);
                    }
                });
            }
        });
    }

    @Test
    void refusalsAreWords() throws Exception {
        Network.inNamespace(() -> {
            try (var route = RouteNetlink.open(Network.LIMIT)) {
                var nowhere =
                        assertThrows(NetException.class, () -> route.putAddress(InterfaceAddress.of("eth9", FOUR, 24)));
                assertEquals("eth9: No such device", nowhere.getMessage());
                var unreachable = assertThrows(NetException.class, () -> route.route(FOUR));
                assertEquals(Errno.ENETUNREACH, unreachable.errno());
                assertEquals("route to 10.77.1.1: Network is unreachable", unreachable.getMessage());
                var multicast = InterfaceAddress.of("a0", InetAddress.ofLiteral("ff02::1"), 128);
                String said = assertThrows(NetException.class, () -> route.putAddress(multicast))
                        .getMessage();
                assertTrue(said.startsWith("a0 ff02:0:0:0:0:0:0:1/128: "), said);
            }
        });
    }

    @Test
    void routesAreFoundAndListed() throws Exception {
        Network.inNamespace(() -> {
            try (var route = RouteNetlink.open(Network.LIMIT)) {
                route.setUp("a0", true);
                route.setUp("a1", true);
                route.putAddress(InterfaceAddress.of("a0", FOUR, 24));
                route.putAddress(InterfaceAddress.of("a0", SIX, 64));
                ip("route", "add", "default", "via", "10.77.1.254", "metric", "7");
                ip("-6", "route", "add", "default", "via", "2001:db8::1");
                ip("route", "add", "10.9.0.0/16", "nexthop", "via", "10.77.1.2", "nexthop", "via", "10.77.1.3");
                Route far = route.route(InetAddress.ofLiteral("192.0.2.1"));
                assertEquals(InetAddress.ofLiteral("10.77.1.254"), far.gateway());
                assertEquals("a0", far.device());
                assertEquals(FOUR, far.source());
                assertFalse(far.local());
                assertTrue(route.route(FOUR).local());
                assertEquals(
                        InetAddress.ofLiteral("2001:db8::1"),
                        route.route(InetAddress.ofLiteral("2001:db8:1::1")).gateway());
                var defaults = route.routes().stream()
                        .filter(r -> r.isDefault()
                                && r.table() == Route.MAIN
                                && !r.device().equals("lo"))
                        .toList();
                assertEquals(2, defaults.size(), defaults.toString());
                assertEquals(7, defaults.getFirst().metric());
                assertEquals(
                        2, route.routes().stream().filter(r -> r.prefix() == 16).count());
            }
        });
    }

    @Test
    void dumpsLargerThanOneDatagramAreWhole() throws Exception {
        Network.inNamespace(() -> {
            try (var route = RouteNetlink.open(Network.LIMIT)) {
                for (int i = 0; i < 2_000; i++) {
                    route.putAddress(InterfaceAddress.of(
                            "a0",
                            InetAddress.getByAddress(new byte[] {10, 1, (byte) (i / 250), (byte) (i % 250)}),
                            32));
                }
                assertEquals(2_000, route.addresses("a0").size());
            }
        });
    }

    @Test
    void theWatchTellsOfCarrierAndOfLinksComingAndGoing() throws Exception {
        Network.inNamespace(() -> {
            List<String> told = new CopyOnWriteArrayList<>();
            var listener = new LinkWatch.Listener() {
                @Override
                public void changed(Link link) {
                    told.add(link.name() + (link.usable() ? " usable" : link.up() ? " up" : " down"));
                }

                @Override
                public void gone(Link link) {
                    told.add(link.name() + " gone");
                }
            };
            try (var route = RouteNetlink.open(Network.LIMIT)) {
                LinkWatch watch = RouteNetlink.watch(listener);
                Network.await(
                        "first state of all: " + told, () -> told.contains("lo usable") && told.contains("a0 down"));
                route.setUp("a0", true);
                Network.await("a0 is up: " + told, () -> told.contains("a0 up"));
                route.setUp("a1", true);
                Network.await("a0 has its carrier: " + told, () -> told.contains("a0 usable"));
                ip("link", "del", "a1");
                Network.await(
                        "both ends are gone: " + told, () -> told.contains("a0 gone") && told.contains("a1 gone"));
                watch.close();
                int before = told.size();
                route.setUp("lo", false);
                assertEquals(before, told.size(), told.toString());
            }
        });
    }

    private static List<InterfaceAddress> ofFamily(RouteNetlink route, boolean v6) throws NetException {
        return route.addresses("a0").stream()
                .filter(a -> a.v6() == v6 && !a.address().isLinkLocalAddress())
                .toList();
    }
}
