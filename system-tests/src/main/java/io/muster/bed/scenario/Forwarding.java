package io.muster.bed.scenario;

import io.muster.bed.Shell;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// What a single director does with packets: lvsd sets the table up from lvs.cf, a client asks, the answers are
/// counted.
public final class Forwarding {
    private static final String PERSISTENT = "10.2.0.51";
    private static final String MARKED = "10.2.0.52";

    private final Report report;

    Forwarding(Report report) {
        this.report = report;
    }

    private static String balanced(Host client, String address, int servers) throws IOException {
        Map<String, Long> counts = Traffic.get(client, Traffic.at(address, RealServer.HTTP), 10 * servers);
        if (counts.size() != servers || counts.values().stream().anyMatch(n -> n != 10)) {
            throw new IllegalStateException(address + ": " + Traffic.shares(counts) + ", wanted 10 of each");
        }
        return Traffic.shares(counts);
    }

    private static String datagrams(Host client) throws IOException {
        if (!Traffic.echoes(Traffic.datagrams(client), Traffic.at(Lvs.VIP, RealServer.ECHO))) {
            throw new IllegalStateException("no echo of a datagram");
        }
        return "echoed";
    }

    /// The two services every site has, for both families, and a datagram service.
    private static LvsCf both(Lvs lvs) {
        return lvs.file()
                .set("primary", "10.2.0.1")
                .virtual("web4", Lvs.VIP + " eth0:1", 80, lvs.addresses(false), "scheduler = rr")
                .virtual("web6", Lvs.VIP6 + " eth0", 80, lvs.addresses(true), "scheduler = rr")
                .virtual("echo", Lvs.VIP + " eth0:1", 7, lvs.addresses(false), "scheduler = rr", "protocol = udp");
    }

    private void forwarding(String method, Lvs lvs) {
        report.prove(method + "Ipv4", lvs.directors(), () -> balanced(lvs.client, Lvs.VIP, lvs.reals.size()));
        report.prove(method + "Ipv6", lvs.directors(), () -> balanced(lvs.client, Lvs.VIP6, lvs.reals.size()));
        report.prove(method + "Datagrams", lvs.directors(), () -> datagrams(lvs.client));
    }

    private static void awaitServices(Lvs lvs) {
        lvs.first.awaitServers(Lvs.VIP + ":80", lvs.reals.size());
        lvs.first.awaitServers("[" + Lvs.VIP6 + "]:80", lvs.reals.size());
        lvs.first.awaitServers("UDP " + Lvs.VIP + ":7", lvs.reals.size());
    }

    /// Two-tier NAT, persistence, HTTP and HTTPS joined by a mark, three tiers, save and restore.
    void nat() throws IOException {
        try (Lvs lvs = Lvs.nat(3)) {
            lvs.activateFirst();
            lvs.first.host.sh("ip addr add " + PERSISTENT + "/32 dev eth0; ip addr add " + MARKED + "/32 dev eth0");
            mark(lvs.first.host, MARKED, "80", 1);
            mark(lvs.first.host, MARKED, "443", 1);
            lvs.serve();
            Https https = Https.withNewKey(lvs.site.dir);
            for (Host real : lvs.reals) {
                https.serve(real);
            }
            backEnd(lvs);
            lvs.first.configure(both(lvs)
                    .virtual(
                            "persistent",
                            PERSISTENT + " eth0:2",
                            80,
                            lvs.addresses(false),
                            "scheduler = rr",
                            "persistent = 300",
                            "pmask = 255.255.255.0")
                    .virtual(
                            "joined",
                            MARKED + " eth0:3",
                            80,
                            lvs.addresses(false),
                            "scheduler = rr",
                            "persistent = 300",
                            "fwmark = 1")
                    .virtual(
                            "tiers",
                            Lvs.VIP + " eth0:1",
                            8080,
                            lvs.addresses(false).stream().map(a -> a + " 8080").toList(),
                            "scheduler = rr"));
            lvs.first.startLvsd();
            report.prove("lvsdBuildsTableFromLvsCf", lvs.directors(), () -> {
                awaitServices(lvs);
                lvs.first.awaitServers(PERSISTENT + ":80", 3);
                lvs.first.awaitServers("FWM 1", 3);
                lvs.first.awaitServers(Lvs.VIP + ":8080", 3);
                return lvs.first.table().size() + " services";
            });
            forwarding("twoTierNat", lvs);
            report.prove("threeTiersShareOneBackEnd", lvs.directors(), () -> threeTiers(lvs));
            report.prove("persistenceKeepsNetworkOnOneServer", lvs.directors(), () -> persistence(lvs));
            report.prove("httpAndHttpsJoinedByMark", lvs.directors(), () -> joined(lvs, https));
            report.prove("saveAndRestoreAgreeWithOriginal", lvs.directors(), () -> saveAndRestore(lvs));
            lvs.first.stopLvsd();
            report.prove("stoppedLvsdLeavesNothing", lvs.directors(), () -> {
                lvs.first.awaitTable("empty", Map::isEmpty);
                return "table empty";
            });
        }
    }

