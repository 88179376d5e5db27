package io.muster.bed.scenario;

import io.muster.bed.Await;
import io.muster.bed.guest.Lab;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/// The two directors of a site under pulse: who is active, and what it takes to change that.
///
/// Thread: one.
final class Pair {
    private final Lvs lvs;
    private final LvsCf file;
    private final List<String> services;
    private final String vip;
    private final byte[] key = new byte[32];

    /// @param file the same on both
    /// @param services that both tables must have, with all real servers, before anything is tried
    Pair(Lvs lvs, LvsCf file, List<String> services) {
        this(lvs, file, services, Lvs.VIP);
    }

    /// @param vip the virtual address by which the active one is known
    Pair(Lvs lvs, LvsCf file, List<String> services, String vip) {
        this.lvs = lvs;
        this.file = file;
        this.vip = vip;
        this.services = List.copyOf(services);
        // A key of one run of a test; anything unlike zeros will do.
        new Random(7).nextBytes(key);
    }

    /// lvs.cf for two directors of this site, with connections synchronized and a heartbeat that stands the stalls of a
    /// guest.
    static LvsCf file(Lvs lvs, boolean nat) {
        Lab.Engine engine = Lab.Engine.here();
        LvsCf file = file(lvs, nat, Integer.toString(engine.patience(1)), Integer.toString(engine.patience(3)));
        return nat ? file.set("nat_router", Lvs.ROUTER + " eth1:1").set("nat_nmask", "255.255.255.0") : file;
    }

    /// The same where the real servers' gateway has an IPv6 address.
    static LvsCf file6(Lvs lvs) {
        Lab.Engine engine = Lab.Engine.here();
        return file(lvs, true, Integer.toString(engine.patience(1)), Integer.toString(engine.patience(3)))
                .set("nat_router", Lvs.ROUTER6 + "/64 eth1");
    }

    /// With a heartbeat of one's own, and no gateway yet.
    static LvsCf file(Lvs lvs, boolean nat, String keepalive, String deadtime) {
        LvsCf file = lvs.file().directors("10.2.0.1", "10.2.0.2", keepalive, deadtime);
        if (nat) {
            file.set("primary_private", "10.1.0.1").set("backup_private", "10.1.0.2");
        }
        return file.set("syncdaemon", "1")
                .set("syncd_iface", nat ? "eth1" : "eth0")
                .set("syncd_id", "3");
    }

    /// Starts pulse on both, and waits until one is active and both tables are whole.
    void start() throws IOException {
        start(lvs.first);
        start(lvs.second);
        active();
        whole(lvs.first);
        whole(lvs.second);
    }

    void start(Director director) throws IOException {
        director.configure(file);
        director.key(key);
        director.startPulse();
    }

    void whole(Director director) {
        for (String service : services) {
            director.awaitServers(service, lvs.reals.size());
        }
    }

    /// The one that holds the virtual address, once there is one.
    Director active() {
        Director[] found = {lvs.first};
        Site.await("one active director", () -> {
            boolean first = lvs.first.holds(vip);
            boolean second = lvs.second.holds(vip);
            found[0] = first ? lvs.first : lvs.second;
            return first != second;
        });
        return found[0];
    }

    boolean holds(Director director) {
        return director.holds(vip);
    }

    Director other(Director one) {
        return one == lvs.first ? lvs.second : lvs.first;
    }

    /// Switches a dead director on again and waits until it stands by with a whole table.
    void comeBack(Director director) throws IOException {
        lvs.site.boot(director.host);
        director.forward();
        start(director);
        whole(director);
        if (holds(director)) {
            throw new IllegalStateException(director.host.name + " came back and took the address at once");
        }
    }

    /// Waits until a director has (nearly, see [Takeover#enough]) so many connections of the echo service in its table.
    ///
    /// @return how many it has in the end
    long awaitConnections(Director director, String vip, long wanted) {
        long[] has = {0};
        if (!Await.until(Site.PATIENCE_MS, 250, () -> {
            has[0] = director.connections("TCP", vip, RealServer.ECHO);
            return has[0] >= wanted;
        })) {
            Takeover.enough(has[0], wanted, "known to " + director.host.name + "; " + sync());
        }
        return has[0];
    }

    /// How connections are synchronized, for whoever wants to know why they aren't.
    String sync() {
        var text = new StringBuilder();
        for (Director director : List.of(lvs.first, lvs.second)) {
            if (director.host.isOn()) {
                String daemons = director.ipvsadm("-L", "--daemon").strip();
                String threshold = director.host
                        .sh("cat /proc/sys/net/ipv4/vs/sync_threshold")
                        .strip();
                text.append(director.host.name + ": " + daemons + ", sync_threshold " + threshold + "; ");
            }
        }
        return text.toString();
    }
}
