package io.muster.bed.scenario;

import io.muster.ipvs.Connection;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.SyncDaemon;
import io.muster.ipvs.SyncSource;
import io.muster.ipvs.daemon.BulkSync;
import io.muster.ipvs.daemon.ConnectionTable;
import io.muster.ipvs.daemon.KernelIpvs;
import io.muster.net.IpAddress;
import io.muster.os.PacketSocket;
import io.muster.pulse.ArpFrames;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/// A backup that comes late gets every connection by one bulk sync, and they go on there when it takes the addresses.
final class SyncScenario {
    private static final int IPV4 = 1000;
    private static final int IPV6 = 100;
    private static final int SYNC_ID = 7;
    private static final String RULES = """
            -A -t 10.2.0.50:7 -s rr
            -a -t 10.2.0.50:7 -r 10.1.0.11:7 -m -w 1
            -a -t 10.2.0.50:7 -r 10.1.0.12:7 -m -w 1
            -A -t [fd00:2::50]:7 -s rr
            -a -t [fd00:2::50]:7 -r [fd00:1::11]:7 -m -w 1
            -A -t 10.2.0.50:80 -s rr -p 600
            -a -t 10.2.0.50:80 -r 10.1.0.11:80 -m -w 1
            """;

    private final Report report;

    SyncScenario(Report report) {
        this.report = report;
    }

    void play() throws IOException {
        try (Lvs lvs = Lvs.nat(2)) {
            lvs.activateFirst();
            lvs.first.host.sh("ip addr add fd00:1::fe/64 dev eth1 nodad");
            for (Host real : lvs.reals) {
                real.sh("ip -6 route replace default via fd00:1::fe");
            }
            lvs.serve();
            lvs.first.restore(RULES);
            Holder four = Holder.start(lvs.client, Traffic.at(Lvs.VIP, RealServer.ECHO), IPV4);
            Holder six = Holder.start(lvs.client, Traffic.at(Lvs.VIP6, RealServer.ECHO), IPV6);
            four.hush();
            six.hush();
            Site.await("connections", () -> four.open() == IPV4 && six.open() == IPV6);
            Traffic.get(lvs.client, Traffic.at(Lvs.VIP, RealServer.HTTP), 3);
            lvs.second.restore(RULES);
            report.prove("backupThatComesLateHasAllAfterOneBulkSync", lvs.directors(), () -> late(lvs));
            report.prove("connectionsGoOnAfterTakeOver", lvs.directors(), () -> takeOver(lvs, four, six));
        }
    }

    private static String late(Lvs lvs) throws IOException {
        lvs.second.host.call(() -> {
            try (var table = KernelIpvs.open(Duration.ofSeconds(10))) {
                return table.apply(List.of(new IpvsOp.StartDaemon(SyncDaemon.of(false, "eth1", SYNC_ID))));
            }
        });
        var connections = new ConnectionTable();
        long before = lvs.second.host.call(connections::count);
        var told = new AtomicLong();
        long began = System.nanoTime();
        BulkSync.Sent sent = lvs.first.host.call(() -> {
            try (var table = KernelIpvs.open(Duration.ofSeconds(10))) {
                return new BulkSync(connections)
                        .send(
                                BulkSync.Target.of("eth1", SYNC_ID),
                                new SyncSource(table.table(), table.timeouts()),
                                (soFar, total) -> told.set(soFar));
            }
        });
        List<Connection> here = lvs.first.host.call(connections::read);
        Site.await(
                "all on the backup",
                () -> keys(lvs.second).keySet().containsAll(keys(here).keySet()));
        Map<String, Connection> there = keys(lvs.second);
        long sinceS = (System.nanoTime() - began) / 1_000_000_000L + 1;
        var differences = new ArrayList<String>();
        for (Map.Entry<String, Connection> entry : keys(here).entrySet()) {
            Connection copy = there.get(entry.getKey());
            if (copy == null || !copy.state().equals(entry.getValue().state())) {
                differences.add(entry.getKey() + ": " + entry.getValue().state() + " is " + copy);
            }
            // What lasts has its whole time again, however little of it was left.
            boolean lasts = entry.getValue().state().equals("ESTABLISHED");
            if (copy != null && lasts && copy.expiresS() < 899 - sinceS) {
                differences.add(entry.getKey() + " has only " + copy.expiresS() + " s");
            }
        }
        expect(before == 0, "the backup had " + before + " before");
        expect(
                differences.isEmpty(),
                differences.size() + " differ: " + differences.stream().limit(5).toList());
        expect(
                told.get() == sent.sent() && sent.left() == 0 && sent.sent() >= here.size(),
                "told of " + told + ", " + sent);
        String counts = counts(lvs.second);
        expect(counts.equals(counts(lvs.first)), counts(lvs.first) + " on the active one, " + counts);
        return sent.sent() + " entries in " + sent.messages() + " messages; per server " + counts;
    }

