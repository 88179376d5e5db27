package io.muster.ipvs.cli;

import io.muster.ipvs.Destination;
import io.muster.ipvs.DestinationEntry;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.SchedulerFlag;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.Stats;
import io.muster.ipvs.SyncDaemon;
import io.muster.ipvs.TableInfo;
import io.muster.ipvs.Timeouts;
import io.muster.ipvs.Tunnel;
import io.muster.ipvs.VirtualService;
import io.muster.net.IpAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What `ipvsadm -L` prints: text from records, octet for octet as the original's.
///
/// Names of IPv4 services and servers are cut at 28 characters; IPv6 ones never are, and shift their line. With
/// `--stats` and `--rate` the first wins; with `--thresholds`, `--persistent-conn` and `--tun-info` too.
///
/// Source: section 4 of our notes and `ipvsadm` 1.31 as observed.
final class Listing {
    private static final int NAME = 28;
    private static final String REMOTE = "  -> RemoteAddress:Port";

    private final Request.List how;
    private final Names names;
    private final Columns columns;

    private enum Columns {
        STATS,
        RATE,
        THRESHOLDS,
        PERSISTENT_CONN,
        TUN_INFO,
        PLAIN
    }

    Listing(Request.List how, Names names) {
        this.how = how;
        this.names = names;
        columns = Arrays.stream(Columns.values())
                .filter(each -> each == Columns.PLAIN || how.is(Part.valueOf(each.name())))
                .findFirst()
                .orElse(Columns.PLAIN);
    }

    /// All services, under the line that names the version.
    String table(TableInfo info, List<ServiceEntry> entries) {
        var text = new StringBuilder("IP Virtual Server version ")
                .append(info.versionText())
                .append(" (size=")
                .append(info.connTabSize())
                .append(")\n");
        return text.append(services(entries)).toString();
    }

    /// The title, and these services.
    String services(List<ServiceEntry> entries) {
        var text = new StringBuilder(title());
        for (ServiceEntry entry : how.is(Part.NOSORT) ? entries : ListingOrder.services(entries)) {
            service(text, entry);
        }
        return text.toString();
    }

    static String timeouts(Timeouts timeouts) {
        return "Timeout (tcp tcpfin udp): " + timeouts.tcpS() + " " + timeouts.tcpFinS() + " " + timeouts.udpS() + "\n";
    }

    static String daemons(List<SyncDaemon> daemons) {
        var text = new StringBuilder();
        for (boolean master : new boolean[] {true, false}) {
            for (SyncDaemon daemon : daemons) {
                if (daemon.master() == master) {
                    text.append(daemon(daemon)).append('\n');
                }
            }
        }
        return text.toString();
    }

    private static String daemon(SyncDaemon daemon) {
        IpAddress group = daemon.group();
        return (daemon.master() ? "master" : "backup") + " sync daemon (mcast=" + daemon.mcastInterface() + ", syncid="
                + daemon.syncId() + ", maxlen=" + daemon.maxBytes() + ", group="
                + group.bracketed() + ", port=" + daemon.port() + ", ttl=" + daemon.ttl() + ")";
    }

    private String title() {
        return switch (columns) {
            case STATS ->
                "Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n" + REMOTE + "\n";
            case RATE ->
                "Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS\n" + REMOTE + "\n";
            case THRESHOLDS ->
                "Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn \n" + REMOTE + "\n";
            case PERSISTENT_CONN ->
                "Prot LocalAddress:Port            Weight    PersistConn ActiveConn InActConn \n" + REMOTE + "\n";
            case TUN_INFO ->
                "Prot LocalAddress:Port Scheduler Flags\n" + REMOTE
                        + "           Forward TunnelInfo    Weight ActiveConn InActConn\n";
            case PLAIN ->
                "Prot LocalAddress:Port Scheduler Flags\n" + REMOTE
                        + "           Forward Weight ActiveConn InActConn\n";
        };
    }

    private void service(StringBuilder text, ServiceEntry entry) {
        VirtualService service = entry.service();
        ServiceId id = service.id();
        String name = id.isMark()
                ? id.fwmark() + (id.v6() ? " IPv6" : "")
                : cut(names.pair(id.address(), id.port(), id.protocol()), id.address());
        String line = pad(id.isMark() ? "FWM" : protocol(id.protocol()), 4) + " " + name;
        if (columns == Columns.STATS || columns == Columns.RATE) {
            text.append(pad(line, NAME + 5));
            numbers(text, entry.stats());
        } else {
            text.append(line).append(' ').append(service.scheduler());
            properties(text, service);
            text.append('\n');
        }
        List<DestinationEntry> servers =
                how.is(Part.NOSORT) ? entry.destinations() : ListingOrder.destinations(entry.destinations());
        for (DestinationEntry server : servers) {
            server(text, server, id.protocol());
        }
    }

