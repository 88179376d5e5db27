package io.muster.lab;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/// What clients notice when a director, or a part of it, dies.
final class Takeover {
    private static final int CONNECTIONS = 1_000;
    private static final int YOUNG = 30;

    /// The kernel tells the standby of a connection when it is established. One whose handshake was under way when the
    /// address moved is unknown there, and is refused: at 50 requests a second, one or two.
    private static final int IN_THEIR_HANDSHAKE = 2;

    private final Report report;

    Takeover(Report report) {
        this.report = report;
    }

    private static LvsCf services(LvsCf file, Lvs lvs, String vip, String device) {
        boolean v6 = vip.indexOf(':') >= 0;
        return file.virtual("web" + (v6 ? 6 : 4), vip + " " + device, 80, lvs.addresses(v6), "scheduler = rr", mask(v6))
                .virtual("echo" + (v6 ? 6 : 4), vip + " " + device, 7, lvs.addresses(v6), "scheduler = rr", mask(v6));
    }

    private static String mask(boolean v6) {
        return v6 ? "vip_nmask = 128" : "vip_nmask = 255.255.0.0";
    }

    /// Daemons killed on living directors.
    void daemons() throws IOException {
        try (Lvs lvs = Lvs.nat(2)) {
            lvs.serve();
            Pair pair = new Pair(
                    lvs,
                    services(Pair.file(lvs, true, "1", "3"), lvs, Lvs.VIP, "eth0:1"),
                    List.of(Lvs.VIP + ":80", Lvs.VIP + ":7"));
            report.prove("twoDirectorsOneActive", lvs.directors(), () -> {
                pair.start();
                return pair.active().host.name + " is active, both tables are whole";
            });
            Holder holder = Holder.start(lvs.client, Traffic.at(Lvs.VIP, RealServer.ECHO), 100);
            Site.await("100 connections", 20_000, () -> holder.open() == 100);
            Requests requests = Requests.start(lvs.client, Traffic.at(Lvs.VIP, RealServer.HTTP), List.of(), 50, 20_000);
            report.prove("trafficGoesOnWithoutLvsd", lvs.directors(), () -> {
                Director active = pair.active();
                requests.mark();
                ProcessHandle before = running(active, "Lvsd");
                before.destroyForcibly();
                Site.await("another lvsd", 30_000, () -> {
                    ProcessHandle now = active.host.process("Lvsd");
                    return now != null && now.pid() != before.pid();
                });
                pair.whole(active);
                unharmed(holder, requests, 100, 0);
                return "kill -9 of lvsd: it is back, 100 of 100 connections live, longest gap " + gap(requests);
            });
            report.prove("killedPulseHarmsNobody", lvs.directors(), () -> {
                Director active = pair.active();
                pair.awaitConnections(pair.other(active), Lvs.VIP, 100, 20_000);
                requests.mark();
                Holder young = young(lvs);
                running(active, "PulseDaemon").destroyForcibly();
                moved(pair, active, requests);
                unharmed(holder, requests, 100, IN_THEIR_HANDSHAKE);
                enough(young.alive(20_000), YOUNG, "young connections live (" + young.deaths() + ")");
                return "kill -9 of pulse: " + pair.other(active).host.name
                        + " took over, 100 of 100 connections live, and " + YOUNG + " of " + YOUNG
                        + " that were just made, longest gap " + gap(requests)
                        + ", requests lost in their handshake: "
                        + requests.tally().failed();
            });
            report.prove("stoppedPulseHarmsNobody", lvs.directors(), () -> {
                Director active = pair.active();
                Director other = pair.other(active);
                pair.start(other);
                // Its table is the one of its former life, and whole from the beginning; its pulse isn't.
                Site.await(
                        "a standby that is heard",
                        40_000,
                        () -> active.host.command("lvsctl", "status").out().contains("partner: stands by"));
                requests.mark();
                Holder young = young(lvs);
                active.stopPulse();
                moved(pair, active, requests);
                unharmed(holder, requests, 100, IN_THEIR_HANDSHAKE);
                enough(young.alive(20_000), YOUNG, "young connections live (" + young.deaths() + ")");
                return "pulse told to stop: " + other.host.name + " took over, 100 of 100 connections live, and "
                        + YOUNG + " of " + YOUNG + " that were just made, longest gap " + gap(requests);
            });
            requests.close();
        }
    }

    /// Connections younger than what the kernel's sync daemon gathers before it sends.
    private static Holder young(Lvs lvs) throws IOException {
        Holder young = Holder.start(lvs.client, Traffic.at(Lvs.VIP, RealServer.ECHO), YOUNG);
        Site.await(YOUNG + " young connections", 20_000, () -> young.open() == YOUNG);
        return young;
    }

    private static void moved(Pair pair, Director from, Requests requests) {
        Site.await(
                "traffic on the other director", 40_000, () -> pair.other(from).holds(Lvs.VIP) && !from.holds(Lvs.VIP));
        long moved = System.nanoTime();
        Site.await("an answer", 20_000, () -> requests.lastAnswerNanos() > moved);
    }

    private static ProcessHandle running(Director director, String mainClass) {
        ProcessHandle process = director.host.process(mainClass);
        if (process == null) {
            throw new IllegalStateException("no " + mainClass + " runs on " + director.host.name);
        }
        return process;
    }

