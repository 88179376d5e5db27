package io.muster.lvscf;

import static io.muster.finding.Shown.quoted;

import io.muster.finding.Findings;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.ServiceId;
import io.muster.lvscf.LvsConfig.FloatingAddress;
import io.muster.lvscf.LvsConfig.Heartbeat;
import io.muster.lvscf.LvsConfig.LoadMonitor;
import io.muster.lvscf.LvsConfig.Partner;
import io.muster.lvscf.LvsConfig.Server;
import io.muster.lvscf.LvsConfig.ServiceKind;
import io.muster.lvscf.LvsConfig.Virtual;
import io.muster.net.IpAddress;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Optional;

/// Makes the configuration of a file's blocks: defaults, and what follows from several keys together. What was
/// reported while it was read is replaced by its default here and never reported twice.
final class ConfigBuilder {
    private static final int DEFAULT_PORT = 80;

    private final Block file;
    private final Findings findings;
    private final Forwarding forwarding;

    ConfigBuilder(Block file, Findings findings) {
        this.file = file;
        this.findings = findings;
        this.forwarding = switch (file.text("network", "nat")) {
            case "direct" -> Forwarding.ROUTE;
            case "tunnel" -> Forwarding.TUNNEL;
            default -> Forwarding.MASQ;
        };
    }

    LvsConfig build() {
        Optional<IpAddress> primary = file.value("primary", IpAddress.class);
        Optional<IpAddress> backup = file.value("backup", IpAddress.class);
        Optional<IpAddress> primaryPrivate = file.value("primary_private", IpAddress.class);
        Optional<IpAddress> backupPrivate = file.value("backup_private", IpAddress.class);
        if (file.names("primary") && !file.names("primary_private") && file.names("backup_private")) {
            findings.warn(
                    file.place("backup_private"),
                    "backup_private is overwritten by backup, since primary_private is missing: give both or none");
            backupPrivate = Optional.empty();
        }
        var virtuals = new ArrayList<Virtual>();
        for (Block block : file.blocks(Block.Kind.VIRTUAL)) {
            virtuals.add(virtual(block));
        }
        var failovers = new ArrayList<Virtual>();
        for (Block block : file.blocks(Block.Kind.FAILOVER)) {
            failovers.add(virtual(block));
        }
        var config = new LvsConfig(
                partner(primary, primaryPrivate),
                partner(backup, backupPrivate),
                file.flag("backup_active", false),
                heartbeat(),
                forwarding,
                floating(file, "nat_router", "nat_nmask"),
                file.text("service", "lvs").equals("fos") ? ServiceKind.FOS : ServiceKind.LVS,
                file.text("rsh_command", "rsh"),
                file.flag("monitor_links", false),
                file.flag("syncdaemon", false),
                file.text("syncd_iface", "eth0"),
                syncId(),
                (int) file.number("tcp_timeout", 0),
                (int) file.number("tcpfin_timeout", 0),
                (int) file.number("udp_timeout", 0),
                file.flag("hard_shutdown", true),
                file.flag("drain_on_removal", true),
                file.text("active_cmd", ""),
                file.text("inactive_cmd", ""),
                file.text("debug_level", "NONE"),
                virtuals,
                failovers);
        new CrossChecks(file, config, findings).run();
        return config;
    }

    private static Optional<Partner> partner(Optional<IpAddress> open, Optional<IpAddress> secluded) {
        return open.map(address -> new Partner(address, secluded.orElse(address)));
    }

    private Heartbeat heartbeat() {
        return new Heartbeat(
                (int) file.number("heartbeat_port", 539),
                file.number("keepalive", 2000),
                file.number("deadtime", 5000),
                Heartbeat.Format.valueOf(file.text("heartbeat_format", "muster").toUpperCase(Locale.ROOT)),
                file.flag("preempt", false),
                file.number("preempt_wait", 60_000));
    }

    private int syncId() {
        long id = file.number("syncd_id", 0);
        if (id > 255) {
            findings.warn(
                    file.place("syncd_id"), "syncd_id: of " + id + " only the low 8 bits are used: " + (id & 255));
        }
        return (int) (id & 255);
    }

