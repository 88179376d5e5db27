package io.muster.lvs;

import io.muster.checks.TargetHealth;
import io.muster.ipvs.Destination;
import io.muster.ipvs.SchedulerFlag;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.VirtualService;
import io.muster.lvscf.LvsConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Puts together what [LvsdStatus] says.
final class StatusOf {
    private StatusOf() {}

    static LvsdStatus lvsd(Course course, Parts parts, long nowMs) {
        int foreign = 0;
        for (ServiceId id : parts.view.services().keySet()) {
            foreign += parts.owned.contains(id) ? 0 : 1;
        }
        LvsdState.Life life = course.state().life();
        var virtuals = new ArrayList<LvsdStatus.Virtual>();
        for (Plan.Service service : course.plan().services().values()) {
            virtuals.add(virtual(service, parts, life.wallOffsetMs()));
        }
        return new LvsdStatus(
                nowMs + life.wallOffsetMs(),
                life.startedMs() + life.wallOffsetMs(),
                course.state().kept(),
                parts.looks.problem(),
                foreign,
                parts.tally.counters(),
                parts.changes.refusals().status(life.wallOffsetMs()),
                virtuals);
    }

    private static LvsdStatus.Virtual virtual(Plan.Service service, Parts parts, long wallOffsetMs) {
        TableView view = parts.view;
        Setup wanted = Desired.of(service, parts, parts.drains, view);
        List<LvsdStatus.Server> servers = new ArrayList<>();
        for (Map.Entry<RealServer, Plan.Server> each : service.servers().entrySet()) {
            servers.add(server(
                    each.getKey(),
                    each.getValue(),
                    parts.health.health(each.getValue().target()),
                    Optional.ofNullable(wanted.destinations().get(each.getKey())),
                    Optional.ofNullable(view.destination(each.getKey())),
                    view.counts(each.getKey()),
                    Optional.ofNullable(parts.drains.get(each.getKey())),
                    wallOffsetMs));
        }
        ServiceId id = service.service().id();
        parts.drains.leaving(id, view).keySet().stream()
                .filter(place -> !service.servers().containsKey(place))
                .forEach(place -> servers.add(leaving(place, parts)));
        Optional<RealServer> sorry =
                service.sorry().map(to -> RealServer.of(service.service().id(), to));
        return new LvsdStatus.Virtual(
                service.virtual().name(),
                service.service().id().toString(),
                service.service().scheduler(),
                flags(service.service()),
                service.service().persistent() ? service.service().timeoutS() : 0,
                view.get(service.service().id()) != null,
                sorry.map(place -> place.address().toString()).orElse(""),
                sorry.filter(place -> view.destination(place) != null && Desired.sorry(service, parts, parts.drains))
                        .isPresent(),
                servers);
    }

    private static String flags(VirtualService service) {
        String text = SchedulerFlag.any(service.flags())
                ? SchedulerFlag.text(service.flags(), service.scheduler()).replace(',', ' ')
                : "";
        return (service.flags() & VirtualService.ONE_PACKET) == 0 ? text : ("ops " + text).strip();
    }

    /// One that lvs.cf no longer has.
    private static LvsdStatus.Server leaving(RealServer place, Parts parts) {
        TableView.Counts counts = parts.view.counts(place);
        Destination present = parts.view.destination(place);
        Drain drain = parts.drains.get(place);
        return new LvsdStatus.Server(
                "removed",
                place.server(),
                true,
                true,
                drain == null ? 0 : drain.sinceMs(),
                "",
                0,
                0,
                present == null ? -1 : present.weight(),
                present == null ? 0 : present.upper(),
                present == null ? 0 : present.lower(),
                counts.active(),
                counts.inactive(),
                counts.persistent(),
                0,
                0,
                "",
                Optional.ofNullable(drain));
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
                present.map(Destination::upper).orElse(0),
                present.map(Destination::lower).orElse(0),
                counts.active(),
                counts.inactive(),
                counts.persistent(),
                health.map(TargetHealth::checks).orElse(0L),
                health.map(TargetHealth::failures).orElse(0L),
                checkedAt(planned.server()),
                drain);
    }

    private static String checkedAt(LvsConfig.Server server) {
        boolean own = server.checkAddress().equals(server.address()) && server.checkPort() == server.port();
        return own ? "" : server.checkAddress().bracketed() + ":" + server.checkPort();
    }
}
