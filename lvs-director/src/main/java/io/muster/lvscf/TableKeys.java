package io.muster.lvscf;

import static io.muster.finding.Shown.quoted;

import io.muster.finding.Findings;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.SchedulerFlag;
import io.muster.ipvs.Tunnel;
import io.muster.ipvs.VirtualService;
import io.muster.lvscf.LvsConfig.Limits;
import java.util.List;
import java.util.Optional;

/// Muster's own keys that only the table heeds: they say what ipvsadm(8) has options for, and what it refuses is
/// refused here. Of a server and its virtual the server's count, all of a kind together.
final class TableKeys {
    private static final List<String> LIMITS = List.of("u_threshold", "l_threshold");
    private static final List<String> SUMS = List.of("tun_nocsum", "tun_csum", "tun_remcsum");
    private static final List<String> TUNNEL = List.of("tun_type", "tun_port", "tun_nocsum", "tun_csum", "tun_remcsum");

    private TableKeys() {}

    static int flags(Block virtual, Findings findings) {
        int flags = 0;
        String scheduler = virtual.text("scheduler", "wlc");
        for (Object each : virtual.value("sched_flags", List.class).orElse(List.of())) {
            SchedulerFlag flag = (SchedulerFlag) each;
            if (flag.fits(scheduler)) {
                flags |= flag.bit();
            } else {
                findings.error(
                        virtual.place("sched_flags"),
                        "sched_flags: invalid argument " + quoted(flag.name()) + ": " + flag.scheduler()
                                + "'s, and the scheduler is " + scheduler);
            }
        }
        if (virtual.flag("ops", false)) {
            flags |= VirtualService.ONE_PACKET;
            if (virtual.number("fwmark", 0) == 0
                    && !virtual.text("protocol", "tcp").equals("udp")) {
                findings.error(
                        virtual.place("ops"),
                        "ops: invalid argument \"1\": one-packet scheduling is for protocol = udp, or an fwmark");
            }
        }
        return flags;
    }

    /// What is wrong with those of one block, a virtual or a server.
    static void check(Block block, Forwarding forwarding, Findings findings) {
        long upper = block.number("u_threshold", 0);
        long lower = block.number("l_threshold", 0);
        boolean read = !block.names("u_threshold")
                || block.value("u_threshold", Long.class).isPresent();
        if (lower > upper && read) {
            findings.error(
                    block.place("l_threshold"),
                    "l_threshold: invalid argument \"" + lower + "\": "
                            + (upper == 0 ? "u_threshold missing" : "more than u_threshold, " + upper)
                            + ": a server that was full takes connections again below it");
        }
        if (forwarding == Forwarding.TUNNEL) {
            tunnel(block, findings);
            return;
        }
        for (String key : TUNNEL) {
            if (block.names(key)) {
                findings.warn(block.place(key), key + " has no effect here: only network = tunnel wraps packets");
            }
        }
    }

    private static void tunnel(Block block, Findings findings) {
        if (block.names("tun_type") && block.value("tun_type", String.class).isEmpty()) {
            return;
        }
        String type = block.text("tun_type", "ipip");
        boolean gue = type.equals("gue");
        if (gue && !block.names("tun_port")) {
            findings.error(
                    block.place("tun_type"), "tun_type: tun_port missing: gue needs the UDP port of its packets");
        } else if (!gue && block.names("tun_port")) {
            findings.error(
                    block.place("tun_port"),
                    "tun_port: invalid argument "
                            + quoted(block.place("tun_port").text()) + ": " + type
                            + " has no port, only tun_type = gue");
        }
        String before = "";
        for (String key : SUMS) {
            if (!block.flag(key, false)) {
                continue;
            }
            if (!gue && (!type.equals("gre") || key.equals("tun_remcsum"))) {
                findings.error(
                        block.place(key), key + ": invalid argument \"1\": tun_type = " + type + " doesn't have it");
            } else if (!before.isEmpty()) {
                findings.error(block.place(key), key + ": invalid argument \"1\": " + before + " = 1 says otherwise");
            }
            before = key;
        }
    }

    static Optional<Limits> limits(Block virtual, Block server) {
        return whose(virtual, server, LIMITS)
                .map(from -> new Limits((int) from.number("u_threshold", 0), (int) from.number("l_threshold", 0)));
    }

    static Tunnel tunnel(Block virtual, Block server, Forwarding forwarding) {
        Optional<Block> from = whose(virtual, server, TUNNEL);
        if (from.isEmpty() || forwarding != Forwarding.TUNNEL) {
            return Tunnel.NONE;
        }
        Block block = from.get();
        int flags = block.flag("tun_csum", false) ? Tunnel.CHECKSUM : 0;
        flags |= block.flag("tun_remcsum", false) ? Tunnel.REMOTE_CHECKSUM : 0;
        return switch (block.text("tun_type", "ipip")) {
            case "gue" -> new Tunnel(Tunnel.GUE, (int) block.number("tun_port", 0), flags);
            case "gre" -> new Tunnel(Tunnel.GRE, 0, flags);
            default -> Tunnel.NONE;
        };
    }

    /// Which of the two says something of it.
    private static Optional<Block> whose(Block virtual, Block server, List<String> keys) {
        return List.of(server, virtual).stream()
                .filter(block -> keys.stream().anyMatch(block::names))
                .findFirst();
    }
}
