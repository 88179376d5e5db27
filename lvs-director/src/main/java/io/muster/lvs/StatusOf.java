package io.muster.lvs;

import io.muster.checks.Health;
import io.muster.checks.TargetHealth;
import io.muster.ipvs.Destination;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Puts together what [LvsdStatus] says of a virtual server.
final class StatusOf {
    private StatusOf() {}

    static LvsdStatus.Virtual virtual(
            Plan.Service service,
            Health health,
            Desired.Verdicts verdicts,
            Drains drains,
            TableView view,
            long wallOffsetMs) {
        Setup wanted = Desired.of(service, verdicts, drains);
        List<LvsdStatus.Server> servers = new ArrayList<>();
        for (Map.Entry<RealServer, Plan.Server> each : service.servers().entrySet()) {
            servers.add(server(
                    each.getKey(),
                    each.getValue(),
                    health.health(each.getValue().target()),
                    Optional.ofNullable(wanted.destinations().get(each.getKey())),
                    Optional.ofNullable(view.destination(each.getKey())),
                    view.counts(each.getKey()),
                    Optional.ofNullable(drains.get(each.getKey())),
                    wallOffsetMs));
        }
        Optional<RealServer> sorry =
                service.sorry().map(to -> RealServer.of(service.service().id(), to));
        return new LvsdStatus.Virtual(
                service.virtual().name(),
                service.service().id().toString(),
                service.service().scheduler(),
                service.service().persistent() ? service.service().timeoutS() : 0,
                view.get(service.service().id()) != null,
                sorry.map(place -> place.address().toString()).orElse(""),
                sorry.filter(place -> view.destination(place) != null).isPresent(),
                servers);
    }

    private static LvsdStatus.Server server(
            RealServer place,
            Plan.Server planned,
            Optional<TargetHealth> health,
            Optional<Destination> wanted,
            Optional<Destination> present,
            TableView.Counts counts,
            Optional<Drain> drain,
            long wallOffsetMs) {
        return new LvsdStatus.Server(
                planned.server().name(),
                place.server(),
                health.map(TargetHealth::up).orElse(false),
                health.map(h -> h.checked() || h.up()).orElse(false),
                health.map(TargetHealth::sinceMs).orElse(0L) + wallOffsetMs,
                health.map(TargetHealth::detail).orElse(""),
                planned.destination().weight(),
                wanted.map(Destination::weight).orElse(-1),
                present.map(Destination::weight).orElse(-1),
                counts.active(),
                counts.inactive(),
                counts.persistent(),
                health.map(TargetHealth::checks).orElse(0L),
                health.map(TargetHealth::failures).orElse(0L),
                drain);
    }
}
