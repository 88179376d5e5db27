package io.muster.lvs.daemon;

import io.muster.ipvs.Destination;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.SchedulerFlag;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.Tunnel;
import io.muster.ipvs.VirtualService;
import io.muster.lvs.Plan;
import io.muster.lvscf.LvsConfig;
import io.muster.net.IpAddress;
import java.io.PrintStream;
import java.util.Locale;

/// `lvsd --test-start`: what a configuration would do to the table, as ipvsadm commands, and what would be checked.
final class TestStart {
    private TestStart() {}

    static void print(LvsConfig config, PrintStream out) {
        out.println(
                "ipvsadm --set " + config.tcpTimeoutS() + " " + config.tcpFinTimeoutS() + " " + config.udpTimeoutS());
        Plan plan = Plan.of(config);
        plan.clashes().forEach(clash -> out.println("# " + clash));
        for (Plan.Service service : plan.services().values()) {
            String name = name(service.service().id());
            out.println("# virtual " + service.virtual().name());
            out.println("ipvsadm -A " + name + " -s " + service.service().scheduler() + flags(service.service())
                    + persistence(service.service()));
            for (Plan.Server server : service.servers().values()) {
                out.println("# server " + server.server().name() + ": once its check is good ("
                        + service.virtual().check().kind().name().toLowerCase(Locale.ROOT) + " "
                        + server.target().server() + " every " + server.rules().intervalMs() + " ms)");
                out.println("ipvsadm -a " + name + " " + destination(server.destination()));
            }
            service.sorry()
                    .ifPresent(sorry -> out.println("# sorry server, while no other takes connections\nipvsadm -a "
                            + name + " " + destination(sorry)));
        }
    }

    private static String name(ServiceId id) {
        if (id.isMark()) {
            return "-f " + Integer.toUnsignedString(id.fwmark()) + (id.v6() ? " -6" : "");
        }
        String address = id.address().bracketed();
        String option = switch (id.protocol()) {
            case ServiceId.UDP -> "-u ";
            case ServiceId.SCTP -> "--sctp-service ";
            default -> "-t ";
        };
        return option + address + ":" + id.port();
    }

    private static String flags(VirtualService service) {
        return ((service.flags() & VirtualService.ONE_PACKET) != 0 ? " -o" : "")
                + (SchedulerFlag.any(service.flags())
                        ? " -b " + SchedulerFlag.text(service.flags(), service.scheduler())
                        : "");
    }

    private static String persistence(VirtualService service) {
        if (!service.persistent()) {
            return "";
        }
        boolean whole = service.netmask() == (service.id().v6() ? 128 : -1);
        String mask = service.id().v6()
                ? Integer.toString(service.netmask())
                : new IpAddress(false, 0, service.netmask() & 0xffff_ffffL).toString();
        return " -p " + service.timeoutS() + (whole ? "" : " -M " + mask);
    }

    private static String destination(Destination to) {
        String address = to.address().bracketed();
        String method = to.forwarding() == Forwarding.MASQ ? "-m" : to.forwarding() == Forwarding.TUNNEL ? "-i" : "-g";
        String limits = (to.upper() > 0 ? " -x " + to.upper() : "") + (to.lower() > 0 ? " -y " + to.lower() : "");
        return "-r " + address + ":" + to.port() + " " + method + " -w " + to.weight() + limits + tunnel(to.tunnel());
    }

    private static String tunnel(Tunnel tunnel) {
        String sums = switch (tunnel.flags()) {
            case Tunnel.CHECKSUM -> " --tun-csum";
            case Tunnel.REMOTE_CHECKSUM -> " --tun-remcsum";
            default -> "";
        };
        return switch (tunnel.type()) {
            case Tunnel.GUE -> " --tun-type gue --tun-port " + tunnel.port() + sums;
            case Tunnel.GRE -> " --tun-type gre" + sums;
            default -> "";
        };
    }
}