    private static void properties(StringBuilder text, VirtualService service) {
        if (SchedulerFlag.any(service.flags())) {
            text.append(" (")
                    .append(SchedulerFlag.text(service.flags(), service.scheduler()))
                    .append(')');
        }
        if (service.persistent()) {
            text.append(" persistent ").append(service.timeoutS());
            mask(service).ifPresent(mask -> text.append(" mask ").append(mask));
            if (!service.engine().isEmpty()) {
                text.append(" pe ").append(service.engine());
            }
        }
        if ((service.flags() & VirtualService.ONE_PACKET) != 0) {
            text.append(" ops");
        }
    }

    /// Unless it is the whole address.
    static Optional<String> mask(VirtualService service) {
        int mask = service.netmask();
        if (service.id().v6()) {
            return mask == 128 ? Optional.empty() : Optional.of(Integer.toString(mask));
        }
        return mask == -1 ? Optional.empty() : Optional.of(new IpAddress(false, 0, mask & 0xffff_ffffL).toString());
    }

    private void server(StringBuilder text, DestinationEntry entry, int protocol) {
        Destination server = entry.destination();
        String name = cut(names.pair(server.address(), server.port(), protocol), server.address());
        text.append("  -> ").append(pad(name, NAME));
        switch (columns) {
            case STATS, RATE -> numbers(text, entry.stats());
            case THRESHOLDS -> row(text, unsigned(server.upper(), 10), unsigned(server.lower(), 10), entry);
            case PERSISTENT_CONN ->
                row(text, pad(Integer.toString(server.weight()), 9), unsigned(entry.persistent(), 11), entry);
            case TUN_INFO ->
                row(
                        text,
                        pad(server.forwarding().word(), 7) + " " + pad(tunnel(server), 13),
                        pad(Integer.toString(server.weight()), 6),
                        entry);
            case PLAIN ->
                row(text, pad(server.forwarding().word(), 7), pad(Integer.toString(server.weight()), 6), entry);
        }
    }

    private static void row(StringBuilder text, String first, String second, DestinationEntry entry) {
        text.append(' ')
                .append(first)
                .append(' ')
                .append(second)
                .append(' ')
                .append(unsigned(entry.active(), 10))
                .append(' ')
                .append(unsigned(entry.inactive(), 10))
                .append('\n');
    }

    private static String tunnel(Destination server) {
        Tunnel tunnel = server.tunnel();
        if (server.forwarding() != Forwarding.TUNNEL) {
            return "n/a";
        }
        String checksum = switch (tunnel.flags()) {
            case Tunnel.CHECKSUM -> "+c";
            case Tunnel.REMOTE_CHECKSUM -> "r+c";
            default -> "-c";
        };
        return switch (tunnel.type()) {
            case Tunnel.GUE -> "gue:" + tunnel.port() + ":" + checksum;
            case Tunnel.GRE -> "gre:" + checksum;
            default -> "ipip";
        };
    }

    private void numbers(StringBuilder text, Stats stats) {
        long[] numbers = columns == Columns.STATS
                ? new long[] {
                    stats.connections(), stats.packetsIn(), stats.packetsOut(), stats.bytesIn(), stats.bytesOut()
                }
                : new long[] {
                    stats.connectionRate(),
                    stats.packetRateIn(),
                    stats.packetRateOut(),
                    stats.byteRateIn(),
                    stats.byteRateOut()
                };
        for (long number : numbers) {
            String shown = how.is(Part.EXACT) ? Long.toUnsignedString(number) : shortened(number);
            text.append(' ').append(" ".repeat(Math.max(0, 8 - shown.length()))).append(shown);
        }
        text.append('\n');
    }

    /// At most eight characters, cut and not rounded.
    static String shortened(long number) {
        long[] limits = {100_000_000L, 1_000_000_000L, 100_000_000_000L, 100_000_000_000_000L};
        long[] units = {1, 1_000, 1_000_000, 1_000_000_000};
        String[] names = {"", "K", "M", "G"};
        for (int i = 0; i < limits.length; i++) {
            if (Long.compareUnsigned(number, limits[i]) < 0) {
                return number / units[i] + names[i];
            }
        }
        return Long.divideUnsigned(number, 1_000_000_000_000L) + "T";
    }

    static String protocol(int protocol) {
        return switch (protocol) {
            case ServiceId.TCP -> "TCP";
            case ServiceId.UDP -> "UDP";
            default -> "SCTP";
        };
    }

    private static String cut(String name, IpAddress address) {
        return address.v6() || name.length() <= NAME ? name : name.substring(0, NAME);
    }

    private static String unsigned(long number, int width) {
        return pad(Long.toUnsignedString(number & 0xffff_ffffL), width);
    }

    static String pad(String text, int width) {
        return text.length() >= width ? text : text + " ".repeat(width - text.length());
    }
}