    /// Active connections and templates of each server, as the original counts them.
    private static String counts(Director director) {
        return director.ipvsadm("-Ln", "--persistent-conn")
                .lines()
                .filter(line -> line.contains("->"))
                .skip(1)
                .map(line -> line.strip().split("\\s+"))
                .map(words -> words[1] + "=" + words[3] + "/" + words[4])
                .collect(Collectors.joining(" "));
    }

    private static Map<String, Connection> keys(List<Connection> connections) {
        var keys = new TreeMap<String, Connection>();
        for (Connection c : connections) {
            keys.put(
                    c.protocol() + " " + c.client() + " " + c.clientPort() + " " + c.virtual() + " " + c.virtualPort()
                            + " " + c.destination() + " " + c.destinationPort(),
                    c);
        }
        return keys;
    }

    private static Map<String, Connection> keys(Director director) {
        try {
            return keys(director.host.call(new ConnectionTable()::read));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String takeOver(Lvs lvs, Holder four, Holder six) throws IOException {
        lvs.site.kill(lvs.first.host);
        Host second = lvs.second.host;
        second.sh("ip addr add " + Lvs.VIP + "/32 dev eth0; ip addr add " + Lvs.VIP6 + "/128 dev eth0 nodad\n"
                + "ip addr add " + Lvs.ROUTER + "/24 dev eth1; ip addr add fd00:1::fe/64 dev eth1 nodad");
        announce(second, "eth0", Lvs.VIP, Lvs.VIP6);
        announce(second, "eth1", Lvs.ROUTER, "fd00:1::fe");
        int alive4 = four.alive();
        int alive6 = six.alive();
        expect(alive4 == IPV4, alive4 + " of " + IPV4 + " IPv4 alive; " + four.deaths() + "; " + four.silent());
        expect(alive6 == IPV6, alive6 + " of " + IPV6 + " IPv6 alive; " + six.deaths() + "; " + six.silent());
        return alive4 + " IPv4 and " + alive6 + " IPv6 connections answered";
    }

    private static void announce(Host host, String device, String... addresses) throws IOException {
        String mac = host.sh("ip -o link show dev " + device).replaceFirst("(?s).*link/ether (\\S+).*", "$1");
        byte[] hardware = HexFormat.ofDelimiter(":").parseHex(mac);
        for (String address : addresses) {
            IpAddress ip = IpAddress.parse(address).orElseThrow();
            host.call(() -> {
                PacketSocket.send(device, ArpFrames.announcement(ip, hardware, true));
                return ip;
            });
        }
    }

    private static void expect(boolean fits, String otherwise) {
        if (!fits) {
            throw new IllegalStateException(otherwise);
        }
    }

    /// To where synchronisation daemons listen.
    static int multicast(String device, byte[] octets) throws IOException {
        try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
            channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, NetworkInterface.getByName(device));
            return channel.send(
                    ByteBuffer.wrap(octets),
                    new InetSocketAddress(SyncDaemon.DEFAULT_GROUP.inet(), SyncDaemon.DEFAULT_PORT));
        }
    }
}