    private Optional<FloatingAddress> floating(Block block, String key, String maskKey) {
        Optional<Block.Placed> placed = block.value(key, Block.Placed.class);
        Optional<Block.Mask> mask = block.value(maskKey, Block.Mask.class);
        if (placed.isEmpty()) {
            return Optional.empty();
        }
        IpAddress address = placed.get().address();
        int prefix = placed.get().prefix();
        if (mask.isPresent()) {
            int length = mask.get().prefix(address.v6());
            if (length < 0) {
                findings.error(
                        block.place(maskKey),
                        maskKey + ": Bad subnet mask specified: "
                                + quoted(block.place(maskKey).text()) + " for " + address);
            } else if (prefix >= 0 && length != prefix) {
                findings.error(
                        block.place(maskKey),
                        maskKey + ": invalid argument "
                                + quoted(block.place(maskKey).text()) + ": " + key + " says /" + prefix);
            }
            prefix = prefix >= 0 ? prefix : length;
        }
        // ifconfig would have guessed a mask from the address's class, and with it a route. A host's own mask is
        // what an address that comes and goes needs.
        return Optional.of(
                new FloatingAddress(address, placed.get().device(), prefix >= 0 ? prefix : address.v6() ? 128 : 32));
    }

    private Virtual virtual(Block block) {
        TableKeys.check(block, forwarding, findings);
        boolean active = block.flag("active", false);
        Optional<FloatingAddress> address = floating(block, "address", "vip_nmask");
        int fwmark = (int) block.number("fwmark", 0);
        int port = (int) block.number("port", DEFAULT_PORT);
        var servers = new ArrayList<Server>();
        for (Block server : block.blocks(Block.Kind.SERVER)) {
            server(block, server, fwmark != 0, port).ifPresent(servers::add);
        }
        boolean v6 = address.map(FloatingAddress::address)
                .or(() -> servers.stream().map(Server::address).findFirst())
                .map(IpAddress::v6)
                .orElse(false);
        return new Virtual(
                block.name,
                active,
                address,
                fwmark,
                protocol(block),
                port,
                block.text("scheduler", "wlc"),
                TableKeys.flags(block, findings),
                (int) block.number("persistent", 0),
                pmask(block, v6),
                block.value("sorry_server", IpAddress.class),
                CheckRules.of(block, findings),
                block.number("reentry", 180_000),
                (int) block.number("retry", 0),
                block.flag("quiesce_server", false),
                LoadMonitor.valueOf(block.text("load_monitor", "none").toUpperCase(Locale.ROOT)),
                block.text("start_cmd", ""),
                block.text("stop_cmd", ""),
                Notifies.quorum(block, findings),
                servers);
    }

    private static int protocol(Block block) {
        return switch (block.text("protocol", "tcp")) {
            case "udp" -> ServiceId.UDP;
            case "sctp" -> ServiceId.SCTP;
            default -> ServiceId.TCP;
        };
    }

    private int pmask(Block block, boolean v6) {
        Optional<Block.Mask> mask = block.value("pmask", Block.Mask.class);
        if (mask.isEmpty()) {
            return v6 ? 128 : -1;
        }
        int length = mask.get().prefix(v6);
        if (length < 0) {
            findings.error(
                    block.place("pmask"),
                    "pmask: Bad subnet mask specified: "
                            + quoted(block.place("pmask").text())
                            + (v6 ? ": an IPv6 virtual takes the length of a prefix" : ""));
            return v6 ? 128 : -1;
        }
        return v6 ? length : -1 << 32 - length;
    }

    private Optional<Server> server(Block virtual, Block block, boolean marked, int port) {
        TableKeys.check(block, forwarding, findings);
        boolean active = block.flag("active", false);
        boolean own = block.names("port");
        boolean early = !own
                && virtual.entry("port")
                        .filter(entry -> entry.key().line() > block.at.line())
                        .isPresent();
        if (early && port != DEFAULT_PORT) {
            findings.warn(
                    block.at,
                    block.title() + " stands before the port line of " + virtual.title() + " and so has port "
                            + DEFAULT_PORT + ", not " + port + ": move the port line up");
        }
        int checked = (int) block.number("port", early ? DEFAULT_PORT : port);
        int table = forwarding == Forwarding.MASQ ? (marked && !own ? 0 : checked) : marked ? 0 : port;
        if (own && forwarding != Forwarding.MASQ && !marked && checked != port && active) {
            findings.warn(
                    block.place("port"),
                    "port: with network = " + file.text("network", "nat") + " connections arrive at the virtual's port "
                            + port + ", whatever stands here: " + checked + " is only checked");
        }
        Optional<IpAddress> address = block.value("address", IpAddress.class);
        if (address.isEmpty()) {
            if (active && !block.names("address")) {
                findings.error(block.at, virtual.title() + ": " + block.title() + ": address missing");
            }
            return Optional.empty();
        }
        return Optional.of(new Server(
                block.name,
                address.get(),
                active,
                checked,
                table,
                (int) block.number("weight", 1),
                TableKeys.limits(virtual, block),
                TableKeys.tunnel(virtual, block, forwarding),
                block.value("connect_ip", IpAddress.class).orElse(address.get()),
                (int) block.number("checkport", virtual.number("checkport", checked)),
                Notifies.server(block, virtual, findings)));
    }
}
