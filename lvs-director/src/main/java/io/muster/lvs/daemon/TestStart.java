package io.muster.lvs.daemon;

import io.muster.ipvs.Destination;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.ServiceId;
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
            out.println("ipvsadm -A " + name + " -s " + service.service().scheduler() + persistence(service.service()));
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
        return (id.protocol() == ServiceId.UDP ? "-u " : "-t ") + address + ":" + id.port();
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
        return "-r " + address + ":" + to.port() + " " + method + " -w " + to.weight();
    }
}
