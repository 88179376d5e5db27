package io.muster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WhichNodeTest {
    private record Fake(
            String name, List<InetAddress> addresses, Map<String, String> reverse, Map<String, String> hosts)
            implements WhichNode.Machine {
        @Override
        public Optional<String> nameOf(InetAddress address) {
            return Optional.ofNullable(reverse.get(address.getHostAddress()));
        }

        @Override
        public List<InetAddress> addressesOf(String host) {
            return hosts.containsKey(host) ? List.of(InetAddress.ofLiteral(hosts.get(host))) : List.of();
        }
    }

    private static final List<InetAddress> OWN =
            List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("192.0.2.7"));

    private static String walk(String uname, @Nullable String given, String... names) {
        var machine = new Fake(uname, OWN, Map.of("192.0.2.7", "rev.example.com"), Map.of("fwd", "192.0.2.7"));
        return new WhichNode(List.of(names), machine)
                .find(given)
                .map(WhichNode.Found::name)
                .orElse("nobody");
    }

    @Test
    void aGivenNameMustBeThereLiterally() {
        assertEquals("b", walk("a", "b", "a", "b"));
        assertEquals("nobody", walk("a", "a.example.com", "a", "b"));
    }

    @Test
    void theMachinesNameWins() {
        assertEquals("a.example.com", walk("a.example.com", null, "rev.example.com", "a", "a.example.com"));
        assertEquals("a", walk("a.example.com", null, "rev.example.com", "a"));
        assertEquals("a.other.org", walk("a.example.com", null, "rev.example.com", "a.other.org"));
    }

    @Test
    void thenItsAddresses() {
        assertEquals("rev.example.com", walk("x", null, "fwd", "192.0.2.7", "rev", "rev.example.com"));
        assertEquals("rev", walk("x", null, "fwd", "192.0.2.7", "rev"));
        assertEquals("192.0.2.7", walk("x", null, "fwd", "192.0.2.7"));
        assertEquals("fwd", walk("x", null, "fwd", "192.0.2.8"));
        assertEquals("nobody", walk("x", null, "y", "192.0.2.8"));
    }

    @Test
    void numericNamesAreNotCut() {
        assertEquals("nobody", walk("192.0.3.1", null, "192.0.2.8"));
    }

    @Test
    void thisMachineHasANameAndAddresses() {
        var machine = new ThisMachine();
        assertTrue(!machine.name().isEmpty());
        assertTrue(machine.addresses().stream().anyMatch(InetAddress::isLoopbackAddress));
    }
}
