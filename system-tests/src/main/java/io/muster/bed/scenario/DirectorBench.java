package io.muster.bed.scenario;

import io.muster.bed.Figures;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The active director's host dies, again and again: how long a client that asks every 10 ms is without an answer.
/// Ours with two settings, and Debian's keepalived with matching ones, in one run.
///
/// Without IPVS each director answers HTTP itself, and what is measured is the address alone; with IPVS two real
/// servers answer, through direct routing.
final class DirectorBench {
    private static final String KEEPALIVED = "/usr/sbin/keepalived";

    /// One of the contestants.
    ///
    /// @param key of the figures
    /// @param deadtimeMs what a standby needs at least to believe in a death
    /// @param goalMs what the median should not exceed; 0 for others' software
    private record Contestant(String key, String title, boolean ours, String period, int deadtimeMs, int goalMs) {}

    private static final List<Contestant> CONTESTANTS = List.of(
            new Contestant("muster_200ms_500ms", "pulse, keepalive 200ms, deadtime 500ms", true, "200ms", 500, 700),
            new Contestant("keepalived_100ms", "keepalived, advertisements every 0.1 s", false, "0.1", 310, 0),
            new Contestant("muster_1s_3s", "pulse, keepalive 1, deadtime 3", true, "1", 3_000, 3_300),
            new Contestant("keepalived_1s", "keepalived, advertisements every 1 s", false, "1", 3_100, 0));

    private final boolean ipvs;
    private final int trials;
    private final PrintStream out;

    DirectorBench(boolean ipvs, int trials, PrintStream out) {
        this.ipvs = ipvs;
        this.trials = trials;
        this.out = out;
    }

    /// Runs all, prints, and returns the figures.
    Map<String, Object> run() throws IOException {
        String where = ipvs
                ? "with IPVS, direct routing and two real servers (in a guest its timings say little)"
                : "addresses only, an HTTP server on each director, in namespaces of this machine's kernel";
        out.println("The host of the active director dies; a client asks every 10 ms. Measured " + where + ".");
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("ipvs", ipvs);
        figures.put("trials", trials);
        for (Contestant contestant : CONTESTANTS) {
            if (!contestant.ours() && !Files.isExecutable(Path.of(KEEPALIVED))) {
                out.println(contestant.title() + ": there is none here");
                continue;
            }
            List<Double> outages = measure(contestant);
            Map<String, Object> summary = new LinkedHashMap<>(Figures.summary(outages));
            if (contestant.goalMs() > 0) {
                summary.put("goal_p50", contestant.goalMs());
            }
            figures.put(contestant.key(), summary);
            out.printf(
                    Locale.ROOT,
                    "%-42s outage p50 %5.0f  min %5.0f  max %5.0f ms%s%n",
                    contestant.title(),
                    Figures.quantile(outages, 0.5),
                    Figures.quantile(outages, 0),
                    Figures.quantile(outages, 1),
                    contestant.goalMs() > 0 ? "   (goal: p50 at most " + contestant.goalMs() + ")" : "");
            out.flush();
        }
        return figures;
    }

    private List<Double> measure(Contestant contestant) throws IOException {
        List<Double> outages = new ArrayList<>();
        try (Lvs lvs = ipvs ? Lvs.direct(2) : Lvs.direct(0)) {
            lvs.serve();
            measure(lvs, contestant, outages);
        }
        return outages;
    }

    private void measure(Lvs lvs, Contestant contestant, List<Double> outages) throws IOException {
        try {
            start(lvs, contestant, lvs.first);
            start(lvs, contestant, lvs.second);
            Requests requests = Requests.start(lvs.client, Traffic.at(Lvs.VIP, 80), List.of(), 100, 400);
            for (int trial = 0; trial < trials; trial++) {
                Director active = steady(lvs, contestant, requests);
                Director other = active == lvs.first ? lvs.second : lvs.first;
                requests.mark();
                lvs.site.kill(active.host);
                long died = System.nanoTime();
                Site.await(
                        "an answer after " + active.host.name + " died",
                        () -> requests.lastAnswerNanos() > died && other.holds(Lvs.VIP));
                outages.add(requests.tally().gapMs());
                lvs.site.boot(active.host);
                active.forward();
                start(lvs, contestant, active);
            }
            requests.close();
        } catch (IllegalStateException e) {
            out.print(lvs.first.host.lastWords(20) + lvs.second.host.lastWords(20));
            throw new IllegalStateException(contestant.title() + ": " + e.getMessage(), e);
        }
    }

