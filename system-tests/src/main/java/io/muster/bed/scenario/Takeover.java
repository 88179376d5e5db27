package io.muster.bed.scenario;

import io.muster.bed.Await;
import io.muster.bed.guest.Lab;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/// What clients notice when a director, or a part of it, dies.
public final class Takeover {
    private static final int CONNECTIONS = 1_000;
    private static final int YOUNG = 30;
    private static final int BATCH = 2;
    private static final int MOST_BATCHES = 300;

    private final Report report;

    Takeover(Report report) {
        this.report = report;
    }

    /// The kernel tells the standby of a connection when it is established. One whose handshake was under way when the
    /// address moved is unknown there, and is refused.
    ///
    /// @param failed requests before it moved
    /// @param underWay how many it may catch: as many as were open at once; where all takes longer, more
    private record Calm(long failed, long underWay) {
        static final Calm ALWAYS = new Calm(0, 0);

        /// Looks at requests for as long as it takes to answer some, while nothing happens; marks where it began.
        static Calm before(Requests requests) {
            requests.mark();
            long answered = requests.tally().answered();
            Site.await("calm requests", () -> requests.tally().answered() > answered + 50);
            return new Calm(requests.tally().failed(), Lab.Engine.here().patience(2 + (int) requests.mostOpen()));
        }
    }

    /// HTTP, echo and datagrams' echo on one virtual address.
    static LvsCf services(LvsCf file, Lvs lvs, String vip, String device) {
        boolean v6 = vip.indexOf(':') >= 0;
        return file.virtual("web" + (v6 ? 6 : 4), vip + " " + device, 80, lvs.addresses(v6), "scheduler = rr", mask(v6))
                .virtual("echo" + (v6 ? 6 : 4), vip + " " + device, 7, lvs.addresses(v6), "scheduler = rr", mask(v6))
                .virtual(
                        "datagrams" + (v6 ? 6 : 4),
                        vip + " " + device,
                        7,
                        lvs.addresses(v6),
                        "protocol = udp",
                        "scheduler = rr",
                        mask(v6));
    }

    private static String mask(boolean v6) {
        return v6 ? "vip_nmask = 128" : "vip_nmask = 255.255.0.0";
    }

