package io.muster.doctor;

import io.muster.ipvs.Forwarding;
import io.muster.lvscf.LvsConfig;
import io.muster.lvscf.LvsConfig.FloatingAddress;
import io.muster.lvscf.LvsConfig.Heartbeat;
import io.muster.lvscf.LvsConfig.Virtual;
import io.muster.net.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Judges a director by what was seen on it: what is wrong, why it hurts, and what mends it. Pure: the same facts give
/// the same findings, in the order in which an operator would go about them: machine, roles, network, real servers.
///
/// Source of the rules: what the LVS documents call the ARP problem, the kernel's ip-sysctl and ipvs-sysctl, and the
/// faults that people bring to LVS mailing lists.
public final class Doctor {
    private final LvsConfig config;
    private final MachineFacts facts;
    private final List<Finding> findings = new ArrayList<>();
    private final List<Virtual> active;
    private final Set<FloatingAddress> floating = new LinkedHashSet<>();
    private final boolean nat;

    private Doctor(LvsConfig config, MachineFacts facts) {
        this.config = config;
        this.facts = facts;
        this.active = config.virtuals().stream().filter(Virtual::active).toList();
        this.nat = config.forwarding() == Forwarding.MASQ;
        active.forEach(virtual -> virtual.address().ifPresent(floating::add));
    }

    public static List<Finding> examine(LvsConfig config, MachineFacts facts) {
        var doctor = new Doctor(config, facts);
        doctor.kernel();
        doctor.identity();
        doctor.key();
        doctor.devices();
        doctor.forwarding();
        doctor.whileRunning();
        new LanRules(config, facts, doctor.findings).run();
        return List.copyOf(doctor.findings);
    }

    private void found(String subject, String problem, String why, String mend) {
        findings.add(new Finding(subject, problem, why, mend));
    }

    private void kernel() {
        if (!facts.ipvs()) {
            found(
                    "IPVS",
                    facts.ipvsReason(),
                    "without it nothing is forwarded; only addresses can move",
                    "modprobe ip_vs; where there is no such module, install the kernel's full set of modules");
            return;
        }
        if (facts.modules().isEmpty()) {
            return;
        }
        active.stream().map(Virtual::scheduler).distinct().forEach(scheduler -> {
            if (!facts.modules().contains("ip_vs_" + scheduler)) {
                found(
                        "scheduler " + scheduler,
                        "this kernel has no module ip_vs_" + scheduler,
                        "virtual servers that ask for it can't be set up",
                        "another scheduler in lvs.cf (wlc is everywhere), or a kernel that has it");
            }
        });
        if (config.forwarding() == Forwarding.TUNNEL && !facts.modules().contains("ipip")) {
            found(
                    "tunnel",
                    "this kernel has no module ipip",
                    "it is what unpacks tunnelled packets on a real server; a director alone does without",
                    "a kernel that has it, on every real server");
        }
    }

    private void identity() {
        if (config.primary().isEmpty() && !config.backupActive()) {
            return;
        }
        boolean known = Stream.of(config.primary(), config.backup())
                .flatMap(Optional::stream)
                .anyMatch(partner -> facts.deviceOf(partner.publicAddress()).isPresent());
        if (!known) {
            found(
                    "role",
                    "this machine has neither the primary's address nor the backup's",
                    "pulse takes whoever isn't the primary for the backup: two of those, and nobody is missed",
                    "correct primary and backup in lvs.cf, or set up the missing address");
        }
        for (IpAddress silent : new TreeSet<>(facts.silent())) {
            found(
                    "partner " + silent,
                    "doesn't answer an echo request",
                    "if heartbeats (UDP port " + config.heartbeat().port() + ") get lost too, both directors become"
                            + " active",
                    "look at the cable, the other director and the firewalls between them");
        }
    }

    private void key() {
        if (!config.backupActive() || config.heartbeat().format() != Heartbeat.Format.MUSTER) {
            return;
        }
        String file = "/etc/sysconfig/ha/lvs.key";
        if (facts.key().isEmpty()) {
            found(
                    "key",
                    "there is no " + file,
                    "directors understand each other only with the same key",
                    "muster keygen " + file + " on one director, then copy it to the other");
            return;
        }
        MachineFacts.KeyFile key = facts.key().get();
        if ((key.mode() & 077) != 0) {
            found(
                    "key",
                    file + " has mode " + Integer.toOctalString(key.mode()),
                    "whoever reads it can make a director give up its addresses",
                    "chmod 0400 " + file);
        }
        if (key.octets() < 32) {
            found(
                    "key",
                    file + " has " + key.octets() + " octets",
                    "fewer than 32 are refused",
                    "muster keygen -f " + file + ", and the new one on both directors");
        }
    }

    private void devices() {
        var wanted = new TreeMap<String, String>();
        floating.forEach(
                address -> wanted.merge(address.baseDevice(), address.address().toString(), (a, b) -> a + ", " + b));
        config.natRouter().ifPresent(router -> wanted.merge(router.baseDevice(), "nat_router", (a, b) -> a + ", " + b));
        if (config.syncDaemon()) {
            wanted.merge(config.syncInterface(), "syncd_iface", (a, b) -> a + ", " + b);
        }
        wanted.forEach((device, use) -> {
            Boolean works = facts.devices().get(device);
            if (works == null) {
                found(
                        "device " + device,
                        "isn't on this machine",
                        "lvs.cf wants it for " + use,
                        "correct the device in lvs.cf: ip -br link");
            } else if (!works) {
                found(
                        "device " + device,
                        "is down or has no carrier",
                        "lvs.cf wants it for " + use,
                        "ip link set " + device + " up, and look at its cable");
            }
        });
    }

    private void forwarding() {
        boolean four = active.stream().anyMatch(virtual -> family(virtual, false));
        boolean six = active.stream().anyMatch(virtual -> family(virtual, true));
        if (nat && four) {
            forwards("net.ipv4.ip_forward");
        }
        if (nat && six) {
            forwards("net.ipv6.conf.all.forwarding");
        }
    }

    private void forwards(String name) {
        if (facts.setting(name).filter(value -> value == 0).isPresent()) {
            found(
                    name,
                    "is 0",
                    "with network = nat the real servers' replies go through this machine, which drops them",
                    "sysctl -w " + name + "=1, and the same line in /etc/sysctl.d");
        }
    }

    private static boolean family(Virtual virtual, boolean v6) {
        return virtual.servers().stream().anyMatch(server -> server.address().v6() == v6);
    }

    /// What pulse and lvsd set themselves: to be found only if somebody has set it back.
    private void whileRunning() {
        if (facts.lvsdRuns()) {
            for (String name : List.of("expire_quiescent_template", "expire_nodest_conn", "conn_reuse_mode")) {
                String full = "net.ipv4.vs." + name;
                if (facts.setting(full).filter(value -> value == 0).isPresent()) {
                    found(
                            full,
                            "is 0, though lvsd sets 1 where it may",
                            "clients stick to a server that is being drained or is gone",
                            "sysctl -w " + full + "=1");
                }
            }
        }
        if (facts.pulseRuns()) {
            Set<String> seen = new LinkedHashSet<>();
            for (FloatingAddress address : floating) {
                String device = address.baseDevice();
                if (!address.address().v6()
                        && address.prefix() < 32
                        && seen.add(device)
                        && facts.effective("promote_secondaries", device) == 0
                        && facts.devices().containsKey(device)) {
                    found(
                            "promote_secondaries on " + device,
                            "is 0",
                            "removing one address of a network takes the others of that network along",
                            "sysctl -w net.ipv4.conf." + device + ".promote_secondaries=1");
                }
            }
        }
    }
}
