package io.muster.doctor;

import io.muster.ipvs.Forwarding;
import io.muster.lvscf.LvsConfig;
import io.muster.lvscf.LvsConfig.FloatingAddress;
import io.muster.lvscf.LvsConfig.Server;
import io.muster.lvscf.LvsConfig.Virtual;
import io.muster.net.IpAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The part of [Doctor] that looks at packets' ways: between clients, directors and real servers.
final class LanRules {
    private final LvsConfig config;
    private final MachineFacts facts;
    private final List<Finding> findings;
    private final List<Virtual> active;
    private final Set<FloatingAddress> floating = new LinkedHashSet<>();
    private final boolean nat;

    LanRules(LvsConfig config, MachineFacts facts, List<Finding> findings) {
        this.config = config;
        this.facts = facts;
        this.findings = findings;
        this.active = config.virtuals().stream().filter(Virtual::active).toList();
        this.nat = config.forwarding() == Forwarding.MASQ;
        active.forEach(virtual -> virtual.address().ifPresent(floating::add));
    }

    void run() {
        reversePath();
        redirects();
        realServers();
        virtualAddresses();
    }

    private void found(String subject, String problem, String why, String mend) {
        findings.add(new Finding(subject, problem, why, mend));
    }

    /// Strict on the clients' side while replies leave by another: the kernel takes every client's packet for forged.
    private void reversePath() {
        Set<String> seen = new LinkedHashSet<>();
        for (FloatingAddress address : floating) {
            String device = address.baseDevice();
            if (!address.address().v6()
                    && seen.add(device)
                    && facts.defaultDevice().filter(way -> !way.equals(device)).isPresent()
                    && facts.effective("rp_filter", device) == 1) {
                found(
                        "rp_filter on " + device,
                        "is strict (1), while the default route leaves by "
                                + facts.defaultDevice().get(),
                        "clients from afar that come in there are dropped without a word",
                        "sysctl -w net.ipv4.conf." + device + ".rp_filter=2");
            }
        }
    }

    private void redirects() {
        Set<String> seen = new LinkedHashSet<>();
        boolean forwards = facts.setting("net.ipv4.ip_forward").orElse(0) != 0;
        for (Virtual virtual : active) {
            for (Server server : servers(virtual)) {
                Optional<String> shared = virtual.address()
                        .map(FloatingAddress::baseDevice)
                        .filter(device -> device.equals(device(server)));
                if (shared.isPresent()
                        && !server.address().v6()
                        && (nat || forwards)
                        && seen.add(shared.get())
                        && facts.effective("send_redirects", shared.get()) != 0) {
                    String device = shared.get();
                    found(
                            "send_redirects on " + device,
                            "is on, with clients' side and real servers on one LAN",
                            "this machine tells real servers of a shorter way than itself; replies that take it are"
                                    + " refused by the clients",
                            "sysctl -w net.ipv4.conf.all.send_redirects=0 net.ipv4.conf." + device
                                    + ".send_redirects=0");
                }
            }
        }
    }

    private void realServers() {
        Set<IpAddress> seen = new LinkedHashSet<>();
        for (Virtual virtual : active) {
            for (Server server : servers(virtual)) {
                MachineFacts.Path path = facts.routes().get(server.address());
                if (path != null && seen.add(server.address())) {
                    judge(virtual, server, path);
                }
            }
        }
    }

    private void judge(Virtual virtual, Server server, MachineFacts.Path path) {
        String subject = "real server " + server.address();
        if (path.local() || config.forwarding() == Forwarding.TUNNEL) {
            return;
        }
        if (path.gateway().isPresent()) {
            if (nat) {
                found(
                        subject,
                        "is behind the router " + path.gateway().get(),
                        "with network = nat its replies must come back through this machine, and that router has no"
                                + " reason to send them here",
                        "put it on a LAN of the directors, with nat_router as its gateway, or use network = tunnel");
            } else {
                found(
                        subject,
                        "is behind the router " + path.gateway().get(),
                        "network = direct only changes the frame's address: it reaches the directors' own LAN and no"
                                + " further",
                        "put it on a LAN of the directors, or use network = tunnel");
            }
            return;
        }
        Optional<String> outside = virtual.address().map(FloatingAddress::baseDevice);
        if (!nat && outside.isPresent() && !outside.get().equals(path.device())) {
            found(
                    subject,
                    "is on " + path.device() + ", the virtual address on " + outside.get(),
                    "if its way out is this machine, its replies come from an address that is this machine's own, and"
                            + " are dropped as forged",
                    "give it a way out that isn't a director (ip route on the real server), or use network = nat");
        }
        if (nat
                && config.natRouter().isPresent()
                && outside.isPresent()
                && outside.get().equals(path.device())) {
            found(
                    subject,
                    "is on the clients' LAN (" + path.device() + ")",
                    "clients on that LAN get its replies straight, from an address they never asked",
                    "a LAN of their own for real servers, or network = direct; clients from elsewhere are all right");
        }
    }

    private void virtualAddresses() {
        Set<IpAddress> real = new LinkedHashSet<>();
        active.forEach(virtual -> servers(virtual).forEach(server -> real.add(server.address())));
        for (FloatingAddress vip : floating) {
            IpAddress address = vip.address();
            Optional<String> here = facts.deviceOf(address);
            Set<String> others = facts.answers().getOrDefault(address, new TreeSet<>());
            int elsewhere = 0;
            for (String mac : others) {
                IpAddress who = facts.neighbours().get(mac);
                if (who != null && real.contains(who)) {
                    found(
                            "real server " + who,
                            "answers ARP for the virtual address " + address,
                            "clients that ask just then go straight to it, past the director",
                            "lvsctl realserver up " + address + " on " + who);
                } else {
                    elsewhere++;
                    if (here.isPresent() && !here.get().equals("lo")) {
                        found(
                                "virtual address " + address,
                                "is on another machine too: " + mac + (who == null ? "" : " (" + who + ")"),
                                "two directors are active, or a stranger has the address: clients go to either",
                                "on the other machine: ip addr show to " + address + "; if it is the other director,"
                                        + " see whether heartbeats get through");
                    }
                }
            }
            if (here.isEmpty() && elsewhere > 1) {
                found(
                        "virtual address " + address,
                        "is on " + elsewhere + " machines: " + String.join(", ", others),
                        "clients go to either",
                        "find the one that isn't the active director");
            }
            if (here.filter("lo"::equals).isPresent() && !config.backupActive()) {
                found(
                        "virtual address " + address,
                        "is on lo here",
                        "this machine is set up as a real server for it and forwards nothing",
                        "lvsctl realserver down " + address);
            }
        }
    }

    private static List<Server> servers(Virtual virtual) {
        return virtual.servers().stream().filter(Server::active).toList();
    }

    private String device(Server server) {
        MachineFacts.Path path = facts.routes().get(server.address());
        return path == null || path.gateway().isPresent() ? "" : path.device();
    }
}