    /// A third tier: one host that numbers all requests, whichever real server asks it.
    private static void backEnd(Lvs lvs) throws IOException {
        lvs.site.lan("back");
        Host back = lvs.site.host("back");
        lvs.site.plug(back, "eth0", "back", "10.3.0.1/24");
        for (int n = 0; n < lvs.reals.size(); n++) {
            lvs.site.plug(lvs.reals.get(n), "eth1", "back", "10.3.0." + (11 + n) + "/24");
        }
        long[] next = {0};
        RealServer.start(back, "back end", () -> Long.toString(++next[0]), RealServer.HTTP);
        for (Host real : lvs.reals) {
            RealServer.BackEnd asks = () -> {
                try (var socket = new java.net.Socket()) {
                    socket.connect(Traffic.at("10.3.0.1", RealServer.HTTP), Site.PATIENCE_MS);
                    return Traffic.exchange(socket);
                }
            };
            RealServer.start(real, real.name, asks, 8080);
        }
    }

    private static String threeTiers(Lvs lvs) throws IOException {
        Set<String> servers = new TreeSet<>();
        long last = 0;
        for (int i = 0; i < 9; i++) {
            String answer = Traffic.get(lvs.client, "", Traffic.at(Lvs.VIP, 8080));
            String[] words = answer.split(" ");
            servers.add(words[0]);
            long number = Long.parseLong(words[words.length - 1]);
            if (number <= last) {
                throw new IllegalStateException("the back end said " + number + " after " + last);
            }
            last = number;
        }
        if (servers.size() != lvs.reals.size()) {
            throw new IllegalStateException("only " + servers + " answered");
        }
        return "9 requests over " + servers + " numbered by one back end";
    }

