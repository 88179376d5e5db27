package io.muster.bed.scenario;

import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// `./muster demo lvs`, the part in the guest: a client, two directors, three real servers; a real server dies and
/// returns, then the active director dies.
///
/// Thread: one.
final class DirectorDemo {
    private static final int CONNECTIONS = 300;
    private static final int PER_SECOND = 50;
    private static final String WEB = Lvs.VIP + ":80";
    private static final String ECHO = Lvs.VIP + ":7";

    private final PrintStream out;
    private final long began = System.nanoTime();

    DirectorDemo(PrintStream out) {
        this.out = out;
    }

    /// @return the figures
    Map<String, Object> play() throws IOException {
        try (Lvs lvs = Lvs.nat(3)) {
            lvs.serve();
            out.print("""

                      client           10.2.0.100      asks http://10.2.0.50/ 50 times a second
                        |
                      d1, d2           10.2.0.50       one of them has the address, and forwards (IPVS, NAT)
                        |
                      rs1, rs2, rs3    10.1.0.11-13    answer with their names

                    """);
            Pair pair = new Pair(lvs, file(lvs), List.of(WEB, ECHO));
            pair.start();
            Director active = pair.active();
            say("pulse and lvsd run on both directors, from one lvs.cf; %s is active", active.host.name);
            show(active, "before");
            Requests requests = Requests.start(lvs.client, Traffic.at(Lvs.VIP, RealServer.HTTP), List.of(), PER_SECOND);
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("realserver_out_ms", realServer(lvs, active, requests));
            pair.whole(pair.other(active));
            Holder holder = Holder.start(lvs.client, Traffic.at(Lvs.VIP, RealServer.ECHO), CONNECTIONS);
            Site.await(CONNECTIONS + " connections", () -> holder.open() == CONNECTIONS);
            say(
                    "the client now holds %d connections; half of them have said nothing since they were made",
                    CONNECTIONS);
            director(lvs, pair, active, holder, requests, figures);
            show(pair.active(), "after");
            Requests.Tally tally = requests.finish();
            out.printf(
                    Locale.ROOT,
                    "In short: %d requests, %d failed; %s of %s connections survived their director. The client"
                            + " was without answers for %s ms at worst.%n",
                    tally.sent(),
                    tally.failed(),
                    figures.get("connections_survived"),
                    figures.get("connections_before"),
                    figures.get("director_outage_ms"));
            out.println("(Times are those of an emulated machine; ./muster bench director measures on a true clock.)");
            Map<String, Object> ordered = new LinkedHashMap<>();
            ordered.put("requests", tally.sent());
            ordered.put("failed", tally.failed());
            ordered.putAll(figures);
            return ordered;
        } catch (IllegalStateException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static LvsCf file(Lvs lvs) {
        LvsCf file = Pair.file(lvs, true, "500ms", "2")
                .set("nat_router", Lvs.ROUTER + " eth1:1")
                .set("nat_nmask", "255.255.255.0")
                .checkedEvery(1);
        for (String[] service : new String[][] {{"web", "80"}, {"echo", "7"}}) {
            file.virtual(
                    service[0],
                    Lvs.VIP + " eth0:1",
                    Integer.parseInt(service[1]),
                    lvs.addresses(false),
                    "scheduler = rr",
                    "vip_nmask = 255.255.0.0");
        }
        return file;
    }

    private long realServer(Lvs lvs, Director active, Requests requests) {
        Host real = lvs.reals.getFirst();
        String server = lvs.addresses(false).getFirst() + ":80";
        requests.mark();
        long failedBefore = requests.tally().failed();
        say("%s loses its network", real.name);
        long died = System.nanoTime();
        lvs.site.link(real, false);
        active.awaitServer(WEB, server, false);
        long outMs = (System.nanoTime() - died) / 1_000_000;
        say(
                "lvsd's check has failed: %s is out of the table after %d ms, new connections go to the others",
                real.name, outMs);
        long out = System.nanoTime();
        Site.await("the end of what was under way", () -> requests.overUpTo(out));
        say(
                "of the requests sent meanwhile %d failed: connections that were on their way to %s were sent to another"
                        + " when they tried again",
                requests.tally().failed() - failedBefore, real.name);
        lvs.site.link(real, true);
        active.awaitServer(WEB, server, true);
        active.awaitServers(ECHO, lvs.reals.size());
        say("%s has its network again, two good checks later it is in the table", real.name);
        return outMs;
    }

    private void director(
            Lvs lvs, Pair pair, Director active, Holder holder, Requests requests, Map<String, Object> figures) {
        Director other = pair.other(active);
        int before = holder.alive();
        long known = pair.awaitConnections(other, Lvs.VIP, before);
        say(
                "%s, standing by, knows %d of the %d open connections from %s",
                other.host.name, known, before, active.host.name);
        requests.mark();
        say("%s dies with its host", active.host.name);
        lvs.site.kill(active.host);
        long died = System.nanoTime();
        Site.await("the address on " + other.host.name, () -> other.holds(Lvs.VIP));
        Site.await("an answer through " + other.host.name, () -> requests.lastAnswerNanos() > died);
        long outage = Math.round(requests.tally().gapMs());
        say(
                "%s has waited out its deadtime of 2 s and taken the address: the client was without answers for"
                        + " %d ms",
                other.host.name, outage);
        int survived = holder.alive();
        say("%d of %d connections go on as if nothing had happened", survived, before);
        figures.put("director_outage_ms", outage);
        figures.put("connections_before", before);
        figures.put("connections_survived", survived);
    }

    private void show(Director director, String when) {
        out.println();
        out.println("--- " + when);
        out.println("[root@" + director.host.name + " ~]# ipvsadm -Ln");
        out.print(director.host.command("ipvsadm", "-Ln").expectOk("ipvsadm -Ln"));
        out.println();
    }

    private void say(String format, Object... values) {
        out.printf(Locale.ROOT, "%6.1f s  ", (System.nanoTime() - began) / 1e9);
        out.printf(Locale.ROOT, format + "%n", values);
        out.flush();
    }
}
