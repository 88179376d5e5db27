package io.muster.ipvs;

import io.muster.net.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Turns lines of the connection table into synchronisation entries, with what those lines don't say looked up in the
/// table of services: the forwarding method (of the connection's server) and the mark (of the one fwmark service that
/// has this server, where no service has the connection's address).
///
/// The entry's time-out is the whole one of its state and not what is left of it, as the kernel's own messages have it:
/// what the active director hears from an idle connection's client a minute later must not be lost on the backup a
/// minute after that. Of connections that are closing, it is what is left.
///
/// Pure; thread: any, it doesn't change.
public final class SyncSource {
    private record Server(ServiceId service, IpAddress address, int port) {}

    private record Found(ServiceEntry service, Destination destination) {}

    private final Timeouts timeouts;
    private final Map<Server, Found> servers = new HashMap<>();
    private final List<ServiceEntry> marks = new ArrayList<>();

    public SyncSource(List<ServiceEntry> table, Timeouts timeouts) {
        this.timeouts = timeouts;
        for (ServiceEntry service : table) {
            ServiceId id = service.service().id();
            if (id.isMark()) {
                marks.add(service);
            }
            for (DestinationEntry entry : service.destinations()) {
                Destination to = entry.destination();
                servers.put(new Server(id, to.address(), to.port()), new Found(service, to));
            }
        }
    }

    /// Empty for what a message can't say: an IPv6 connection to an IPv4 server, a state we have no number for.
    public Optional<SyncEntry> entry(Connection connection) {
        OptionalInt state = ConnectionStates.number(connection);
        if (state.isEmpty() || connection.v6() != connection.destination().v6()) {
            return Optional.empty();
        }
        Optional<Found> found = find(connection);
        int fwmark = connection
                .templateMark()
                .or(() -> found.map(server -> server.service().service().id().fwmark()))
                .orElse(0);
        return Optional.of(new SyncEntry(
                connection.protocol(),
                flags(connection, found.map(Found::destination)),
                state.getAsInt(),
                connection.client(),
                connection.clientPort(),
                connection.virtual(),
                connection.virtualPort(),
                connection.destination(),
                connection.destinationPort(),
                fwmark,
                timeoutS(connection, found)));
    }

    private static int flags(Connection connection, Optional<Destination> destination) {
        Forwarding forwarding = destination.map(Destination::forwarding).orElse(Forwarding.MASQ);
        int flags = forwarding.number();
        // A server on the director itself answers through it.
        if (forwarding != Forwarding.MASQ && forwarding != Forwarding.LOCAL) {
            flags |= SyncEntry.NOOUTPUT;
        }
        if (connection.template()) {
            return flags | SyncEntry.TEMPLATE;
        }
        if (!ConnectionStates.active(connection)) {
            flags |= SyncEntry.INACTIVE;
        }
        return connection.clientPort() == 0 ? flags | SyncEntry.NO_CLIENT_PORT : flags;
    }

    private int timeoutS(Connection connection, Optional<Found> found) {
        int left = (int) Math.min(connection.expiresS(), Integer.MAX_VALUE);
        boolean lasts =
                connection.template() || ConnectionStates.active(connection) || connection.protocol() == ServiceId.UDP;
        int whole = connection.template()
                ? found.map(server -> server.service().service().timeoutS()).orElse(0)
                : ConnectionStates.timeoutS(connection, timeouts);
        // 0 would be the receiver's default.
        return Math.max(1, lasts ? Math.max(left, whole) : left);
    }

    /// As the kernel looks for a connection's service: mark, address and port, FTP's data, all ports of an address.
    private Optional<Found> find(Connection connection) {
        Optional<Integer> mark = connection.templateMark();
        if (mark.isPresent()) {
            return server(ServiceId.mark(mark.get(), connection.v6()), connection);
        }
        return byPort(connection, connection.virtualPort())
                .or(() -> byPort(connection, 21))
                .or(() -> byPort(connection, 0))
                .or(() -> marks.stream()
                        .filter(service -> service.service().id().v6() == connection.v6())
                        .flatMap(service -> server(service.service().id(), connection).stream())
                        .findFirst());
    }

    private Optional<Found> byPort(Connection connection, int port) {
        return server(new ServiceId(connection.protocol(), connection.virtual(), port, 0), connection);
    }

    /// A server with port 0 takes every port.
    private Optional<Found> server(ServiceId service, Connection connection) {
        Found exact = servers.get(new Server(service, connection.destination(), connection.destinationPort()));
        return Optional.ofNullable(
                exact != null ? exact : servers.get(new Server(service, connection.destination(), 0)));
    }
}
