package io.muster.bed.scenario;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/// All real servers are restarted one after the other, under load, without a client noticing.
public final class Draining {
    private static final int PER_SECOND = 500;

    /// What a machine that is too slow for that has under way at once.
    private static final int AT_MOST = 500;

    private final Report report;

    Draining(Report report) {
        this.report = report;
    }

    /// Persistence off, then on.
    void rollingRestart() throws IOException {
        try (Lvs lvs = Lvs.nat(3)) {
            lvs.activateFirst();
            lvs.serve();
            String web = Lvs.VIP + ":80";
            lvs.first.configure(file(lvs, false));
            lvs.first.startLvsd();
            report.prove("readyToDrain", lvs.directors(), () -> {
                lvs.first.awaitServers(web, 3);
                return "three servers";
            });
            report.prove("rollingRestartLosesNoRequest", lvs.directors(), () -> restart(lvs, web));
            report.prove("persistentService", lvs.directors(), () -> {
                lvs.first.configure(file(lvs, true));
                lvs.first.reload();
                Site.await("persistence", () -> lvs.first.ipvsadm("-Sn").contains("-p 300"));
                lvs.first.awaitServers(web, 3);
                return "three servers";
            });
            report.prove("rollingRestartWithPersistenceLosesNoRequest", lvs.directors(), () -> restart(lvs, web));
            report.prove("handSetZeroIsKeptAsDrain", lvs.directors(), () -> byHand(lvs, web));
        }
    }

    private static LvsCf file(Lvs lvs, boolean persistent) {
        LvsCf file = lvs.file().set("primary", "10.2.0.1");
        String address = Lvs.VIP + " eth0:1";
        return persistent
                ? file.virtual("web", address, 80, lvs.addresses(false), "scheduler = rr", "persistent = 300")
                : file.virtual("web", address, 80, lvs.addresses(false), "scheduler = rr");
    }

    private static String restart(Lvs lvs, String web) throws IOException {
        var from = List.of(
                Traffic.at("10.2.0.100", 0),
                Traffic.at("10.2.0.101", 0),
                Traffic.at("10.2.0.102", 0),
                Traffic.at("10.2.0.103", 0));
        Requests requests = Requests.start(lvs.client, Traffic.at(Lvs.VIP, 80), from, PER_SECOND)
                .atMost(AT_MOST);
        long began = System.nanoTime();
        Site.await("traffic", () -> requests.tally().answered() > 500);
        for (int i = 0; i < lvs.reals.size(); i++) {
            Host real = lvs.reals.get(i);
            String address = lvs.addresses(false).get(i);
            lvs.first
                    .host
                    .command("lvsctl", "drain", address, "--deadline", Integer.toString(Site.PATIENCE_MS / 1_000))
                    .expectOk("lvsctl drain " + address);
            lvs.first.awaitServer(web, address + ":80", false);
            // In the midst of a handshake a connection isn't active yet; and what the server has said, the client may
            // not have read yet.
            long drained = System.nanoTime();
            Site.await("the end of what was under way", () -> requests.overUpTo(drained));
            Site.await(real.name + " without open connections", () -> active(lvs, address) == 0);
            requests.mark();
            real.closeServers();
            // As long as a restart takes; meanwhile the others answer.
            long answered = requests.tally().answered();
            Site.await("answers of the others", () -> requests.tally().answered() > answered + PER_SECOND / 2);
            RealServer.start(real);
            if (requests.tally().bodies().containsKey(real.name)) {
                throw new IllegalStateException(real.name + " got requests while it was drained");
            }
            lvs.first.host.command("lvsctl", "undrain", address).expectOk("lvsctl undrain " + address);
            lvs.first.awaitServer(web, address + ":80", true);
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        Requests.Tally tally = requests.finish();
        if (tally.failed() > 0) {
            throw new IllegalStateException(
                    tally.failed() + " of " + tally.sent() + " requests failed: " + tally.reasons());
        }
        return String.format(
                Locale.ROOT,
                "%d requests at %.0f a second, none failed, longest gap %.0f ms",
                tally.sent(),
                tally.sent() / seconds,
                tally.gapMs());
    }

    /// Connections of a real server that aren't closing, as the kernel counts them.
    private static long active(Lvs lvs, String address) {
        return lvs.first
                .ipvsadm("-Ln")
                .lines()
                .filter(line -> line.contains("-> " + address + ":80 "))
                .mapToLong(line -> Long.parseLong(line.strip().split("\\s+")[4]))
                .sum();
    }

    private static String byHand(Lvs lvs, String web) {
        String server = lvs.addresses(false).getFirst() + ":80";
        lvs.first.ipvsadm("-e", "-t", web, "-r", server, "-m", "-w", "0");
        Site.await("the drain in lvsctl status", () -> {
            String status = lvs.first.host.command("lvsctl", "status").out();
            return status.lines().anyMatch(line -> line.contains(server.replace(":80", "")) && line.contains("drain"));
        });
        lvs.first.awaitServer(web, server, false);
        lvs.first
                .host
                .command("lvsctl", "undrain", lvs.addresses(false).getFirst())
                .expectOk("lvsctl undrain");
        lvs.first.awaitServer(web, server, true);
        return "shown by lvsctl status, ended by lvsctl undrain";
    }
}
