package io.muster.realserver.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.net.IpAddress;
import io.muster.os.InterfaceAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealServerSetupTest {
    private static final IpAddress VIP = IpAddress.parse("10.0.0.100").orElseThrow();
    private static final IpAddress OTHER = IpAddress.parse("10.0.0.101").orElseThrow();
    private static final IpAddress SIX = IpAddress.parse("2001:db8::100").orElseThrow();

    @TempDir
    Path directory;

    private final Machine machine = new Machine();

    @Test
    void silenceComesBeforeTheAddressAndGoesAfterIt() throws IOException {
        setup().up(VIP, "lo");
        assertEquals(
                List.of(
                        "set net.ipv4.conf.all.arp_announce 2",
                        "set net.ipv4.conf.all.arp_ignore 1",
                        "set net.ipv4.conf.lo.arp_announce 2",
                        "set net.ipv4.conf.lo.arp_ignore 1",
                        "put lo 10.0.0.100/32"),
                machine.log);
        machine.log.clear();
        setup().down(VIP);
        assertEquals(
                List.of(
                        "delete lo 10.0.0.100/32",
                        "set net.ipv4.conf.all.arp_announce 0",
                        "set net.ipv4.conf.all.arp_ignore 0",
                        "set net.ipv4.conf.lo.arp_announce 0",
                        "set net.ipv4.conf.lo.arp_ignore 0"),
                machine.log);
        assertFalse(Files.exists(directory.resolve("lvs/realserver")));
    }

    @Test
    void twiceIsOnce() throws IOException {
        assertFalse(setup().up(VIP, "lo").isEmpty());
        assertEquals(List.of(), setup().up(VIP, "lo"));
        assertFalse(setup().down(VIP).isEmpty());
        assertEquals(List.of(), setup().down(VIP));
    }

    @Test
    void formerValuesComeBackWithTheLastAddressOnly() throws IOException {
        machine.settings.put("net.ipv4.conf.all.arp_announce", "1");
        setup().up(VIP, "lo");
        setup().up(OTHER, "lo");
        setup().down(VIP);
        assertEquals("2", machine.settings.get("net.ipv4.conf.all.arp_announce"));
        setup().down(OTHER);
        assertEquals("1", machine.settings.get("net.ipv4.conf.all.arp_announce"));
        assertEquals("0", machine.settings.get("net.ipv4.conf.lo.arp_ignore"));
    }

    @Test
    void whatSomebodyElseSetIsLeftAlone() throws IOException {
        machine.settings.put("net.ipv4.conf.all.arp_ignore", "2");
        setup().up(VIP, "lo");
        assertEquals("2", machine.settings.get("net.ipv4.conf.all.arp_ignore"), "more silent is silent enough");
        machine.settings.put("net.ipv4.conf.lo.arp_ignore", "8");
        setup().down(VIP);
        assertEquals("8", machine.settings.get("net.ipv4.conf.lo.arp_ignore"));
        assertEquals("2", machine.settings.get("net.ipv4.conf.all.arp_ignore"));
    }

    @Test
    void aFailureHalfWayIsTakenBackByDown() throws IOException {
        machine.refuses = "put lo";
        assertThrows(IOException.class, () -> setup().up(VIP, "lo"));
        assertEquals("1", machine.settings.get("net.ipv4.conf.all.arp_ignore"));
        assertEquals(
                "the address isn't on lo any more", setup().status().getFirst().fault());
        machine.refuses = "";
        setup().down(VIP);
        assertEquals("0", machine.settings.get("net.ipv4.conf.all.arp_ignore"));
    }

    @Test
    void anAddressThatAnswersElsewhereIsRefused() {
        machine.addresses.add(InterfaceAddress.of("eth0", VIP.inet(), 24));
        assertEquals(
                "10.0.0.100 is on eth0, where this machine answers ARP for it: a director's, or its own; take it away"
                        + " there first",
                assertThrows(IOException.class, () -> setup().up(VIP, "lo")).getMessage());
        assertEquals(
                "10.0.0.100 is on eth0: this machine is no real server for it; a director's address goes with pulse",
                assertThrows(IOException.class, () -> setup().down(VIP)).getMessage());
        assertEquals(List.of(), machine.log);
    }

    @Test
    void aWholeNetOnLoIsRefused() {
        machine.addresses.add(InterfaceAddress.of("lo", VIP.inet(), 24));
        assertTrue(assertThrows(IOException.class, () -> setup().up(VIP, "lo"))
                .getMessage()
                .endsWith(": ip addr del 10.0.0.100/24 dev lo"));
    }

    @Test
    void aDeviceThatIsntThereIsSaid() {
        assertEquals(
                "net.ipv4.conf.dummy7.arp_announce: there is no such setting: is dummy7 there?",
                assertThrows(IOException.class, () -> setup().up(VIP, "dummy7")).getMessage());
        assertEquals(List.of(), machine.log, "nothing is changed for a device that isn't there");
    }

    @Test
    void sixNeedsNoSettingsAndIsNeverASource() throws IOException {
        setup().up(SIX, "lo");
        assertEquals(List.of("put lo 2001:db8:0:0:0:0:0:100/128"), machine.log);
        assertEquals(0, machine.addresses.getFirst().preferredS());
        assertTrue(setup().status().getFirst().whole());
    }

    @Test
    void aDirectorThatIsARealServerMeanwhileTurnsBackAndForth() throws IOException {
        InterfaceAddress active = InterfaceAddress.of("eth0", VIP.inet(), 24);
        for (int i = 0; i < 3; i++) {
            setup().up(VIP, "lo");
            // It takes the address over first and only then turns, so that nobody waits.
            machine.addresses.add(i % 2, active);
            setup().down(VIP);
            assertEquals(List.of(active), machine.addresses);
            assertEquals("0", machine.settings.get("net.ipv4.conf.all.arp_ignore"));
            assertEquals(List.of(), setup().status());
            machine.addresses.clear();
        }
    }

    @Test
    void statusSaysWhatIsNoMore() throws IOException {
        setup().up(VIP, "lo");
        assertTrue(setup().status().getFirst().whole());
        machine.settings.put("net.ipv4.conf.all.arp_ignore", "0");
        assertEquals(
                "net.ipv4.conf.all.arp_ignore is 0, not 1: this machine may answer ARP for the address",
                setup().status().getFirst().fault());
        setup().up(VIP, "lo");
        assertTrue(setup().status().getFirst().whole());
    }

    @Test
    void notesOfAnEarlierBootAreVoid() throws IOException {
        Path file = directory.resolve("notes");
        RealServerNotes notes = RealServerNotes.read(file, "one");
        notes.held.put(VIP, "lo");
        notes.was.put("a.b", "0 1");
        notes.write();
        assertEquals(Map.of(VIP, "lo"), RealServerNotes.read(file, "one").held);
        assertEquals(Map.of("a.b", "0 1"), RealServerNotes.read(file, "one").was);
        assertEquals(Map.of(), RealServerNotes.read(file, "two").held);
        assertEquals(Map.of(), RealServerNotes.read(file, "two").was);
    }

    private RealServerSetup setup() {
        return new RealServerSetup(directory.resolve("lvs/realserver"), machine);
    }

    /// A machine with eth0 and lo.
    private static final class Machine implements HostNetwork {
        final Map<String, String> settings = new TreeMap<>();
        final List<InterfaceAddress> addresses = new ArrayList<>();
        final List<String> log = new ArrayList<>();
        String refuses = "";

        Machine() {
            for (String device : List.of("all", "lo", "eth0")) {
                settings.put("net.ipv4.conf." + device + ".arp_ignore", "0");
                settings.put("net.ipv4.conf." + device + ".arp_announce", "0");
            }
        }

        @Override
        public Optional<String> setting(String name) {
            return Optional.ofNullable(settings.get(name));
        }

        @Override
        public void set(String name, String value) throws IOException {
            act("set " + name + " " + value);
            settings.put(name, value);
        }

        @Override
        public List<InterfaceAddress> addresses() {
            return List.copyOf(addresses);
        }

        @Override
        public void put(InterfaceAddress address) throws IOException {
            act("put " + address);
            addresses.add(address);
        }

        @Override
        public void delete(InterfaceAddress address) throws IOException {
            act("delete " + address);
            addresses.remove(address);
        }

        private void act(String what) throws IOException {
            if (!refuses.isEmpty() && what.startsWith(refuses)) {
                throw new IOException(what + ": Operation not permitted");
            }
            log.add(what);
        }
    }
}