    /// One is active, the other has been there for long enough to notice if it weren't.
    private Director steady(Lvs lvs, Contestant contestant, Requests requests) {
        long[] since = {System.nanoTime()};
        Director[] active = {lvs.first};
        Site.await("one active director and a standby", () -> {
            boolean first = lvs.first.holds(Lvs.VIP);
            boolean second = lvs.second.holds(Lvs.VIP);
            boolean answered = System.nanoTime() - requests.lastAnswerNanos() < 200_000_000L;
            Director now = first ? lvs.first : lvs.second;
            if (first == second || !answered || now != active[0] || !bothRun(lvs, contestant)) {
                active[0] = now;
                since[0] = System.nanoTime();
            }
            return System.nanoTime() - since[0] > (contestant.deadtimeMs() + 1_500) * 1_000_000L;
        });
        return active[0];
    }

    private boolean bothRun(Lvs lvs, Contestant contestant) {
        if (!contestant.ours()) {
            return true;
        }
        if (ipvs) {
            return List.of(lvs.first, lvs.second).stream()
                    .allMatch(d ->
                            d.table().getOrDefault(Lvs.VIP + ":80", Map.of()).size() == 2);
        }
        return Files.exists(socket(lvs.first)) && Files.exists(socket(lvs.second));
    }

    private static Path socket(Director director) {
        return io.muster.daemon.Layout.under(director.host.root).socket("pulse");
    }

    private void start(Lvs lvs, Contestant contestant, Director director) throws IOException {
        if (!ipvs) {
            RealServer.start(director.host);
        }
        if (contestant.ours()) {
            Files.deleteIfExists(socket(director));
            director.configure(file(lvs, contestant));
            director.key(new byte[] {
                1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
                15, 16
            });
            if (ipvs) {
                director.startPulse();
            } else {
                director.startPulse("--lvsd", "none");
            }
        } else {
            Path file = director.host.root.resolve("keepalived.conf");
            // Left behind by one that was killed; it would think itself running.
            for (String stale : List.of("keepalived.pid", "vrrp.pid", "checkers.pid")) {
                Files.deleteIfExists(director.host.root.resolve(stale));
            }
            Files.writeString(file, keepalived(lvs, contestant));
            director.host.start(
                    KEEPALIVED,
                    "--dont-fork",
                    "--log-console",
                    "--use-file=" + file,
                    "--pid=" + director.host.root.resolve("keepalived.pid"),
                    "--vrrp_pid=" + director.host.root.resolve("vrrp.pid"),
                    "--checkers_pid=" + director.host.root.resolve("checkers.pid"));
        }
    }

    private LvsCf file(Lvs lvs, Contestant contestant) {
        String deadtime = contestant.deadtimeMs() % 1_000 == 0
                ? Integer.toString(contestant.deadtimeMs() / 1_000)
                : contestant.deadtimeMs() + "ms";
        return lvs.file()
                .directors("10.2.0.1", "10.2.0.2", contestant.period(), deadtime)
                .virtual(
                        "web",
                        Lvs.VIP + " eth0:1",
                        80,
                        ipvs ? lvs.addresses(false) : List.of("10.2.0.11"),
                        "scheduler = rr",
                        "vip_nmask = 255.255.0.0");
    }

    private String keepalived(Lvs lvs, Contestant contestant) {
        var text = new StringBuilder("""
                global_defs {
                    vrrp_version 3
                }
                vrrp_instance web {
                    state BACKUP
                    nopreempt
                    interface eth0
                    virtual_router_id 51
                    priority 100
                    advert_int %s
                    virtual_ipaddress {
                        %s/16
                    }
                }
                """.formatted(contestant.period(), Lvs.VIP));
        if (ipvs) {
            text.append("virtual_server " + Lvs.VIP + " 80 {\n    delay_loop 1\n    lb_algo rr\n    lb_kind DR\n"
                    + "    protocol TCP\n");
            for (String address : lvs.addresses(false)) {
                text.append("    real_server " + address + " 80 {\n        weight 1\n        TCP_CHECK {\n"
                        + "            connect_timeout 3\n        }\n    }\n");
            }
            text.append("}\n");
        }
        return text.toString();
    }
}
