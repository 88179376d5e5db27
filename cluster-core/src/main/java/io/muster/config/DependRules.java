package io.muster.config;

import io.muster.finding.Findings;
import io.muster.finding.Shown;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Services that wait for each other, or for themselves: none of them ever starts, and rgmanager says
/// nothing about it.
final class DependRules {
    private final Findings findings;
    private final Map<String, Element> groups;

    /// @param groups services by `type:name`
    DependRules(Findings findings, Map<String, Element> groups) {
        this.findings = findings;
        this.groups = groups;
    }

    void check() {
        groups.forEach((name, service) -> {
            List<String> way = way(name);
            String last = way.getLast();
            int circle = way.indexOf(last);
            if (circle == way.size() - 1) {
                return;
            }
            String depend = "depend=\"" + Shown.of(service.attribute("depend", "")) + "\": ";
            if (circle > 0) {
                findings.warn(service, "depend", depend + last + " never starts, so this doesn't either");
            } else if (way.size() == 2) {
                findings.warn(service, "depend", depend + "the service waits for itself, and never starts");
            } else {
                findings.warn(
                        service,
                        "depend",
                        depend + "goes round in a circle, and none of it ever starts: " + String.join(", ", way));
            }
        });
    }

    /// From one service to what it depends on, until there is nothing more, or one for the second time.
    private List<String> way(String from) {
        List<String> way = new ArrayList<>(List.of(from));
        while (true) {
            Element here = groups.get(way.getLast());
            String next = here == null ? null : here.attribute("depend");
            if (next == null || !groups.containsKey(next)) {
                return way;
            }
            boolean known = way.contains(next);
            way.add(next);
            if (known) {
                return way;
            }
        }
    }
}
