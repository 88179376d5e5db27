package io.muster.lvs;

import io.muster.checks.Health;
import io.muster.checks.HealthEvent;
import io.muster.ipvs.Destination;
import io.muster.ipvs.DestinationEntry;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.VirtualService;
import io.muster.lvscf.LvsConfig.Limits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The table as it was last seen, with what was done to it since.
final class TableView {
    /// Connections of a real server at the last look.
    record Counts(long active, long inactive, long persistent) {
        static final Counts NONE = new Counts(0, 0, 0);
    }

    /// Another one after each look.
    private TreeMap<ServiceId, Setup> services = new TreeMap<>();

    private final Map<RealServer, Counts> counts = new TreeMap<>();

    /// Limits that somebody has set where lvs.cf says nothing of any; also of those that are out just now.
    private final TreeMap<RealServer, Limits> limits = new TreeMap<>();

    private int servers;
    private boolean seen;

    /// All of it.
    ///
    /// @param services in the order of their ids
    /// @param counts of those that have any connection
    record Image(
            List<Seen> services,
            List<Counted> counts,
            SortedMap<RealServer, Limits> limits,
            int servers,
            boolean seen) {
        /// A service, its destinations in the table's order.
        record Seen(VirtualService service, List<Destination> destinations) {}

        /// Connections of a real server.
        record Counted(RealServer server, Counts counts) {}
    }

    Image image() {
        return new Image(
                services.values().stream()
                        .map(setup -> new Image.Seen(
                                setup.service(),
                                List.copyOf(setup.destinations().values())))
                        .toList(),
                counts.entrySet().stream()
                        .filter(each -> !each.getValue().equals(Counts.NONE))
                        .map(each -> new Image.Counted(each.getKey(), each.getValue()))
                        .toList(),
                new TreeMap<>(limits),
                servers,
                seen);
    }

    void resume(Image image) {
        services = new TreeMap<>();
        for (Image.Seen each : image.services()) {
            ServiceId id = each.service().id();
            services.put(id, new Setup(each.service(), new LinkedHashMap<>()));
            each.destinations().forEach(destination -> put(id, destination));
        }
        counts.clear();
        image.counts().forEach(each -> counts.put(each.server(), each.counts()));
        limits.clear();
        limits.putAll(image.limits());
        servers = image.servers();
        seen = image.seen();
    }

    boolean seen() {
        return seen;
    }

    /// Whether all of it, foreign services too, is no more than so much.
    boolean small(int mostServices, int mostServers) {
        return services.size() <= mostServices && servers <= mostServers;
    }

    @Nullable
    Setup get(ServiceId id) {
        return services.get(id);
    }

    SortedMap<ServiceId, Setup> services() {
        return services;
    }

    @Nullable
    Destination destination(RealServer server) {
        Setup setup = services.get(server.service());
        return setup == null ? null : setup.destinations().get(server);
    }

    Counts counts(RealServer server) {
        return counts.getOrDefault(server, Counts.NONE);
    }

    /// Takes the limits of a table just read that aren't those of this view, where it is up to the operator to set
    /// them; before [#read].
    ///
    /// @return whose they are
    List<RealServer> limitsByHand(List<ServiceEntry> table, Plan plan) {
        var touched = new ArrayList<RealServer>();
        limits.keySet().removeIf(server -> !plan.leavesLimits(server));
        for (ServiceEntry entry : table) {
            ServiceId id = entry.service().id();
            Setup before = services.get(id);
            for (DestinationEntry each : entry.destinations()) {
                Destination now = each.destination();
                RealServer server = RealServer.of(id, now);
                Destination old = before == null ? null : before.destinations().get(server);
                boolean same = old != null && old.upper() == now.upper() && old.lower() == now.lower();
                if (same || !plan.leavesLimits(server)) {
                    continue;
                }
                if (now.upper() > 0) {
                    limits.put(server, new Limits(now.upper(), now.lower()));
                } else {
                    limits.remove(server);
                }
                if (old != null) {
                    put(id, old.withLimits(now.upper(), now.lower()));
                    touched.add(server);
                }
            }
        }
        return touched;
    }

