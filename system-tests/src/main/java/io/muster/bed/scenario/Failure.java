package io.muster.bed.scenario;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What a director does when real servers die, when somebody meddles with its table, and when its file changes.
public final class Failure {
    private static final String WEB = Lvs.VIP + ":80";
    private static final String ECHO = Lvs.VIP + ":7";

    private final Report report;

    Failure(Report report) {
        this.report = report;
    }

    private static LvsCf file(Lvs lvs, int weight, boolean sorry) {
        String address = Lvs.VIP + " eth0:1";
        // First the one whose connections must last: it is checked patiently, the other one is there to die.
        LvsCf file = lvs.file()
                .set("primary", "10.2.0.1")
                .virtual("echo", address, 7, lvs.addresses(false), weight, "scheduler = wrr")
                .checkedEvery(2);
        return sorry
                ? file.virtual(
                        "web", address, 80, lvs.addresses(false), weight, "scheduler = wrr", "sorry_server = 10.1.0.99")
                : file.virtual("web", address, 80, lvs.addresses(false), weight, "scheduler = wrr");
    }

    /// Waits until all servers are back in both services with the weight of the file, however slowly they start.
    private static void settled(Lvs lvs, int weight) {
        for (String service : List.of(WEB, ECHO)) {
            lvs.first.awaitTable("three servers of weight " + weight + " in " + service, table -> {
                Map<String, Integer> servers = table.getOrDefault(service, Map.of());
                return servers.size() == 3 && servers.values().stream().allMatch(w -> w == weight);
            });
        }
    }

    /// Real servers come and go; hand edits; reloads.
    void servers() throws IOException {
        try (Lvs lvs = Lvs.nat(3)) {
            lvs.activateFirst();
            lvs.serve();
            Host sorry = lvs.site.host("sorry");
            lvs.site.plug(sorry, "eth0", "private", "10.1.0.99/24");
            sorry.sh("ip route add default via " + Lvs.ROUTER);
            RealServer.start(sorry);
            lvs.first.configure(file(lvs, 1, true));
            lvs.first.startLvsd();
            report.prove("lvsdIsReady", lvs.directors(), () -> {
                lvs.first.awaitServers(WEB, 3);
                lvs.first.awaitServers(ECHO, 3);
                return "three servers";
            });
            report.prove("deadRealServerIsTakenOutAndReturns", lvs.directors(), () -> deathAndReturn(lvs));
            report.prove("sorryServerStandsIn", lvs.directors(), () -> sorryServer(lvs));
            report.prove("handEditsConverge", lvs.directors(), () -> handEdits(lvs));
            report.prove("foreignServicesAreLeftAlone", lvs.directors(), () -> foreign(lvs));
            report.prove("reloadKeepsConnections", lvs.directors(), () -> reload(lvs));
            report.prove("refusedFileChangesNothing", lvs.directors(), () -> refused(lvs));
            report.prove("killedLvsdFindsItsTableAgain", lvs.directors(), () -> killed(lvs));
        }
    }

    private static String deathAndReturn(Lvs lvs) throws IOException {
        Host dead = lvs.reals.getFirst();
        String server = lvs.addresses(false).getFirst() + ":80";
        // Slower than a check, so that most requests are seen from a table that has settled.
        Requests requests = Requests.start(lvs.client, Traffic.at(Lvs.VIP, 80), List.of(), 50, 2_000);
        long began = System.nanoTime();
        lvs.site.link(dead, false);
        lvs.first.awaitServer(WEB, server, false);
        double outMs = (System.nanoTime() - began) / 1e6;
        long out = System.nanoTime();
        Site.await("the end of what was under way", () -> requests.overUpTo(out));
        requests.mark();
        long failedBefore = requests.tally().failed();
        Map<String, Long> without = Traffic.get(lvs.client, Traffic.at(Lvs.VIP, 80), 20);
        if (without.containsKey(dead.name)) {
            throw new IllegalStateException("the dead server answers: " + without);
        }
        // Out of every service, so that no check still under way fails after the return.
        lvs.first.awaitServer(ECHO, lvs.addresses(false).getFirst() + ":7", false);
        lvs.site.link(dead, true);
        long back = System.nanoTime();
        lvs.first.awaitServer(WEB, server, true);
        double inMs = (System.nanoTime() - back) / 1e6;
        Site.await(
                "answers of the returned server",
                () -> requests.tally().bodies().containsKey(dead.name));
        Requests.Tally tally = requests.finish();
        return String.format(
                Locale.ROOT,
                "out after %.0f ms, in again after %.0f ms; of %d requests %d failed, %d of them before it was out",
                outMs,
                inMs,
                tally.sent(),
                tally.failed(),
                failedBefore);
    }

    private static String sorryServer(Lvs lvs) throws IOException {
        String said;
        try {
            for (Host real : lvs.reals) {
                lvs.site.link(real, false);
            }
            lvs.first.awaitTable("the sorry server alone", table -> {
                Map<String, Integer> web = table.getOrDefault(WEB, Map.of());
                return web.getOrDefault("10.1.0.99:80", 0) > 0
                        && web.values().stream().filter(w -> w > 0).count() == 1;
            });
            said = Traffic.get(lvs.client, "", Traffic.at(Lvs.VIP, 80));
            lvs.first.awaitServers(ECHO, 0);
        } finally {
            for (Host real : lvs.reals) {
                lvs.site.link(real, true);
            }
        }
        lvs.first.awaitTable("three servers and no sorry server", table -> {
            Map<String, Integer> web = table.getOrDefault(WEB, Map.of());
            return web.size() == 3 && !web.containsKey("10.1.0.99:80") && !web.containsValue(0);
        });
        if (!said.equals("sorry")) {
            throw new IllegalStateException("with all servers dead \"" + said + "\" answered");
        }
        return "sorry answered while all three were dead, and left when they were back";
    }