    private static void unharmed(Holder holder, Requests requests, int connections, int tolerated) {
        int alive = holder.alive(20_000);
        Requests.Tally tally = requests.tally();
        if (alive < connections || tally.failed() > tolerated) {
            throw new IllegalStateException(alive + " of " + connections + " connections live (" + holder.silent()
                    + "; " + holder.deaths() + "); requests failed: " + tally.reasons());
        }
    }

    private static String gap(Requests requests) {
        return String.format(Locale.ROOT, "%.0f ms", requests.tally().gapMs());
    }

    /// The death of the active director's host, twice: the second death proves that the first one's return was whole.
    void hosts() throws IOException {
        try (Lvs lvs = Lvs.nat(3)) {
            lvs.serve();
            Pair pair = new Pair(
                    lvs,
                    services(Pair.file(lvs, true, "1", "3"), lvs, Lvs.VIP, "eth0:1"),
                    List.of(Lvs.VIP + ":80", Lvs.VIP + ":7"));
            report.prove("pairIsReady", lvs.directors(), () -> {
                pair.start();
                return pair.active().host.name + " is active";
            });
            Holder holder = Holder.start(lvs.client, Traffic.at(Lvs.VIP, RealServer.ECHO), CONNECTIONS);
            Requests requests = Requests.start(lvs.client, Traffic.at(Lvs.VIP, RealServer.HTTP), List.of(), 20, 20_000);
            report.prove("standbyKnowsIdleConnections", lvs.directors(), () -> {
                Site.await(CONNECTIONS + " connections", 60_000, () -> holder.open() == CONNECTIONS);
                long known = pair.awaitConnections(pair.other(pair.active()), Lvs.VIP, CONNECTIONS, 30_000);
                enough(known, CONNECTIONS, "known to the standby; " + pair.sync());
                return known + " of " + CONNECTIONS + ", half of them idle since their handshake";
            });
            report.prove("connectionsSurviveDeathOfActiveDirector", lvs.directors(), () -> {
                Director dead = pair.active();
                String story = die(lvs, pair, dead, holder, requests);
                pair.comeBack(dead);
                return story;
            });
            report.prove("returnedDirectorLearnsWhatItMissed", lvs.directors(), () -> {
                Director standby = pair.other(pair.active());
                long known = pair.awaitConnections(standby, Lvs.VIP, holder.open(), 60_000);
                enough(known, CONNECTIONS, "known to " + standby.host.name + "; " + pair.sync());
                return known + " of " + holder.open() + " connections known to " + standby.host.name;
            });
            report.prove(
                    "connectionsSurviveSecondDeath",
                    lvs.directors(),
                    () -> die(lvs, pair, pair.active(), holder, requests));
        }
    }

    private static String die(Lvs lvs, Pair pair, Director dead, Holder holder, Requests requests) {
        int before = holder.open();
        requests.mark();
        lvs.site.kill(dead.host);
        long died = System.nanoTime();
        Site.await("an answer through the other director", 60_000, () -> requests.lastAnswerNanos() > died);
        if (!pair.other(dead).holds(Lvs.VIP)) {
            throw new IllegalStateException("answers come, but not through " + pair.other(dead).host.name);
        }
        String outage = gap(requests);
        int alive = holder.alive(60_000);
        if (!holder.deaths().isEmpty()) {
            throw new IllegalStateException("connections were reset: " + holder.deaths());
        }
        enough(alive, before, "alive (" + holder.silent() + ")");
        return alive + " of " + before + " connections live on, the client was without answers for " + outage;
    }

    private static void enough(long have, long of, String what) {
        if (have < of - of / 1000) {
            throw new IllegalStateException(have + " of " + of + " " + what);
        }
    }

    /// Direct routing, both families.
    void bothFamilies() throws IOException {
        try (Lvs lvs = Lvs.direct(2)) {
            lvs.serve();
            LvsCf file = services(Pair.file(lvs, false, "1", "3"), lvs, Lvs.VIP, "eth0:1");
            services(file, lvs, Lvs.VIP6, "eth0");
            Pair pair = new Pair(lvs, file, List.of(Lvs.VIP + ":7", "[" + Lvs.VIP6 + "]:80", "[" + Lvs.VIP6 + "]:7"));
            report.prove("pairIsReadyForBothFamilies", lvs.directors(), () -> {
                pair.start();
                return pair.active().host.name + " is active";
            });
            Holder four = Holder.start(lvs.client, Traffic.at(Lvs.VIP, RealServer.ECHO), 100);
            Holder six = Holder.start(lvs.client, Traffic.at(Lvs.VIP6, RealServer.ECHO), 100);
            Requests requests =
                    Requests.start(lvs.client, Traffic.at(Lvs.VIP6, RealServer.HTTP), List.of(), 20, 20_000);
            report.prove("bothFamiliesSurviveDeathOfDirectRoutingDirector", lvs.directors(), () -> {
                Site.await("200 connections", 60_000, () -> four.open() == 100 && six.open() == 100);
                Director dead = pair.active();
                pair.awaitConnections(pair.other(dead), Lvs.VIP, 100, 20_000);
                long known6 = pair.awaitConnections(pair.other(dead), Lvs.VIP6, 100, 20_000);
                enough(known6, 100, "IPv6 connections known to the standby");
                String story = die(lvs, pair, dead, six, requests);
                int alive4 = four.alive(20_000);
                enough(alive4, 100, "alive over IPv4 (" + four.silent() + ")");
                return "IPv6: " + story + "; IPv4: " + alive4 + " of 100";
            });
        }
    }
}
