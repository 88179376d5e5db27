package io.muster.lvs;

import io.muster.finding.Counted;
import io.muster.ipvs.Destination;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.lvs.LvsdEffect.Level;
import io.muster.lvs.LvsdEffect.Log;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Which real servers drain, and whose doing a weight of 0 in the table is. Times are wall-clock
/// milliseconds.
final class Drains {
    private final TreeMap<RealServer, Drain> drains = new TreeMap<>();
    private final TreeSet<RealServer> zeros = new TreeSet<>();
    private final Set<RealServer> empty = new TreeSet<>();
    private final TreeSet<RealServer> returned = new TreeSet<>();

    /// All of it.
    record Image(
            SortedMap<RealServer, Drain> drains,
            SortedSet<RealServer> zeros,
            SortedSet<RealServer> empty,
            SortedSet<RealServer> returned) {}

    Image image() {
        return new Image(new TreeMap<>(drains), new TreeSet<>(zeros), new TreeSet<>(empty), new TreeSet<>(returned));
    }

    void resume(Image image) {
        drains.clear();
        drains.putAll(image.drains());
        zeros.clear();
        zeros.addAll(image.zeros());
        empty.clear();
        empty.addAll(image.empty());
        returned.clear();
        returned.addAll(image.returned());
    }

    /// Takes what the lvsd before this one knew.
    void restore(Holdings holdings) {
        drains.putAll(holdings.drains());
        zeros.addAll(holdings.zeros());
    }

    SortedMap<RealServer, Drain> all() {
        return drains;
    }

    /// Servers whose weight of 0 is ours.
    SortedSet<RealServer> zeros() {
        return zeros;
    }

    @Nullable
    Drain get(RealServer server) {
        return drains.get(server);
    }

    /// Whether any has connections to be waited for.
    boolean waiting() {
        for (Map.Entry<RealServer, Drain> each : drains.entrySet()) {
            if (!each.getValue().over() && (each.getValue().deadlineMs() > 0 || !empty.contains(each.getKey()))) {
                return true;
            }
        }
        return false;
    }

    long nextDeadlineMs() {
        long next = Long.MAX_VALUE;
        for (Drain drain : drains.values()) {
            if (!drain.over() && drain.deadlineMs() > 0) {
                next = Math.min(next, drain.deadlineMs());
            }
        }
        return next;
    }

    void start(RealServer server, Drain drain) {
        drains.put(server, drain);
        empty.remove(server);
    }

    /// @param present as the table has it: a 0 there is ours to undo now
    void end(RealServer server, @Nullable Destination present) {
        drains.remove(server);
        if (present != null && present.weight() == 0) {
            zeros.add(server);
        }
    }

    /// Ends those set by hand.
    ///
    /// @return whose
    List<RealServer> endByHand(TableView view) {
        List<RealServer> ended = drains.entrySet().stream()
                .filter(each -> each.getValue().by() == Drain.By.HAND)
                .map(Map.Entry::getKey)
                .toList();
        ended.forEach(server -> end(server, view.destination(server)));
        return ended;
    }

    /// Servers that the next plan no longer has keep their connections until these have ended: those at work, and
    /// those that drain already. Not so with UDP, where a datagram would renew its connection for ever.
    void removed(Plan before, Plan next, TableView view, long wallMs) {
        before.services().forEach((id, service) -> {
            Plan.Service same = next.services().get(id);
            if (same == null || id.protocol() == ServiceId.UDP) {
                return;
            }
            for (RealServer server : service.servers().keySet()) {
                Destination present = view.destination(server);
                Drain drain = drains.get(server);
                boolean has = present != null && (present.weight() > 0 || drain != null && !drain.over());
                if (has && !same.servers().containsKey(server)) {
                    start(server, new Drain(Drain.By.REMOVAL, wallMs, drain == null ? 0 : drain.deadlineMs(), -1));
                }
            }
        });
    }

    /// Whether it was on its way out until the last plan named it again.
    boolean returned(RealServer server) {
        return returned.contains(server);
    }

    /// Those of a service that are on their way out, as the table has them, with weight 0.
    Map<RealServer, Destination> leaving(ServiceId id, TableView view) {
        var leaving = new LinkedHashMap<RealServer, Destination>();
        drains.forEach((server, drain) -> {
            Destination present = view.destination(server);
            if (drain.by() == Drain.By.REMOVAL
                    && !drain.over()
                    && present != null
                    && server.service().equals(id)) {
                leaving.put(server, present.withWeight(0));
            }
        });
        return leaving;
    }

