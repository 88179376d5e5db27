package io.muster.lvs;

import io.muster.finding.Counted;
import io.muster.ipvs.ServiceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What a reload changes and what a first look at the table finds, in a line.
final class Summary {
    private Summary() {}

    static String of(Plan before, Plan after) {
        int added = 0;
        int removed = 0;
        int changed = 0;
        int serversAdded = 0;
        int serversRemoved = 0;
        int serversChanged = 0;
        for (ServiceId id : before.services().keySet()) {
            removed += after.services().containsKey(id) ? 0 : 1;
        }
        for (Plan.Service now : after.services().values()) {
            Plan.Service old = before.services().get(now.service().id());
            if (old == null) {
                added++;
                continue;
            }
            changed += old.service().equals(now.service()) ? 0 : 1;
            for (RealServer server : old.servers().keySet()) {
                serversRemoved += now.servers().containsKey(server) ? 0 : 1;
            }
            for (RealServer server : now.servers().keySet()) {
                Plan.Server known = old.servers().get(server);
                if (known == null) {
                    serversAdded++;
                } else if (!known.equals(now.servers().get(server))) {
                    serversChanged++;
                }
            }
        }
        if (added + removed + changed + serversAdded + serversRemoved + serversChanged == 0) {
            return "nothing changed for the table";
        }
        var parts = new ArrayList<String>();
        part(parts, added, "virtual server", "added");
        part(parts, removed, "virtual server", "removed");
        part(parts, changed, "virtual server", "changed");
        part(parts, serversAdded, "real server", "added");
        part(parts, serversRemoved, "real server", "removed");
        part(parts, serversChanged, "real server", "changed");
        return String.join(", ", parts);
    }

    static String found(TableView view, Plan plan, Set<ServiceId> owned) {
        int ours = 0;
        int servers = 0;
        int left = 0;
        int foreign = 0;
        for (ServiceId id : view.services().keySet()) {
            Setup setup = view.get(id);
            if (setup == null || !owned.contains(id)) {
                foreign++;
            } else if (plan.services().containsKey(id)) {
                ours++;
                servers += setup.destinations().size();
            } else {
                left++;
            }
        }
        var parts = new ArrayList<String>();
        part(parts, ours, "virtual server", "with " + Counted.of(servers, "real server") + " taken over");
        part(parts, left, "left-over virtual server", "of ours to be removed");
        part(parts, foreign, "foreign service", "left alone");
        return "table: " + (parts.isEmpty() ? "empty" : String.join(", ", parts));
    }

    private static void part(List<String> parts, int count, String what, String done) {
        if (count > 0) {
            parts.add(count + " " + what + (count == 1 ? " " : "s ") + done);
        }
    }
}
