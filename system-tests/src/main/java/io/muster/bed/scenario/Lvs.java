package io.muster.bed.scenario;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// The three ways to lay out an LVS site, with one client, two directors and n real servers.
///
/// | | public LAN | private LAN |
/// |---|---|---|
/// | IPv4, IPv6 | 10.2.0.0/16, fd00:2::/64 | 10.1.0.0/24, fd00:1::/64 |
/// | client | .0.100 to .0.103, .1.100; ::100 | |
/// | directors 1, 2 | .0.1, .0.2; ::1, ::2 | .1, .2; ::1, ::2 |
/// | real server n, NAT | | .10 + n; ::1n |
/// | real server n, direct routing and tunnel | .0.10 + n; ::1n | |
/// | virtual address; router of the real servers | .0.50; ::50 | .254; ::fe |
///
/// Thread: one.
final class Lvs implements AutoCloseable {
    static final String VIP = "10.2.0.50";
    static final String VIP6 = "fd00:2::50";
    static final String ROUTER = "10.1.0.254";
    static final String ROUTER6 = "fd00:1::fe";

    final Site site;
    final Host client;
    final Director first;
    final Director second;
    final List<Host> reals = new ArrayList<>();
    private final String method;

    private Lvs(Site site, String method) throws IOException {
        this.site = site;
        this.method = method;
        site.lan("public");
        if (method.equals("nat")) {
            site.lan("private");
        }
        client = site.host("client");
        site.plug(
                client,
                "eth0",
                "public",
                "10.2.0.100/16",
                "10.2.0.101/16",
                "10.2.0.102/16",
                "10.2.0.103/16",
                "10.2.1.100/16",
                "fd00:2::100/64");
        first = director("d1", 1);
        second = director("d2", 2);
    }

    private Director director(String name, int number) throws IOException {
        Host host = site.host(name);
        site.plug(host, "eth0", "public", "10.2.0." + number + "/16", "fd00:2::" + number + "/64");
        if (method.equals("nat")) {
            site.plug(host, "eth1", "private", "10.1.0." + number + "/24", "fd00:1::" + number + "/64");
        }
        Director director = new Director(host);
        director.forward();
        return director;
    }

    /// Real servers behind the directors, on a LAN of their own; their way out is the router's address, which no
    /// director holds yet.
    static Lvs nat(int servers) throws IOException {
        Lvs lvs = new Lvs(Site.inTemporaryDirectory(), "nat");
        for (int n = 1; n <= servers; n++) {
            Host real = lvs.site.host("rs" + n);
            lvs.site.plug(real, "eth0", "private", "10.1.0." + (10 + n) + "/24", "fd00:1::1" + n + "/64");
            real.sh("ip route add default via " + ROUTER + "; ip -6 route add default via fd00:1::1");
            lvs.reals.add(real);
        }
        return lvs;
    }

    /// Real servers beside the directors, with the virtual addresses on lo, silent to ARP.
    static Lvs direct(int servers) throws IOException {
        Lvs lvs = new Lvs(Site.inTemporaryDirectory(), "direct");
        for (int n = 1; n <= servers; n++) {
            Host real = lvs.beside(n);
            for (String vip : List.of(VIP, VIP6)) {
                real.command("lvsctl", "realserver", "up", vip).expectOk(real.name + ": lvsctl realserver up " + vip);
            }
        }
        return lvs;
    }

    /// Real servers that take packets out of tunnels.
    static Lvs tunnel(int servers) throws IOException {
        Lvs lvs = new Lvs(Site.inTemporaryDirectory(), "tunnel");
        for (int n = 1; n <= servers; n++) {
            Host real = lvs.beside(n);
            real.sysctl("net/ipv4/conf/all/arp_ignore=1", "net/ipv4/conf/all/arp_announce=2");
            real.sh("ip link set tunl0 up; ip addr add " + VIP + "/32 dev tunl0\n"
                    + "ip link set ip6tnl0 up; ip addr add " + VIP6 + "/128 dev ip6tnl0 nodad\n"
                    + "echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter; echo 0 >/proc/sys/net/ipv4/conf/tunl0/rp_filter");
        }
        return lvs;
    }

    private Host beside(int n) throws IOException {
        Host real = site.host("rs" + n);
        site.plug(real, "eth0", "public", "10.2.0." + (10 + n) + "/16", "fd00:2::1" + n + "/64");
        reals.add(real);
        return real;
    }

    /// Gives the first director what pulse would give it: for sites where only lvsd runs.
    void activateFirst() {
        // Deprecated, so that the director never chooses it for what it sends itself: a tunnelled packet from the
        // virtual address would come to the real server from an address that it has too.
        first.host.sh(
                "ip addr add " + VIP + "/32 dev eth0; ip addr add " + VIP6 + "/128 dev eth0 nodad preferred_lft 0");
        if (method.equals("nat")) {
            first.host.sh("ip addr add " + ROUTER + "/24 dev eth1");
        }
    }

    /// lvs.cf with this site's forwarding method, before any block.
    LvsCf file() {
        return new LvsCf(method);
    }

    /// Addresses of the real servers.
    List<String> addresses(boolean v6) {
        String net = method.equals("nat") ? v6 ? "fd00:1::1" : "10.1.0.1" : v6 ? "fd00:2::1" : "10.2.0.1";
        return IntStream.rangeClosed(1, reals.size()).mapToObj(n -> net + n).toList();
    }

    /// Starts HTTP and echo on all real servers.
    void serve() throws IOException {
        for (Host real : reals) {
            RealServer.start(real);
        }
    }

    Host[] directors() {
        return new Host[] {first.host, second.host};
    }

    @Override
    public void close() {
        site.close();
    }
}
