package io.muster.bed.scenario;

import java.io.IOException;
import java.util.List;

/// The death of the active director's host where clients, or the real servers' gateway, have IPv6 addresses.
public final class Families {
    private final Report report;

    Families(Report report) {
        this.report = report;
    }

    /// NAT over IPv6: the real servers' gateway is an IPv6 address, and moves with the role.
    void natIpv6() throws IOException {
        try (Lvs lvs = Lvs.nat(2)) {
            for (Host real : lvs.reals) {
                real.sh("ip -6 route replace default via " + Lvs.ROUTER6);
            }
            lvs.serve();
            String at = "[" + Lvs.VIP6 + "]:";
            Pair pair = new Pair(
                    lvs,
                    Takeover.services(Pair.file6(lvs), lvs, Lvs.VIP6, "eth0"),
                    List.of(at + "80", at + "7", "UDP " + at + "7"),
                    Lvs.VIP6);
            report.prove("pairIsReadyForNatOverIpv6", lvs.directors(), () -> {
                pair.start();
                return pair.active().host.name + " is active";
            });
            Holder holder = Holder.start(lvs.client, Traffic.at(Lvs.VIP6, RealServer.ECHO), 100);
            Requests requests = Requests.start(lvs.client, Traffic.at(Lvs.VIP6, RealServer.HTTP), List.of(), 20);
            report.prove("natOverIpv6SurvivesDeathOfDirector", lvs.directors(), () -> {
                Site.await("100 connections", () -> holder.open() == 100);
                Director dead = pair.active();
                pair.awaitConnections(pair.other(dead), Lvs.VIP6, 100);
                Flow flow = Flow.start(lvs.client, pair.other(dead), Lvs.VIP6);
                String story = Takeover.die(lvs, pair, dead, holder, requests);
                flow.goesOn(pair.other(dead));
                return story + "; a flow of datagrams too";
            });
        }
    }

    /// Direct routing, both families.
    void bothFamilies() throws IOException {
        try (Lvs lvs = Lvs.direct(2)) {
            lvs.serve();
            LvsCf file = Takeover.services(Pair.file(lvs, false), lvs, Lvs.VIP, "eth0:1");
            Takeover.services(file, lvs, Lvs.VIP6, "eth0");
            Pair pair = new Pair(lvs, file, List.of(Lvs.VIP + ":7", "[" + Lvs.VIP6 + "]:80", "[" + Lvs.VIP6 + "]:7"));
            report.prove("pairIsReadyForBothFamilies", lvs.directors(), () -> {
                pair.start();
                return pair.active().host.name + " is active";
            });
            Holder four = Holder.start(lvs.client, Traffic.at(Lvs.VIP, RealServer.ECHO), 100);
            Holder six = Holder.start(lvs.client, Traffic.at(Lvs.VIP6, RealServer.ECHO), 100);
            Requests requests = Requests.start(lvs.client, Traffic.at(Lvs.VIP6, RealServer.HTTP), List.of(), 20);
            report.prove("bothFamiliesSurviveDeathOfDirectRoutingDirector", lvs.directors(), () -> {
                Site.await("200 connections", () -> four.open() == 100 && six.open() == 100);
                Director dead = pair.active();
                pair.awaitConnections(pair.other(dead), Lvs.VIP, 100);
                pair.awaitConnections(pair.other(dead), Lvs.VIP6, 100);
                String story = Takeover.die(lvs, pair, dead, six, requests);
                int alive4 = four.alive();
                Takeover.enough(alive4, 100, "alive over IPv4 (" + four.silent() + ")");
                return "IPv6: " + story + "; IPv4: " + alive4 + " of 100";
            });
        }
    }
}
