package io.muster.lvscf;

import io.muster.finding.Findings;
import io.muster.finding.Placed;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.ServiceId;
import io.muster.lvscf.LvsConfig.FloatingAddress;
import io.muster.lvscf.LvsConfig.Partner;
import io.muster.lvscf.LvsConfig.Server;
import io.muster.lvscf.LvsConfig.Virtual;
import io.muster.net.IpAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What only several lines together show. An error is what the table or the other director could not bear; what
/// would work, but hardly as meant, is a warning. Blocks that aren't active are left alone.
final class CrossChecks {
    /// INT_MAX ticks of a kernel with HZ 100, the least that is usual.
    private static final long MOST_TIMEOUT_S = Integer.MAX_VALUE / 100;

    private final Block file;
    private final LvsConfig config;
    private final Findings findings;
    private final Map<IpAddress, FloatingAddress> addresses = new HashMap<>();

    CrossChecks(Block file, LvsConfig config, Findings findings) {
        this.file = file;
        this.config = config;
        this.findings = findings;
    }

    void run() {
        directors();
        List<Block> blocks = file.blocks(Block.Kind.VIRTUAL);
        Map<ServiceId, Block> taken = new HashMap<>();
        Map<String, Block> names = new HashMap<>();
        boolean any = false;
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            Virtual virtual = config.virtuals().get(i);
            if (virtual.active()) {
                any = true;
                name(names, block);
                identity(taken, block, virtual);
                address(block, virtual);
                servers(block, virtual);
                Unbuilt.warn(block, findings);
                load(block, virtual);
            }
        }
        if (!any && config.service() == LvsConfig.ServiceKind.LVS && findings.usable()) {
            findings.warn(Placed.at(0, 0), "no active virtual block: nothing will be forwarded, and pulse won't start");
        }
        if (any
                && config.forwarding() == Forwarding.MASQ
                && file.names("network") == file.value("network", String.class).isPresent()
                && !file.names("nat_router")
                && config.backupActive()) {
            findings.warn(
                    Placed.at(0, 0),
                    "nat_router missing: with network = nat the real servers' gateway must move with the role, or their"
                            + " replies die with the director they go through");
        }
        for (String key : List.of("tcp_timeout", "tcpfin_timeout", "udp_timeout")) {
            if (file.number(key, 0) > MOST_TIMEOUT_S) {
                findings.warn(
                        file.place(key),
                        key + ": no kernel holds more than " + MOST_TIMEOUT_S
                                + " s, and one that counts 1000 ticks a second 2147483 s: it will be refused");
            }
        }
        Unbuilt.warnFile(file, findings);
    }

    private void directors() {
        boolean pair = config.backupActive();
        if (pair && !file.names("backup")) {
            findings.error(file.place("backup_active"), "backup_active: backup missing: which host is the backup?");
        }
        if (pair && !file.names("primary")) {
            findings.error(file.place("backup_active"), "backup_active: primary missing: which host is the primary?");
        }
        if (!pair && file.names("backup") && !file.names("backup_active")) {
            findings.warn(
                    file.place("backup"),
                    "backup: not used, since backup_active = 1 is missing: no heartbeats, nobody takes over");
        }
        if (config.primary().isPresent() && config.backup().isPresent()) {
            Partner primary = config.primary().get();
            Partner backup = config.backup().get();
            same("backup", primary.publicAddress(), backup.publicAddress());
            if (file.names("backup_private")) {
                same("backup_private", primary.privateAddress(), backup.privateAddress());
            }
        }
        long keepalive = config.heartbeat().keepaliveMs();
        long deadtime = config.heartbeat().deadtimeMs();
        Line.Token at = file.names("deadtime") ? file.place("deadtime") : file.place("keepalive");
        if (deadtime <= keepalive) {
            String text = "deadtime: " + ms(deadtime) + " isn't greater than keepalive, " + ms(keepalive)
                    + ": each director would declare the other dead between two heartbeats";
            if (pair) {
                findings.error(at, text);
            } else {
                findings.warn(at, text);
            }
        } else if (pair && deadtime < 2 * keepalive) {
            findings.warn(
                    at,
                    "deadtime: " + ms(deadtime) + " is less than two keepalives of " + ms(keepalive)
                            + ": one lost heartbeat is a take-over");
        }
    }

    private void same(String key, IpAddress one, IpAddress other) {
        if (one.equals(other)) {
            findings.error(file.place(key), key + ": invalid argument: " + other + " is the primary's address too");
        }
    }

    private void load(Block block, Virtual virtual) {
        if (virtual.loadMonitor() == LvsConfig.LoadMonitor.UPTIME
                && virtual.check().kind() != LvsConfig.CheckRule.Kind.PROGRAM) {
            findings.warn(
                    block.place("load_monitor"),
                    "load_monitor = uptime reads the load from what send_program prints, and there is none: weights stay"
                            + " as they are");
        }
    }

    private void name(Map<String, Block> names, Block block) {
        Block before = names.putIfAbsent(block.name, block);
        if (before != null) {
            findings.warn(
                    block.at,
                    block.title() + ": the name is taken, in line " + before.at.line()
                            + ": commands and figures can't tell the two apart");
        }
    }

    private void identity(Map<ServiceId, Block> taken, Block block, Virtual virtual) {
        if (virtual.address().isEmpty() && virtual.fwmark() == 0) {
            if (!block.names("address")) {
                findings.error(
                        block.at, block.title() + ": address missing: an active virtual needs one, or an fwmark");
            }
            return;
        }
        ServiceId id = virtual.fwmark() != 0
                ? ServiceId.mark(virtual.fwmark(), v6(virtual))
                : new ServiceId(
                        virtual.protocol(), virtual.address().orElseThrow().address(), virtual.port(), 0);
        Block before = taken.putIfAbsent(id, block);
        if (before != null) {
            findings.error(
                    virtual.fwmark() != 0 ? block.place("fwmark") : block.place("address"),
                    block.title() + ": " + id + " is taken by " + before.title() + ", line " + before.at.line());
        }
        if (virtual.fwmark() == 0 && virtual.port() == 0 && virtual.persistentS() == 0 && !block.names("persistent")) {
            findings.error(
                    block.place("port"), "port: invalid argument \"0\": for all ports a virtual must be persistent");
        }
    }

    private void address(Block block, Virtual virtual) {
        if (virtual.address().isEmpty()) {
            return;
        }
        IpAddress address = virtual.address().get().address();
        Stream.of(config.primary(), config.backup())
                .flatMap(Optional::stream)
                .flatMap(partner -> Stream.of(partner.publicAddress(), partner.privateAddress()))
                .filter(address::equals)
                .findFirst()
                .ifPresent(own -> findings.error(
                        block.place("address"),
                        "address: invalid argument: " + own + " is a director's own address, which must not move"));
        if (config.natRouter()
                .filter(router -> router.address().equals(address))
                .isPresent()) {
            findings.warn(
                    block.place("address"),
                    "address: " + address + " is nat_router, too, the gateway of the real servers: clients among them"
                            + " would be answered past the director");
        }
        FloatingAddress first = addresses.putIfAbsent(address, virtual.address().get());
        if (first != null && !first.equals(virtual.address().get())) {
            findings.warn(
                    block.place("address"),
                    "address: " + address + " has another device or netmask in another virtual: the first one's are"
                            + " used");
        }
    }

    private void servers(Block block, Virtual virtual) {
        boolean v6 = v6(virtual);
        boolean any = false;
        Set<String> names = new HashSet<>();
        Map<List<Object>, Server> taken = new HashMap<>();
        List<Block> places = block.blocks(Block.Kind.SERVER).stream()
                .filter(server -> server.value("address", IpAddress.class).isPresent())
                .toList();
        for (int i = 0; i < places.size(); i++) {
            Server server = virtual.servers().get(i);
            Line.Token at = places.get(i).place("address");
            if (!server.active()) {
                continue;
            }
            any = true;
            if (!names.add(server.name())) {
                findings.warn(places.get(i).at, places.get(i).title() + ": the name is taken in " + block.title());
            }
            Server before = taken.putIfAbsent(List.of(server.address(), server.tablePort()), server);
            if (before != null) {
                findings.error(
                        at,
                        "address: " + block.title() + " has server " + before.name() + " with this address and port");
            }
            family(at, "address", server.address(), v6);
            loopback(at, "address", server.address());
            router(at, "address", server.address());
            elsewhere(places.get(i), block, virtual, server);
            if (server.checkPort() == 0 && connects(virtual)) {
                findings.warn(
                        places.get(i).names("port") ? places.get(i).place("port") : block.place("port"),
                        "port: " + places.get(i).title() + ": the check goes to port 0, where nobody answers: give the"
                                + " server the port to check, or check = ping or a send_program");
            }
            if (virtual.address()
                    .filter(vip -> vip.address().equals(server.address()))
                    .isPresent()) {
                findings.error(at, "address: invalid argument: " + server.address() + " is the virtual's own address");
            }
        }
        if (!any && block.blocks(Block.Kind.SERVER).stream().noneMatch(CrossChecks::brokenButActive)) {
            findings.warn(block.at, block.title() + ": no active server");
        }
        virtual.sorryServer().ifPresent(sorry -> sorry(block, virtual, sorry, v6));
    }

    private void sorry(Block block, Virtual virtual, IpAddress sorry, boolean v6) {
        Line.Token at = block.place("sorry_server");
        family(at, "sorry_server", sorry, v6);
        loopback(at, "sorry_server", sorry);
        router(at, "sorry_server", sorry);
        if (virtual.address().filter(vip -> vip.address().equals(sorry)).isPresent()) {
            findings.error(at, "sorry_server: invalid argument: " + sorry + " is the virtual's own address");
        }
        virtual.servers().stream()
                .filter(server -> server.active() && server.address().equals(sorry))
                .findFirst()
                .ifPresent(server -> findings.warn(
                        at,
                        "sorry_server: " + sorry + " is server " + server.name()
                                + " too: it takes the connections whatever" + " its checks say"));
    }

    /// What says that a check goes elsewhere.
    private void elsewhere(Block place, Block block, Virtual virtual, Server server) {
        boolean program = virtual.check().kind() == LvsConfig.CheckRule.Kind.PROGRAM;
        if (place.names("checkport") && !connects(virtual) && !program) {
            findings.warn(place.place("checkport"), "checkport: not used with check = " + block.text("check", "ping"));
        }
        if (program && (place.names("checkport") || place.names("connect_ip"))) {
            String word = place.names("checkport") ? "%p" : "%h";
            if (!List.of(virtual.check().program().split("[ \t]+")).contains(word)) {
                String key = place.names("checkport") ? "checkport" : "connect_ip";
                findings.warn(place.place(key), key + ": not used, since send_program has no " + word);
            }
        }
        if (place.names("connect_ip")
                && virtual.address()
                        .filter(vip -> vip.address().equals(server.checkAddress()))
                        .isPresent()) {
            findings.error(
                    place.place("connect_ip"),
                    "connect_ip: invalid argument: " + server.checkAddress()
                            + " is the virtual's own address: the director would ask itself");
        }
    }

    /// What the check of a server is sent to by its port.
    private static boolean connects(Virtual virtual) {
        return switch (virtual.check().kind()) {
            case CONNECT, TALK, HTTP, HTTPS, DNS, SMTP -> true;
            case PING, PROGRAM -> false;
        };
    }

    private void loopback(Line.Token at, String key, IpAddress server) {
        if (config.forwarding() == Forwarding.MASQ && server.inet().isLoopbackAddress()) {
            findings.warn(
                    at,
                    key + ": with network = nat the kernel drops what would go to " + server
                            + ": an address of one of the director's interfaces works");
        }
    }

    private void router(Line.Token at, String key, IpAddress server) {
        if (config.natRouter().filter(router -> router.address().equals(server)).isPresent()) {
            findings.error(
                    at,
                    key + ": invalid argument: " + server
                            + " is nat_router, the gateway of the real servers, which moves" + " with the role");
        }
    }

    private static boolean brokenButActive(Block server) {
        return server.flag("active", false);
    }

    private void family(Line.Token at, String key, IpAddress server, boolean v6) {
        if (server.v6() != v6 && config.forwarding() != Forwarding.TUNNEL) {
            findings.error(
                    at,
                    key + ": invalid argument: " + server + " is " + (v6 ? "no IPv6 address" : "an IPv6 address")
                            + " and the virtual's is" + (v6 ? "" : "n't") + ": only tunnels go from one to the other");
        }
    }

    private static boolean v6(Virtual virtual) {
        return virtual.address()
                .map(FloatingAddress::address)
                .or(() -> virtual.servers().stream().map(Server::address).findFirst())
                .map(IpAddress::v6)
                .orElse(false);
    }

    private static String ms(long ms) {
        return ms % 1000 == 0 ? ms / 1000 + " s" : ms + " ms";
    }
}