    /// Daemons killed on living directors, and the primary that takes its role back.
    void daemons() throws IOException {
        try (Lvs lvs = Lvs.nat(2)) {
            lvs.serve();
            Pair pair = new Pair(
                    lvs,
                    services(
                            Pair.file(lvs, true).set("preempt", "0").set("preempt_wait", "10"), lvs, Lvs.VIP, "eth0:1"),
                    List.of(Lvs.VIP + ":80", Lvs.VIP + ":7"));
            report.prove("twoDirectorsOneActive", lvs.directors(), () -> {
                pair.start();
                return pair.active().host.name + " is active, both tables are whole";
            });
            Holder holder = Holder.start(lvs.client, Traffic.at(Lvs.VIP, RealServer.ECHO), 100);
            Site.await("100 connections", () -> holder.open() == 100);
            Requests requests = Requests.start(lvs.client, Traffic.at(Lvs.VIP, RealServer.HTTP), List.of(), 50);
            report.prove("trafficGoesOnWithoutLvsd", lvs.directors(), () -> {
                Director active = pair.active();
                requests.mark();
                ProcessHandle before = running(active, "Lvsd");
                before.destroyForcibly();
                Site.await("another lvsd", () -> {
                    ProcessHandle now = active.host.process("Lvsd");
                    return now != null && now.pid() != before.pid();
                });
                pair.whole(active);
                unharmed(holder, requests, 100, Calm.ALWAYS);
                return "kill -9 of lvsd: it is back, 100 of 100 connections live, longest gap " + gap(requests);
            });
            report.prove("hungLvsdIsNoticed", lvs.directors(), () -> {
                Director active = pair.active();
                requests.mark();
                ProcessHandle before = running(active, "Lvsd");
                active.host.sh("kill -STOP " + before.pid());
                Site.await("another lvsd", () -> {
                    ProcessHandle now = active.host.process("Lvsd");
                    return now != null && now.pid() != before.pid();
                });
                pair.whole(active);
                unharmed(holder, requests, 100, Calm.ALWAYS);
                return "lvsd stood still: another one is there, 100 of 100 connections live";
            });
            report.prove("killedPulseHarmsNobody", lvs.directors(), () -> {
                Director active = pair.active();
                pair.awaitConnections(pair.other(active), Lvs.VIP, 100);
                Calm calm = Calm.before(requests);
                Holder young = young(lvs);
                running(active, "PulseDaemon").destroyForcibly();
                moved(pair, active, requests);
                long lost = unharmed(holder, requests, 100, calm);
                enough(young.alive(), YOUNG, "young connections live (" + young.deaths() + ")");
                return "kill -9 of pulse: " + pair.other(active).host.name
                        + " took over, 100 of 100 connections live, and " + YOUNG + " of " + YOUNG
                        + " that were just made, longest gap " + gap(requests)
                        + ", requests lost in their handshake: " + lost;
            });
            report.prove("stoppedPulseHarmsNobody", lvs.directors(), () -> {
                Director active = pair.active();
                Director other = pair.other(active);
                pair.start(other);
                // Its table is the one of its former life, and whole from the beginning; its pulse isn't.
                standbyIsHeard(pair);
                Calm calm = Calm.before(requests);
                Holder young = young(lvs);
                active.stopPulse();
                moved(pair, active, requests);
                unharmed(holder, requests, 100, calm);
                enough(young.alive(), YOUNG, "young connections live (" + young.deaths() + ")");
                return "pulse told to stop: " + other.host.name + " took over, 100 of 100 connections live, and "
                        + YOUNG + " of " + YOUNG + " that were just made, longest gap " + gap(requests);
            });
            report.prove("thePrimaryTakesItsRoleBackAndHarmsNobody", lvs.directors(), () -> {
                if (pair.active() == lvs.first) {
                    pair.start(lvs.second);
                    standbyIsHeard(pair);
                    standbyIsWarm(pair, lvs.second);
                    lvs.first.stopPulse();
                    moved(pair, lvs.first, requests);
                }
                // Their news would fill the kernel's messages, and send those of others on their way.
                requests.close();
                String story = preempted(lvs, pair);
                enough(holder.alive(), 100, "connections live (" + holder.deaths() + ")");
                return story + ", and 100 of 100 older ones";
            });
        }
    }

    private static void standbyIsHeard(Pair pair) {
        Site.await(
                "a standby that is heard",
                () -> pair.active().host.command("lvsctl", "status").out().contains("partner: stands by"));
    }

    /// Its table is whole, services and connections.
    private static void standbyIsWarm(Pair pair, Director standby) {
        pair.whole(standby);
        pair.awaitConnections(standby, Lvs.VIP, 100);
    }

    /// Connections are made ten times a second: those that are open when the role moves have to live,
    /// also the forty that the kernel's daemon has gathered in two seconds and not sent. The last ones
    /// may be in their handshake.
    private static String preempted(Lvs lvs, Pair pair) throws IOException {
        pair.start(lvs.first);
        Site.await(
                "a pulse that can be told to read its file again",
                () -> lvs.first.host.command("lvsctl", "status").out().contains("partner: active"));
        standbyIsWarm(pair, lvs.first);
        lvs.first.preempt();
        List<Holder> batches = new ArrayList<>();
        List<Holder> open = List.of();
        BooleanSupplier back = () -> lvs.first.holds(Lvs.VIP) && !lvs.second.holds(Lvs.VIP);
        while (!back.getAsBoolean() && batches.size() < MOST_BATCHES) {
            open = batches.stream().filter(batch -> batch.open() == BATCH).toList();
            batches.add(Holder.start(lvs.client, Traffic.at(Lvs.VIP, RealServer.ECHO), BATCH));
            Await.until(100, 20, back);
        }
        Site.await("the primary with its role", back);
        if (open.isEmpty()) {
            throw new IllegalStateException("no young connection was open when the role moved");
        }
        int alive = open.stream().mapToInt(Holder::alive).sum();
        enough(alive, (long) open.size() * BATCH, "young connections live");
        return "the primary took its role back, " + alive + " of " + alive + " young connections live";
    }

    /// Connections younger than what the kernel's sync daemon gathers before it sends.
    private static Holder young(Lvs lvs) throws IOException {
        Holder young = Holder.start(lvs.client, Traffic.at(Lvs.VIP, RealServer.ECHO), YOUNG);
        Site.await(YOUNG + " young connections", () -> young.open() == YOUNG);
        return young;
    }

