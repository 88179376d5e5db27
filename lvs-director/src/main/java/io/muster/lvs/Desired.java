package io.muster.lvs;

import io.muster.checks.Target;
import io.muster.ipvs.Destination;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/// How a virtual server should stand in the table now.
///
/// | real server | in the table |
/// |---|---|
/// | up | with the weight its health gives it |
/// | down | not at all; with `quiesce_server` at weight 0 |
/// | drains | at weight 0; UDP by lvsctl: not at all, since a datagram would renew its connection for ever |
/// | no longer in lvs.cf, with connections left | at weight 0, with `drain_on_removal`; UDP: not at all |
/// | drained beyond its deadline | not at all, which ends its connections (`expire_nodest_conn`) |
///
/// How many connections it takes is lvs.cf's to say; where that says nothing, what was set by hand stays.
///
/// Where nobody is left with a weight above 0, the sorry server is added at weight 1.
final class Desired {
    /// What the checks say.
    interface Verdicts {
        boolean up(Target target);

        /// 0 to the configured one.
        int weight(Target target);
    }

    private Desired() {}

    /// What makes the table as wanted, for the services in `dirty`; those that are as wanted leave it. Services and
    /// servers come before others go.
    static List<IpvsOp> operations(
            SortedSet<ServiceId> dirty, Plan plan, TableView view, Verdicts verdicts, Drains drains) {
        var first = new ArrayList<IpvsOp>();
        var last = new ArrayList<IpvsOp>();
        var done = new ArrayList<ServiceId>();
        for (ServiceId id : dirty) {
            Plan.Service service = plan.services().get(id);
            List<Setup.Difference> differences =
                    Setup.differences(view.get(id), service == null ? null : of(service, verdicts, drains, view));
            if (differences.isEmpty()) {
                done.add(id);
            }
            for (Setup.Difference each : differences) {
                (each.cure() instanceof IpvsOp.DeleteService ? last : first).add(each.cure());
            }
        }
        done.forEach(dirty::remove);
        first.addAll(last);
        return first;
    }

    static Setup of(Plan.Service service, Verdicts verdicts, Drains drains, TableView view) {
        var destinations = new LinkedHashMap<RealServer, Destination>();
        boolean taking = false;
        for (Map.Entry<RealServer, Plan.Server> each : service.servers().entrySet()) {
            int weight = weight(service, each.getKey(), each.getValue(), verdicts, drains.get(each.getKey()));
            if (weight >= 0) {
                Destination wanted = each.getValue().destination().withWeight(weight);
                boolean told = each.getValue().server().limits().isPresent();
                destinations.put(each.getKey(), told ? wanted : view.withLimitsByHand(each.getKey(), wanted));
                taking |= weight > 0;
            }
        }
        drains.leaving(service.service().id(), view).forEach(destinations::putIfAbsent);
        if (!taking) {
            service.sorry().ifPresent(sorry -> {
                RealServer place = RealServer.of(service.service().id(), sorry);
                destinations.put(place, view.withLimitsByHand(place, sorry));
            });
        }
        return new Setup(service.service(), destinations);
    }

    /// Whether the sorry server is wanted, which may be a real server, too.
    static boolean sorry(Plan.Service service, Verdicts verdicts, Drains drains) {
        return service.servers().entrySet().stream()
                .noneMatch(each ->
                        weight(service, each.getKey(), each.getValue(), verdicts, drains.get(each.getKey())) > 0);
    }

    /// @return -1 for not there
    private static int weight(
            Plan.Service service, RealServer server, Plan.Server planned, Verdicts verdicts, @Nullable Drain drain) {
        boolean udp = server.service().protocol() == ServiceId.UDP;
        if (drain != null && (drain.over() || udp && drain.by() == Drain.By.LVSCTL)) {
            return -1;
        }
        if (!verdicts.up(planned.target())) {
            return service.virtual().quiesce() ? 0 : -1;
        }
        return drain != null ? 0 : verdicts.weight(planned.target());
    }
}