    private static String persistence(Lvs lvs) throws IOException {
        var to = Traffic.at(PERSISTENT, RealServer.HTTP);
        Set<String> near = new HashSet<>();
        for (int i = 0; i < 8; i++) {
            near.add(Traffic.get(lvs.client, "10.2.0." + (100 + i % 4), to));
        }
        Set<String> far = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            far.add(Traffic.get(lvs.client, "10.2.1.100", to));
        }
        if (near.size() != 1 || far.size() != 1 || near.equals(far)) {
            throw new IllegalStateException("10.2.0.0/24 was served by " + near + ", 10.2.1.0/24 by " + far);
        }
        return "10.2.0.0/24 stays with " + near + ", 10.2.1.0/24 with " + far;
    }

    private static String joined(Lvs lvs, Https https) throws IOException {
        var plain = Traffic.at(MARKED, RealServer.HTTP);
        var secure = Traffic.at(MARKED, 443);
        var pairs = new ArrayList<String>();
        Set<String> used = new HashSet<>();
        for (String from : List.of("10.2.0.100", "10.2.0.101", "10.2.0.102")) {
            String cart = Traffic.get(lvs.client, from, plain);
            String till = https.get(lvs.client, from, secure);
            String again = Traffic.get(lvs.client, from, plain);
            if (!cart.equals(till) || !cart.equals(again)) {
                throw new IllegalStateException(
                        from + ": HTTP went to " + cart + ", HTTPS to " + till + ", HTTP again to " + again);
            }
            used.add(cart);
            pairs.add(from + "=" + cart);
        }
        if (used.size() < 2) {
            throw new IllegalStateException("all clients on one server: " + pairs);
        }
        return String.join(" ", pairs);
    }

    /// What ours and the original print of one table is the same, and what one saves the other restores.
    private static String saveAndRestore(Lvs lvs) throws IOException {
        Host host = lvs.first.host;
        for (String options : List.of("-Sn", "-Ln", "-Ln --stats", "-Ln --rate", "-Ln --timeout", "-Ln --thresholds")) {
            String[] words = options.split(" ");
            String[] said = {"", ""};
            // Rates are averages over time and never stand still. The other counters do, once the kernel has renewed
            // them, which it does every two seconds.
            boolean alike = io.muster.bed.Await.until(Site.PATIENCE_MS, 100, () -> {
                said[0] = lvs.first.ipvsadm(words);
                said[1] = host.command("ipvsadm", words).expectOk("our ipvsadm " + options);
                return options.contains("rate") || said[0].equals(said[1]);
            });
            if (!alike) {
                throw new IllegalStateException(
                        "ipvsadm " + options + " prints\n" + said[1] + "instead of\n" + said[0]);
            }
        }
        String saved = host.command("ipvsadm-save", "-n").expectOk("ipvsadm-save -n");
        String original = lvs.first.ipvsadm("-Sn");
        if (!saved.equals(original)) {
            throw new IllegalStateException("ipvsadm-save -n prints\n" + saved + "instead of\n" + original);
        }
        // In a namespace without lvsd, which would mend what is restored.
        Host other = lvs.second.host;
        lvs.second.restore(saved);
        String there = lvs.second.ipvsadm("-Sn");
        lvs.second.ipvsadm("-C");
        Path rules = other.root.resolve("saved");
        Files.writeString(rules, original);
        Shell.Result restored =
                other.run(Site.PATIENCE_MS, "sh", "-c", "exec \"$MUSTER_HOME\"/bin/ipvsadm-restore <" + rules);
        restored.expectOk("ipvsadm-restore");
        String back = lvs.second.ipvsadm("-Sn");
        lvs.second.ipvsadm("-C");
        Set<String> wanted = new TreeSet<>(original.lines().toList());
        if (!new TreeSet<>(there.lines().toList()).equals(wanted)
                || !new TreeSet<>(back.lines().toList()).equals(wanted)) {
            throw new IllegalStateException("restored\n" + there + "and\n" + back + "instead of\n" + original);
        }
        return original.lines().count() + " lines alike, both ways";
    }

    /// Direct routing, and FTP by a mark.
    void direct() throws IOException {
        try (Lvs lvs = Lvs.direct(2)) {
            lvs.activateFirst();
            // A second service on its own mark: control and data ports of FTP.
            mark(lvs.first.host, Lvs.VIP, "21", 2);
            mark(lvs.first.host, Lvs.VIP, Ftp.FIRST_DATA_PORT + "-" + Ftp.LAST_DATA_PORT, 2);
            lvs.serve();
            for (Host real : lvs.reals) {
                Ftp.serve(real);
            }
            lvs.first.configure(both(lvs)
                    .virtual(
                            "ftp",
                            Lvs.VIP + " eth0:1",
                            21,
                            lvs.addresses(false),
                            "scheduler = rr",
                            "persistent = 60",
                            "fwmark = 2"));
            lvs.first.startLvsd();
            report.prove("lvsdBuildsDirectRoutingTable", lvs.directors(), () -> {
                awaitServices(lvs);
                lvs.first.awaitServers("FWM 2", 2);
                return lvs.first.table().size() + " services";
            });
            forwarding("directRouting", lvs);
            report.prove("realServersKeepSilentAboutVirtualAddress", lvs.directors(), () -> {
                String neighbour = lvs.client.sh("ip neigh show " + Lvs.VIP);
                String director = lvs.first.host.sh("ip -o link show eth0");
                String mac = neighbour.replaceAll("(?s).*lladdr (\\S+).*", "$1");
                if (!director.contains(mac)) {
                    throw new IllegalStateException("the client has " + neighbour.strip());
                }
                return "the client knows " + mac + ", the director's";
            });
            report.prove("ftpByMarkInDirectRouting", lvs.directors(), () -> ftp(lvs));
        }
    }

    private static String ftp(Lvs lvs) throws IOException {
        String first = Ftp.fetch(lvs.client, InetAddress.ofLiteral(Lvs.VIP));
        for (int i = 0; i < 3; i++) {
            String next = Ftp.fetch(lvs.client, InetAddress.ofLiteral(Lvs.VIP));
            if (!next.equals(first)) {
                throw new IllegalStateException("fetched from " + first + ", then from " + next);
            }
        }
        return "4 files in passive mode, all from " + first;
    }

    /// Tunnels, IPv4 in IPv4 and IPv6 in IPv6.
    void tunnel() throws IOException {
        try (Lvs lvs = Lvs.tunnel(2)) {
            lvs.activateFirst();
            lvs.serve();
            lvs.first.configure(both(lvs));
            lvs.first.startLvsd();
            report.prove("lvsdBuildsTunnelTable", lvs.directors(), () -> {
                awaitServices(lvs);
                return lvs.first.table().size() + " services";
            });
            forwarding("tunnel", lvs);
        }
    }

    /// Marks TCP packets to an address and ports as they come in. By traffic control, which every kernel here has; an
    /// administrator would rather use nftables or iptables.
    static void mark(Host director, String address, String ports, int mark) {
        director.sh("tc qdisc show dev eth0 | grep -q clsact || tc qdisc add dev eth0 clsact\n"
                + "tc filter add dev eth0 ingress protocol ip flower ip_proto tcp dst_ip " + address + "/32 dst_port "
                + ports + " action skbedit mark " + mark);
    }
}
