package io.muster.ipvs.cli;

import io.muster.ipvs.Destination;
import io.muster.ipvs.DestinationEntry;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.SchedulerFlag;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.Tunnel;
import io.muster.ipvs.VirtualService;
import java.util.List;

/// What `ipvsadm -S` prints: the table as lines that `-R` reads. Thresholds aren't among them, as in the original.
///
/// Source: section 4 of our notes and `ipvsadm` 1.31 as observed.
final class SavedRules {
    private final Names names;

    SavedRules(Names names) {
        this.names = names;
    }

    String text(List<ServiceEntry> entries) {
        var text = new StringBuilder();
        for (ServiceEntry entry : ListingOrder.services(entries)) {
            String service = service(entry.service().id());
            text.append("-A ").append(service).append(rest(entry.service())).append('\n');
            for (DestinationEntry server : ListingOrder.destinations(entry.destinations())) {
                text.append("-a ").append(service);
                server(text, server.destination(), entry.service().id().protocol());
            }
        }
        return text.toString();
    }

    private String service(ServiceId id) {
        if (id.isMark()) {
            return "-f " + id.fwmark() + (id.v6() ? " -6" : "");
        }
        String option = switch (id.protocol()) {
            case ServiceId.TCP -> "-t ";
            case ServiceId.UDP -> "-u ";
            default -> "--sctp-service ";
        };
        return option + names.pair(id.address(), id.port(), id.protocol());
    }

    private static String rest(VirtualService service) {
        var text = new StringBuilder(" -s ").append(service.scheduler());
        if (service.persistent()) {
            text.append(" -p ").append(service.timeoutS());
            Listing.mask(service).ifPresent(mask -> text.append(" -M ").append(mask));
        }
        if (!service.engine().isEmpty()) {
            text.append(" --pe ").append(service.engine());
        }
        if ((service.flags() & VirtualService.ONE_PACKET) != 0) {
            text.append(" -o");
        }
        if (SchedulerFlag.any(service.flags())) {
            text.append(" -b ").append(SchedulerFlag.text(service.flags(), service.scheduler()));
        }
        return text.toString();
    }

    private void server(StringBuilder text, Destination server, int protocol) {
        text.append(" -r ")
                .append(names.pair(server.address(), server.port(), protocol))
                .append(
                        switch (server.forwarding()) {
                            case MASQ -> " -m";
                            case TUNNEL -> " -i";
                            case LOCAL, ROUTE, BYPASS -> " -g";
                        })
                .append(" -w ")
                .append(server.weight());
        if (server.forwarding() == Forwarding.TUNNEL) {
            tunnel(text, server.tunnel());
        }
        text.append('\n');
    }

    private static void tunnel(StringBuilder text, Tunnel tunnel) {
        switch (tunnel.type()) {
            case Tunnel.GUE -> text.append(" --tun-type gue --tun-port ").append(tunnel.port());
            case Tunnel.GRE -> text.append(" --tun-type gre");
            default -> {
                text.append(" --tun-type ipip");
                return;
            }
        }
        text.append(
                switch (tunnel.flags()) {
                    case Tunnel.CHECKSUM -> " --tun-csum";
                    case Tunnel.REMOTE_CHECKSUM -> " --tun-remcsum";
                    default -> " --tun-nocsum";
                });
    }
}