    private static void moved(Pair pair, Director from, Requests requests) {
        Site.await("traffic on the other director", () -> pair.holds(pair.other(from)) && !pair.holds(from));
        long moved = System.nanoTime();
        Site.await("an answer", () -> requests.lastAnswerNanos() > moved);
    }

    private static ProcessHandle running(Director director, String mainClass) {
        ProcessHandle process = director.host.process(mainClass);
        if (process == null) {
            throw new IllegalStateException("no " + mainClass + " runs on " + director.host.name);
        }
        return process;
    }

    /// @return how many requests failed since it was calm
    private static long unharmed(Holder holder, Requests requests, int connections, Calm calm) {
        int alive = holder.alive();
        // What was begun before the traffic moved has its end by now, or is given it.
        long now = System.nanoTime();
        Site.await("the end of what was under way", () -> requests.overUpTo(now));
        Requests.Tally tally = requests.tally();
        long failed = tally.failed() - calm.failed();
        if (alive < connections || failed > calm.underWay()) {
            throw new IllegalStateException(alive + " of " + connections + " connections live (" + holder.silent()
                    + "; " + holder.deaths() + "); " + failed + " requests failed where " + calm.underWay()
                    + " were under way: " + tally.reasons());
        }
        return failed;
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
                    services(Pair.file(lvs, true), lvs, Lvs.VIP, "eth0:1"),
                    List.of(Lvs.VIP + ":80", Lvs.VIP + ":7", "UDP " + Lvs.VIP + ":7"));
            report.prove("pairIsReady", lvs.directors(), () -> {
                pair.start();
                return pair.active().host.name + " is active";
            });
            Holder holder = Holder.start(lvs.client, Traffic.at(Lvs.VIP, RealServer.ECHO), CONNECTIONS);
            Requests requests = Requests.start(lvs.client, Traffic.at(Lvs.VIP, RealServer.HTTP), List.of(), 20);
            report.prove("standbyKnowsIdleConnections", lvs.directors(), () -> {
                Site.await(CONNECTIONS + " connections", () -> holder.open() == CONNECTIONS);
                long known = pair.awaitConnections(pair.other(pair.active()), Lvs.VIP, CONNECTIONS);
                return known + " of " + CONNECTIONS + ", half of them idle since their handshake";
            });
            report.prove("connectionsSurviveDeathOfActiveDirector", lvs.directors(), () -> {
                Director dead = pair.active();
                Flow flow = Flow.start(lvs.client, pair.other(dead), Lvs.VIP);
                String story = die(lvs, pair, dead, holder, requests);
                flow.goesOn(pair.other(dead));
                pair.comeBack(dead);
                return story + "; a flow of datagrams too";
            });
            report.prove("returnedDirectorLearnsWhatItMissed", lvs.directors(), () -> {
                Director standby = pair.other(pair.active());
                long known = pair.awaitConnections(standby, Lvs.VIP, holder.open());
                return known + " of " + holder.open() + " connections known to " + standby.host.name;
            });
            report.prove(
                    "connectionsSurviveSecondDeath",
                    lvs.directors(),
                    () -> die(lvs, pair, pair.active(), holder, requests));
        }
    }

    /// Kills a director's host; what was open must live on through the other.
    static String die(Lvs lvs, Pair pair, Director dead, Holder holder, Requests requests) {
        int before = holder.open();
        requests.mark();
        lvs.site.kill(dead.host);
        long died = System.nanoTime();
        // The client may read an old answer late; only one through the other director counts.
        long[] moved = {0};
        Site.await("the address on the other director", () -> {
            moved[0] = System.nanoTime();
            return pair.holds(pair.other(dead));
        });
        Site.await("an answer through the other director", () -> requests.lastAnswerNanos() > Math.max(died, moved[0]));
        String outage = gap(requests);
        int alive = holder.alive();
        if (!holder.deaths().isEmpty()) {
            throw new IllegalStateException("connections were reset: " + holder.deaths());
        }
        enough(alive, before, "alive (" + holder.silent() + ")");
        return alive + " of " + before + " connections live on, the client was without answers for " + outage;
    }

    /// All but one in a thousand.
    static void enough(long have, long of, String what) {
        if (have < of - of / 1000) {
            throw new IllegalStateException(have + " of " + of + " " + what);
        }
    }
}
