package io.muster.lvs;

import io.muster.finding.Counted;
import io.muster.ipvs.Destination;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.lvs.LvsdEffect.Level;
import io.muster.lvs.LvsdEffect.Log;
import java.util.ArrayList;
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

    /// All of it.
    record Image(SortedMap<RealServer, Drain> drains, SortedSet<RealServer> zeros, SortedSet<RealServer> empty) {}

    Image image() {
        return new Image(new TreeMap<>(drains), new TreeSet<>(zeros), new TreeSet<>(empty));
    }

    void resume(Image image) {
        drains.clear();
        drains.putAll(image.drains());
        zeros.clear();
        zeros.addAll(image.zeros());
        empty.clear();
        empty.addAll(image.empty());
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

    /// Forgets servers that lvs.cf doesn't name any more.
    void keepOnly(Plan plan) {
        drains.keySet().removeIf(server -> {
            Plan.Service service = plan.services().get(server.service());
            return service == null || !service.servers().containsKey(server);
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
