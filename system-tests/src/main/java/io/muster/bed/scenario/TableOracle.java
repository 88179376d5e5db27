package io.muster.bed.scenario;

import io.muster.ipvs.Destination;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.Tunnel;
import io.muster.ipvs.VirtualService;
import io.muster.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// Random tables, and what the original `ipvsadm -Sn` has to say of them.
final class TableOracle {
    private static final List<String> SCHEDULERS =
            List.of("rr", "wrr", "lc", "wlc", "sh", "dh", "sed", "nq", "mh", "fo", "ovf", "lblc", "lblcr");

    private final RandomGenerator random;

    TableOracle(RandomGenerator random) {
        this.random = random;
    }

    /// A service as it is to be; of two with one identity only the first counts.
    record Wanted(VirtualService service, List<Destination> destinations) {}

    List<Wanted> table(int services) {
        var ids = new TreeSet<ServiceId>();
        var table = new ArrayList<Wanted>();
        while (table.size() < services) {
            VirtualService service = service();
            if (ids.add(service.id())) {
                table.add(new Wanted(service, destinations(service.id())));
            }
        }
        return table;
    }

    private VirtualService service() {
        boolean v6 = random.nextInt(3) == 0;
        ServiceId id = switch (random.nextInt(5)) {
            case 0 -> ServiceId.mark(1 + random.nextInt(1 << 30), v6);
            case 1 -> ServiceId.udp(address(v6, 1), 1 + random.nextInt(65_535));
            case 2 -> new ServiceId(ServiceId.SCTP, address(v6, 1), 1 + random.nextInt(65_535), 0);
            default -> ServiceId.tcp(address(v6, 1), 1 + random.nextInt(65_535));
        };
        String scheduler = SCHEDULERS.get(random.nextInt(SCHEDULERS.size()));
        int flags = id.protocol() == ServiceId.UDP && random.nextBoolean() ? VirtualService.ONE_PACKET : 0;
        if (scheduler.equals("sh") || scheduler.equals("mh")) {
            flags |= random.nextInt(4) * VirtualService.SCHED1;
        }
        if (random.nextBoolean()) {
            return new VirtualService(id, scheduler, flags, 0, v6 ? 128 : -1, "");
        }
        int mask = v6 ? 1 + random.nextInt(128) : -1 << random.nextInt(25);
        String engine = id.protocol() == ServiceId.UDP && flags == 0 && random.nextBoolean() ? "sip" : "";
        return new VirtualService(
                id, scheduler, flags | VirtualService.PERSISTENT, 1 + random.nextInt(100_000), mask, engine);
    }

    private List<Destination> destinations(ServiceId id) {
        var found = new ArrayList<Destination>();
        for (int i = random.nextInt(6); i > 0; i--) {
            Destination made = destination(id);
            if (found.stream().noneMatch(made::sameServer)) {
                found.add(made);
            }
        }
        return found;
    }

    private Destination destination(ServiceId id) {
        Forwarding forwarding =
                List.of(Forwarding.MASQ, Forwarding.ROUTE, Forwarding.TUNNEL).get(random.nextInt(3));
        // ipvsadm gives the other two the service's port, whatever it is told.
        int port = forwarding == Forwarding.MASQ && !id.isMark() ? 1 + random.nextInt(65_535) : id.port();
        boolean v6 = id.v6();
        Tunnel tunnel = Tunnel.NONE;
        if (forwarding == Forwarding.TUNNEL) {
            v6 ^= random.nextInt(4) == 0;
            tunnel = switch (random.nextInt(3)) {
                case 0 -> new Tunnel(Tunnel.GUE, 1 + random.nextInt(65_535), random.nextInt(3));
                case 1 -> new Tunnel(Tunnel.GRE, 0, random.nextInt(2));
                default -> Tunnel.NONE;
            };
        }
        int upper = random.nextBoolean() ? 0 : 1 + random.nextInt(1000);
        int lower = upper == 0 ? 0 : random.nextInt(upper + 1);
        return new Destination(address(v6, 9), port, forwarding, random.nextInt(65_536), upper, lower, tunnel);
    }

    /// 10.1.x.y or 10.9.x.y, or the same inside 2001:db8::/32.
    private IpAddress address(boolean v6, int net) {
        long low = 10L << 24 | (long) net << 16 | random.nextInt(1, 0xfffe);
        return v6 ? new IpAddress(true, 0x2001_0db8_0000_0000L | random.nextInt(4), low) : new IpAddress(false, 0, low);
    }

    /// The lines of `ipvsadm -Sn`, sorted. It leaves thresholds out.
    static SortedSet<String> saved(List<ServiceEntry> table) {
        var lines = new TreeSet<String>();
        for (ServiceEntry entry : table) {
            VirtualService s = entry.service();
            String which = which(s.id());
            var line = new StringBuilder("-A " + which + " -s " + s.scheduler());
            if (s.persistent()) {
                line.append(" -p ").append(s.timeoutS());
                if (s.id().v6() && s.netmask() != 128) {
                    line.append(" -M ").append(s.netmask());
                } else if (!s.id().v6() && s.netmask() != -1) {
                    line.append(" -M ").append(new IpAddress(false, 0, s.netmask() & 0xffff_ffffL));
                }
            }
            if (!s.engine().isEmpty()) {
                line.append(" --pe ").append(s.engine());
            }
            if ((s.flags() & VirtualService.ONE_PACKET) != 0) {
                line.append(" -o");
            }
            String flags = schedulerFlags(s);
            lines.add(line + (flags.isEmpty() ? "" : " -b " + flags));
            entry.destinations().forEach(d -> lines.add("-a " + which + " " + server(d.destination())));
        }
        return lines;
    }

    private static String schedulerFlags(VirtualService s) {
        String fallback = (s.flags() & VirtualService.SCHED1) != 0 ? s.scheduler() + "-fallback" : "";
        String port = (s.flags() & VirtualService.SCHED2) != 0 ? s.scheduler() + "-port" : "";
        return fallback.isEmpty() || port.isEmpty() ? fallback + port : fallback + "," + port;
    }

    private static String which(ServiceId id) {
        if (id.isMark()) {
            return "-f " + Integer.toUnsignedString(id.fwmark()) + (id.v6() ? " -6" : "");
        }
        String option = switch (id.protocol()) {
            case ServiceId.UDP -> "-u";
            case ServiceId.SCTP -> "--sctp-service";
            default -> "-t";
        };
        return option + " " + at(id.address(), id.port());
    }

    private static String server(Destination d) {
        String method = switch (d.forwarding()) {
            case MASQ -> "-m";
            case TUNNEL -> "-i";
            default -> "-g";
        };
        String line = "-r " + at(d.address(), d.port()) + " " + method + " -w " + d.weight();
        if (d.forwarding() != Forwarding.TUNNEL) {
            return line;
        }
        if (d.tunnel().type() == Tunnel.IPIP) {
            return line + " --tun-type ipip";
        }
        String type =
                d.tunnel().type() == Tunnel.GUE ? "gue --tun-port " + d.tunnel().port() : "gre";
        String sum = switch (d.tunnel().flags()) {
            case Tunnel.CHECKSUM -> " --tun-csum";
            case Tunnel.REMOTE_CHECKSUM -> " --tun-remcsum";
            default -> " --tun-nocsum";
        };
        return line + " --tun-type " + type + sum;
    }

    private static String at(IpAddress address, int port) {
        return (address.v6() ? "[" + address + "]" : address.toString()) + ":" + port;
    }
}
