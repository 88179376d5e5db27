package io.muster.lvs;

import io.muster.checks.Rules;
import io.muster.checks.Target;
import io.muster.ipvs.Destination;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.VirtualService;
import io.muster.lvscf.LvsConfig;
import io.muster.net.IpAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// lvs.cf in the table's terms: its active virtual servers with the active real servers of each, as they stand in
/// the table when everything is well.
///
/// @param byName the services by how they are written, which is how a [Target] names its own
/// @param clashes what the file says twice, in words; the first of two counts
public record Plan(SortedMap<ServiceId, Service> services, Map<String, ServiceId> byName, List<String> clashes) {
    public Plan {
        services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
        byName = Map.copyOf(byName);
        clashes = List.copyOf(clashes);
    }

    Plan(SortedMap<ServiceId, Service> services, List<String> clashes) {
        this(
                services,
                services.keySet().stream().collect(Collectors.toMap(ServiceId::toString, Function.identity())),
                clashes);
    }

    /// A virtual server.
    ///
    /// @param sorry takes over while nobody else takes connections
    public record Service(
            LvsConfig.Virtual virtual,
            VirtualService service,
            SequencedMap<RealServer, Server> servers,
            Optional<Destination> sorry) {
        public Service {
            servers = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(servers));
        }

        /// The one that a target stands for; null for none.
        @Nullable
        Server server(Target target) {
            for (Server server : servers.values()) {
                if (server.target().equals(target)) {
                    return server;
                }
            }
            return null;
        }
    }

    /// A real server of it.
    ///
    /// @param destination with its full weight
    /// @param rules how it is checked
    public record Server(LvsConfig.Server server, Target target, Destination destination, Rules rules) {}

    /// @throws IllegalArgumentException for a check that can't be made, with the reason in words
    public static Plan of(LvsConfig config) {
        var services = new TreeMap<ServiceId, Service>();
        var clashes = new ArrayList<String>();
        for (LvsConfig.Virtual virtual : config.virtuals()) {
            if (virtual.active()) {
                ServiceId id = id(virtual);
                Service other = services.get(id);
                if (other == null) {
                    services.put(id, service(config, virtual, id, clashes));
                } else {
                    clashes.add("virtual " + virtual.name() + ": " + id + " is virtual "
                            + other.virtual().name() + " already: left out");
                }
            }
        }
        return new Plan(services, clashes);
    }

    /// What is to be checked.
    SortedMap<Target, Rules> rules() {
        var rules = new TreeMap<Target, Rules>();
        services.values()
                .forEach(service ->
                        service.servers().values().forEach(server -> rules.put(server.target(), server.rules())));
        return rules;
    }

    private static Service service(LvsConfig config, LvsConfig.Virtual virtual, ServiceId id, List<String> clashes) {
        var servers = new LinkedHashMap<RealServer, Server>();
        String name = id.toString();
        for (LvsConfig.Server server : virtual.servers()) {
            if (server.active()) {
                var destination = new Destination(
                        server.address(),
                        server.tablePort(),
                        config.forwarding(),
                        Math.max(0, server.weight()),
                        server.limits().map(LvsConfig.Limits::upper).orElse(0),
                        server.limits().map(LvsConfig.Limits::lower).orElse(0),
                        server.tunnel());
                var target = new Target(name, server.address(), server.port());
                var place = RealServer.of(id, destination);
                Rules rules = ServerChecks.rules(virtual, server);
                Server other = servers.putIfAbsent(place, new Server(server, target, destination, rules));
                if (other != null) {
                    clashes.add("virtual " + virtual.name() + ": server " + server.name() + ": " + place.server()
                            + " is server " + other.server().name() + " already: left out");
                }
            }
        }
        boolean persistent = virtual.persistentS() > 0;
        var service = new VirtualService(
                id,
                virtual.scheduler(),
                virtual.flags() | (persistent ? VirtualService.PERSISTENT : 0),
                virtual.persistentS(),
                persistent ? virtual.pmask() : id.v6() ? 128 : -1,
                "");
        Optional<Destination> sorry =
                virtual.sorryServer().map(address -> Destination.of(address, id.port(), config.forwarding(), 1));
        return new Service(virtual, service, servers, sorry);
    }

    /// Whether lvs.cf says nothing of how many connections one takes, so that limits set by hand are nobody's fault.
    boolean leavesLimits(RealServer place) {
        Service service = services.get(place.service());
        Server server = service == null ? null : service.servers().get(place);
        return server != null
                ? server.server().limits().isEmpty()
                : service != null
                        && service.sorry()
                                .filter(sorry ->
                                        RealServer.of(place.service(), sorry).equals(place))
                                .isPresent();
    }

    /// The real server that a target stands for, by the virtual's name and its own: `web/one`.
    String name(Target target) {
        Service service = serviceOf(target);
        Server server = service == null ? null : service.server(target);
        return service == null || server == null
                ? target.service()
                : service.virtual().name() + "/" + server.server().name();
    }

    /// The virtual server that a target belongs to; null if it is of another plan.
    @Nullable
    Service serviceOf(Target target) {
        ServiceId id = byName.get(target.service());
        return id == null ? null : services.get(id);
    }

    /// The virtual server that a target belongs to; empty if it is of another plan.
    Optional<ServiceId> service(Target target) {
        return Optional.ofNullable(byName.get(target.service()));
    }

    private static ServiceId id(LvsConfig.Virtual virtual) {
        Optional<IpAddress> address = virtual.address().map(LvsConfig.FloatingAddress::address);
        boolean v6 = address.map(IpAddress::v6)
                .orElseGet(() -> !virtual.servers().isEmpty()
                        && virtual.servers().getFirst().address().v6());
        return virtual.fwmark() != 0
                ? ServiceId.mark(virtual.fwmark(), v6)
                : new ServiceId(virtual.protocol(), address.orElse(new IpAddress(false, 0, 0)), virtual.port(), 0);
    }
}