    /// Lets those go that were on their way out and have no connection left in a table just read, where their weight
    /// was 0 already.
    List<Log> gone(TableView view) {
        var said = new ArrayList<Log>();
        drains.entrySet().removeIf(each -> {
            RealServer server = each.getKey();
            Destination present = view.destination(server);
            TableView.Counts counts = view.counts(server);
            boolean gone = each.getValue().by() == Drain.By.REMOVAL
                    && (present == null || present.weight() == 0 && counts.active() + counts.inactive() == 0);
            if (gone) {
                said.add(new Log(Level.INFO, server + ": has left lvs.cf and has no connection left: removed"));
            }
            return gone;
        });
        return said;
    }

    /// Forgets servers that lvs.cf doesn't name any more, unless they are on their way out, and that way where lvs.cf
    /// names them again.
    void keepOnly(Plan plan) {
        returned.clear();
        drains.entrySet().removeIf(each -> {
            RealServer server = each.getKey();
            Plan.Service service = plan.services().get(server.service());
            boolean leaves = each.getValue().by() == Drain.By.REMOVAL;
            boolean planned = service != null && service.servers().containsKey(server);
            if (leaves && planned) {
                // Its 0 was ours, and no sign that it is bad.
                zeros.add(server);
                returned.add(server);
            }
            return service == null || planned == leaves;
        });
        empty.retainAll(drains.keySet());
    }

    /// A real server about to get weight 0 from us is noted as such first.
    void willApply(IpvsOp operation) {
        switch (operation) {
            case IpvsOp.AddDestination(ServiceId id, Destination to)
            when to.weight() == 0 -> zeros.add(RealServer.of(id, to));
            case IpvsOp.EditDestination(ServiceId id, Destination to)
            when to.weight() == 0 -> {
                Drain drain = drains.get(RealServer.of(id, to));
                if (drain == null || drain.by() != Drain.By.HAND) {
                    zeros.add(RealServer.of(id, to));
                }
            }
            default -> {}
        }
    }

    /// The table has taken an operation: a 0 that is gone isn't ours any more.
    void applied(IpvsOp operation) {
        switch (operation) {
            case IpvsOp.AddDestination(ServiceId id, Destination to)
            when to.weight() > 0 -> zeros.remove(RealServer.of(id, to));
            case IpvsOp.EditDestination(ServiceId id, Destination to)
            when to.weight() > 0 -> zeros.remove(RealServer.of(id, to));
            case IpvsOp.DeleteDestination(ServiceId id, Destination to) -> zeros.remove(RealServer.of(id, to));
            case IpvsOp.DeleteService(ServiceId id) ->
                zeros.removeIf(server -> server.service().equals(id));
            default -> {}
        }
    }

    /// Looks at a table just read for zeros that somebody set by hand, and for those taken back.
    ///
    /// @return the lines to log, by server
    SortedMap<RealServer, Log> look(Plan plan, List<ServiceEntry> table, long nowMs) {
        var said = new TreeMap<RealServer, Log>();
        for (ServiceEntry entry : table) {
            Plan.Service service = plan.services().get(entry.service().id());
            if (service == null) {
                continue;
            }
            entry.destinations().forEach(each -> {
                RealServer server = RealServer.of(entry.service().id(), each.destination());
                Plan.Server planned = service.servers().get(server);
                if (planned == null || planned.destination().weight() == 0) {
                    return;
                }
                Drain drain = drains.get(server);
                boolean zero = each.destination().weight() == 0;
                if (zero && drain == null && !zeros.contains(server)) {
                    start(server, new Drain(Drain.By.HAND, nowMs, 0, -1));
                    said.put(
                            server,
                            new Log(
                                    Level.WARN,
                                    server + ": weight set to 0 by hand: drains until lvsctl undrain or a reload"));
                } else if (!zero && drain != null && drain.by() == Drain.By.HAND) {
                    drains.remove(server);
                    said.put(server, new Log(Level.WARN, server + ": weight set back by hand: drain ended"));
                }
            });
        }
        return said;
    }

    /// Looks at the counts of a table just read, and at the clock.
    ///
    /// @return what to log
    List<Log> progress(TableView view, long nowMs) {
        var said = new ArrayList<Log>();
        for (Map.Entry<RealServer, Drain> each : drains.entrySet()) {
            RealServer server = each.getKey();
            Drain drain = each.getValue();
            TableView.Counts counts = view.counts(server);
            long left = counts.active() + counts.inactive();
            if (drain.over()) {
                continue;
            }
            if (drain.deadlineMs() > 0 && nowMs >= drain.deadlineMs()) {
                each.setValue(drain.cutOff(left));
                said.add(new Log(
                        left == 0 ? Level.INFO : Level.WARN,
                        server + ": drained: deadline reached, " + Counted.of(left, "connection") + " cut"));
            } else if (left == 0 && empty.add(server)) {
                said.add(new Log(Level.INFO, server + ": drained: no connection left"));
            } else if (left > 0) {
                empty.remove(server);
            }
        }
        return said;
    }
}
