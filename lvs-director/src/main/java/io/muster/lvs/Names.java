package io.muster.lvs;

import io.muster.cli.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// Finds real servers by what an operator calls them.
final class Names {
    /// What was found, or why nothing.
    ///
    /// @param problem "" when something was found
    record Found(List<RealServer> servers, String problem) {}

    private Names() {}

    /// @param server address, address:port (in the table or as checked) or name
    /// @param service a virtual server's name, or its address:port or mark as listings show it; "" for all
    static Found find(Plan plan, String server, String service) {
        var found = new ArrayList<RealServer>();
        var services = new TreeSet<String>();
        var servers = new TreeSet<String>();
        boolean served = false;
        for (Plan.Service each : plan.services().values()) {
            String id = each.service().id().toString();
            String name = each.virtual().name();
            services.add(name);
            boolean meant = service.isEmpty()
                    || service.equals(name)
                    || service.equalsIgnoreCase(id)
                    || id.endsWith(" " + service);
            served |= meant;
            each.servers().forEach((place, planned) -> {
                String address = place.address().toString();
                servers.add(planned.server().name());
                servers.add(address);
                if (meant
                        && (server.equals(planned.server().name())
                                || server.equals(address)
                                || server.equals(place.server())
                                || server.equals(planned.target().server()))) {
                    found.add(place);
                }
            });
        }
        if (!served) {
            return new Found(List.of(), "no virtual server \"" + service + "\"" + Nearest.hint(service, services));
        }
        if (found.isEmpty()) {
            return new Found(
                    List.of(),
                    "no real server \"" + server + "\""
                            + (service.isEmpty() ? "" : " in virtual server \"" + service + "\"")
                            + Nearest.hint(server, servers));
        }
        return new Found(found, "");
    }
}
