package io.muster.ipvs.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.ipvs.DestinationEntry;
import io.muster.ipvs.FakeTable;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.Stats;
import io.muster.ipvs.SyncDaemon;
import io.muster.ipvs.daemon.ConnectionTable;
import io.muster.net.IpAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// What is printed, against what the original printed of the same.
class ListingTest {
    private static final Names NAMES = new FixedNames(Map.of(
            "rs1.example.org", "10.9.0.11",
            "averyveryverylongname-of-a-host.example.org", "10.9.0.12",
            "www.example.org", "10.1.1.1",
            "six.example.org", "2001:db8::1"));

    private static final Names CONNECTED = new FixedNames(Map.of(
            "client-with-a-long-name.example.org", "10.3.0.1",
            "anotherveryverylongname-of-a-service-host.example.org", "10.1.1.1",
            "sixhost.example.org", "2001:db8::1",
            "localhost", "127.0.0.1"));

    @TestFactory
    Stream<DynamicTest> listingsAreTheOriginalsOctetForOctet() {
        var table = new FakeTable();
        Ipvsadm ipvsadm = new Ipvsadm(() -> table, new ConnectionTable(), () -> NAMES, Run.input(""));
        Run restored = Run.of(ipvsadm.reading(Run.input(Run.resource("rules.txt"))), "-R");
        return Run.goldens("listings.txt").entrySet().stream()
                .map(golden -> DynamicTest.dynamicTest(golden.getKey(), () -> {
                    assertEquals(new Run(0, "", ""), restored);
                    Run run = Run.of(ipvsadm, Run.words(golden.getKey()));
                    assertEquals(new Run(0, golden.getValue(), ""), run);
                }));
    }

    @TestFactory
    Stream<DynamicTest> connectionsAreTheOriginalsOctetForOctet() throws Exception {
        Path file = Path.of(
                ListingTest.class.getResource("/io/muster/ipvs/ip_vs_conn").toURI());
        Ipvsadm ipvsadm = new Ipvsadm(FakeTable::new, new ConnectionTable(file), () -> CONNECTED, Run.input(""));
        return Run.goldens("connections.txt").entrySet().stream()
                .map(golden -> DynamicTest.dynamicTest(
                        golden.getKey(),
                        () -> assertEquals(
                                new Run(0, golden.getValue(), ""), Run.of(ipvsadm, Run.words(golden.getKey())))));
    }

    @Test
    void orderOfListingDoesNotDependOnOrderOfTable() throws Exception {
        var table = new FakeTable();
        Ipvsadm ipvsadm = new Ipvsadm(() -> table, new ConnectionTable(), () -> NAMES, Run.input(""));
        Run.of(ipvsadm.reading(Run.input(Run.resource("rules.txt"))), "-R");
        var plain = new Listing(new Request.List(EnumSet.of(Part.NUMERIC), Optional.empty()), Names.NUMERIC);
        String expected = Run.goldens("listings.txt").get("-Ln");
        for (long seed = 1; seed <= 50; seed++) {
            var dice = new Random(seed);
            var entries = new ArrayList<ServiceEntry>();
            for (ServiceEntry entry : table.table()) {
                var servers = new ArrayList<DestinationEntry>(entry.destinations());
                Collections.shuffle(servers, dice);
                entries.add(new ServiceEntry(entry.service(), entry.stats(), servers));
            }
            Collections.shuffle(entries, dice);
            assertEquals(expected, plain.table(table.info(), entries), "-Dseed=" + seed);
        }
    }

    @Test
    void comparisonThatContradictsItselfSortsAsTheCLibraryDoes() {
        // 0.0.0.0 < 127.0.0.1 < 224.0.0.1 < 0.0.0.0: the outcome is whatever the merges make of it.
        List<Integer> order =
                ListingOrder.sort(List.of(0, 0x7f000001, 0xe0000001), (a, b) -> a.intValue() - b.intValue());
        assertEquals(List.of(0, 0x7f000001, 0xe0000001), order);
        assertEquals(
                List.of(0xe0000001, 0, 0x7f000001),
                ListingOrder.sort(List.of(0xe0000001, 0, 0x7f000001), (a, b) -> a.intValue() - b.intValue()));
    }

    @Test
    void bigNumbersAreCutUnlessExactIsAsked() {
        // Measured: 1301063096 octets were 1301M, 110127952 were 110127K.
        assertEquals("1301M", Listing.shortened(1_301_063_096L));
        assertEquals("110127K", Listing.shortened(110_127_952L));
        assertEquals("99999999", Listing.shortened(99_999_999L));
        assertEquals("100000K", Listing.shortened(100_000_000L));
        assertEquals("999999K", Listing.shortened(999_999_999L));
        assertEquals("1000M", Listing.shortened(1_000_000_000L));
        assertEquals("99999M", Listing.shortened(99_999_999_999L));
        assertEquals("100G", Listing.shortened(100_000_000_000L));
        assertEquals("99999G", Listing.shortened(99_999_999_999_999L));
        assertEquals("100T", Listing.shortened(100_000_000_000_000L));
        var table = new FakeTable();
        Ipvsadm ipvsadm = new Ipvsadm(() -> table, new ConnectionTable(), () -> NAMES, Run.input(""));
        Run.of(ipvsadm, "-A", "-t", "10.1.1.1:80");
        ServiceEntry bare = table.table().getFirst();
        var entry = new ServiceEntry(
                bare.service(), new Stats(1, 20444, 1255, 1_301_063_096L, 65268, 0, 0, 0, 0, 0), List.of());
        assertEquals(
                "TCP  10.1.1.1:80                         1    20444     1255    1301M    65268",
                last(EnumSet.of(Part.STATS), entry));
        assertEquals(
                "TCP  10.1.1.1:80                         1    20444     1255 1301063096    65268",
                last(EnumSet.of(Part.STATS, Part.EXACT), entry));
    }

    private static String last(EnumSet<Part> how, ServiceEntry entry) {
        return new Listing(new Request.List(how, Optional.empty()), Names.NUMERIC)
                .services(List.of(entry))
                .lines()
                .toList()
                .getLast();
    }

    @Test
    void daemonsAreListedMasterFirst() {
        IpAddress group = IpAddress.parse("224.0.0.99").orElseThrow();
        assertEquals(
                "master sync daemon (mcast=d0, syncid=0, maxlen=1472, group=224.0.0.81, port=8848, ttl=1)\n"
                        + "backup sync daemon (mcast=d0, syncid=7, maxlen=1024, group=224.0.0.99, port=9999, ttl=5)\n",
                Listing.daemons(List.of(
                        new SyncDaemon(false, "d0", 7, 1024, group, 9999, 5),
                        new SyncDaemon(true, "d0", 0, 1472, SyncDaemon.DEFAULT_GROUP, 8848, 1))));
    }
}