    private static String handEdits(Lvs lvs) {
        // A check of its own brings each server back into each service: what to return to is there once all have.
        settled(lvs, 1);
        Map<String, Map<String, Integer>> wanted = lvs.first.table();
        String one = lvs.addresses(false).getFirst() + ":80";
        var stories = new StringBuilder();
        for (String[] edit : new String[][] {
            {"-d", "-t", WEB, "-r", one},
            {"-e", "-t", WEB, "-r", one, "-m", "-w", "7"},
            {"-a", "-t", WEB, "-r", "10.1.0.77:80", "-m", "-w", "1"},
            {"-D", "-t", ECHO},
            {"-C"}
        }) {
            lvs.first.ipvsadm(edit);
            long began = System.nanoTime();
            lvs.first.awaitTable("as before ipvsadm " + String.join(" ", edit), wanted::equals);
            stories.append(String.format(Locale.ROOT, " %s %.0f ms", edit[0], (System.nanoTime() - began) / 1e6));
        }
        lvs.first.ipvsadm("-E", "-t", WEB, "-s", "sh");
        long began = System.nanoTime();
        Site.await("the scheduler of the file", () -> lvs.first.ipvsadm("-Sn").contains("-t " + WEB + " -s wrr"));
        stories.append(String.format(Locale.ROOT, " -E %.0f ms", (System.nanoTime() - began) / 1e6));
        return "mended:" + stories;
    }

    private static String foreign(Lvs lvs) {
        lvs.first.ipvsadm("-A", "-t", "10.2.0.77:99", "-s", "rr");
        lvs.first.ipvsadm("-a", "-t", "10.2.0.77:99", "-r", "10.1.0.77:99", "-m");
        lvs.first.reload();
        // Once an edit of ours that came later is mended, lvsd has looked at the whole table and let the other be.
        lvs.first.ipvsadm("-d", "-t", WEB, "-r", lvs.addresses(false).getFirst() + ":80");
        lvs.first.awaitServers(WEB, 3);
        if (!lvs.first.table().getOrDefault("10.2.0.77:99", Map.of()).containsKey("10.1.0.77:99")) {
            throw new IllegalStateException("the foreign service is gone: " + lvs.first.table());
        }
        lvs.first.ipvsadm("-D", "-t", "10.2.0.77:99");
        return "a service of somebody else's survived a reload and a repair";
    }

    private static String reload(Lvs lvs) throws IOException {
        Holder holder = Holder.start(lvs.client, Traffic.at(Lvs.VIP, RealServer.ECHO), 40);
        Site.await("40 connections", () -> holder.open() == 40);
        lvs.first.configure(file(lvs, 3, true)
                .virtual(
                        "more",
                        Lvs.VIP + " eth0:1",
                        8081,
                        lvs.addresses(false).stream().map(a -> a + " 80").toList()));
        lvs.first.reload();
        lvs.first.awaitServers(Lvs.VIP + ":8081", 3);
        settled(lvs, 3);
        int alive = holder.alive();
        holder.close();
        if (alive != 40) {
            throw new IllegalStateException(
                    alive + " of 40 connections live (" + holder.silent() + "; " + holder.deaths() + ")");
        }
        return "new weights and a new service are in force, 40 of 40 connections live";
    }

    private static String refused(Lvs lvs) throws IOException {
        settled(lvs, 3);
        Map<String, Map<String, Integer>> before = lvs.first.table();
        lvs.first.configure(file(lvs, 5, false).set("sheduler", "rr"));
        lvs.first.reload();
        Site.await("the refusal in the log", () -> lvs.first.host.lastWords(40).contains("sheduler"));
        // A check that failed meanwhile is no fault of the file's; a weight of the file's would not go away again.
        lvs.first.awaitTable("as before the refused file: " + before, before::equals);
        return "a file with an unknown key is named in the log, the table stays";
    }

    private static String killed(Lvs lvs) throws IOException {
        lvs.first.configure(file(lvs, 3, true));
        Holder holder = Holder.start(lvs.client, Traffic.at(Lvs.VIP, RealServer.ECHO), 20);
        Site.await("20 connections", () -> holder.open() == 20);
        ProcessHandle lvsd = lvs.first.host.process("Lvsd");
        if (lvsd == null) {
            throw new IllegalStateException("lvsd isn't there");
        }
        lvsd.destroyForcibly();
        Site.await("the end of lvsd", () -> !lvsd.isAlive());
        Traffic.get(lvs.client, Traffic.at(Lvs.VIP, 80), 5);
        // While it is dead its table is changed: a server goes, and a service the next file doesn't have stays behind.
        lvs.first.ipvsadm("-d", "-t", WEB, "-r", lvs.addresses(false).getFirst() + ":80");
        lvs.first.startLvsd();
        lvs.first.awaitServers(WEB, 3);
        lvs.first.awaitTable("nothing of the former file", table -> !table.containsKey(Lvs.VIP + ":8081"));
        int alive = holder.alive();
        if (alive != 20) {
            throw new IllegalStateException(alive + " of 20 connections live (" + holder.deaths() + ")");
        }
        return "traffic went on, what was changed meanwhile is mended, 20 of 20 connections live";
    }
}