    /// A server as it should be, with the limits that somebody has given it.
    Destination withLimitsByHand(RealServer server, Destination wanted) {
        Limits set = limits.get(server);
        return set == null ? wanted : wanted.withLimits(set.upper(), set.lower());
    }

    /// Takes what was read.
    ///
    /// @return in what our services differ from what they should have been by this view: somebody else
    ///     was there
    List<Setup.Difference> read(List<ServiceEntry> table, Predicate<ServiceId> ours) {
        var now = new TreeMap<ServiceId, Setup>();
        counts.clear();
        servers = 0;
        for (ServiceEntry entry : table) {
            now.put(entry.service().id(), Setup.of(entry));
            servers += entry.destinations().size();
            if (ours.test(entry.service().id())) {
                for (DestinationEntry each : entry.destinations()) {
                    counts.put(
                            RealServer.of(entry.service().id(), each.destination()),
                            new Counts(each.active(), each.inactive(), each.persistent()));
                }
            }
        }
        var strange = new ArrayList<Setup.Difference>();
        if (seen) {
            var ids = new TreeSet<>(services.keySet());
            ids.addAll(now.keySet());
            for (ServiceId id : ids) {
                if (ours.test(id)) {
                    strange.addAll(Setup.differences(now.get(id), services.get(id)));
                }
            }
        }
        services = now;
        seen = true;
        return strange;
    }

    /// Real servers that are new in a plan and in the table already are up until a check fails, except
    /// where their weight of 0 is lvsd's own: those it had taken out.
    void adopt(Health health, Plan before, Plan plan, Drains drains, long nowMs) {
        for (Map.Entry<ServiceId, Plan.Service> each : plan.services().entrySet()) {
            Plan.Service known = before.services().get(each.getKey());
            each.getValue().servers().forEach((place, server) -> {
                Destination present = destination(place);
                boolean fresh = known == null || !known.servers().containsKey(place);
                boolean outByUs = present != null
                        && present.weight() == 0
                        && drains.zeros().contains(place)
                        && drains.get(place) == null
                        && !drains.returned(place)
                        && server.destination().weight() > 0;
                if (fresh && present != null && !outByUs) {
                    health.on(new HealthEvent.Adopted(server.target(), present.weight()), nowMs);
                }
            });
        }
    }

    /// Takes what the table has just accepted.
    void applied(IpvsOp operation) {
        switch (operation) {
            case IpvsOp.AddService(VirtualService service) ->
                services.put(service.id(), new Setup(service, new LinkedHashMap<>()));
            case IpvsOp.EditService(VirtualService service) ->
                services.computeIfPresent(service.id(), (id, old) -> new Setup(service, old.destinations()));
            case IpvsOp.DeleteService(ServiceId id) -> services.remove(id);
            case IpvsOp.AddDestination(ServiceId id, Destination destination) -> put(id, destination);
            case IpvsOp.EditDestination(ServiceId id, Destination destination) -> put(id, destination);
            case IpvsOp.DeleteDestination(ServiceId id, Destination destination) -> {
                Setup setup = services.get(id);
                if (setup != null) {
                    setup.destinations().remove(RealServer.of(id, destination));
                }
            }
            case IpvsOp.Flush() -> services.clear();
            case IpvsOp.ZeroAll _, IpvsOp.Zero _, IpvsOp.SetTimeouts _, IpvsOp.StartDaemon _, IpvsOp.StopDaemon _ -> {}
        }
    }

    private void put(ServiceId id, Destination destination) {
        Setup setup = services.get(id);
        if (setup != null) {
            setup.destinations().put(RealServer.of(id, destination), destination);
        }
    }
}
