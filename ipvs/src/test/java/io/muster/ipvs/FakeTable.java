package io.muster.ipvs;

import io.muster.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// A table in memory that refuses what the kernel's refuses, with the kernel's errors, and lists newest first.
/// Source of the rules: the kernel's IPVS as measured (see `docs/lvs.md` for those an operator meets).
public final class FakeTable implements IpvsTable {
    private static final Set<String> SCHEDULERS =
            Set.of("rr", "wrr", "lc", "wlc", "sed", "nq", "lblc", "lblcr", "sh", "dh", "mh", "fo", "ovf");

    private static final class Entry {
        VirtualService service;
        final List<DestinationEntry> destinations = new ArrayList<>();

        Entry(VirtualService service) {
            this.service = service;
        }
    }

    private final TreeMap<ServiceId, Entry> services = new TreeMap<>();
    private Timeouts timeouts = new Timeouts(900, 120, 300);
    private final List<SyncDaemon> daemons = new ArrayList<>();

    @Override
    public synchronized TableInfo info() {
        return new TableInfo(0x010201, 4096);
    }

    @Override
    public synchronized List<ServiceEntry> services() {
        return services.values().stream()
                .map(entry -> new ServiceEntry(entry.service, Stats.ZERO, List.of()))
                .toList();
    }

    @Override
    public synchronized Optional<ServiceEntry> service(ServiceId id) {
        return Optional.ofNullable(services.get(id))
                .map(entry -> new ServiceEntry(entry.service, Stats.ZERO, List.of()));
    }

    @Override
    public synchronized List<DestinationEntry> destinations(ServiceId id) {
        Entry entry = services.get(id);
        return entry == null ? List.of() : List.copyOf(entry.destinations);
    }

    @Override
    public synchronized List<ServiceEntry> table() {
        return services.values().stream()
                .map(entry -> new ServiceEntry(entry.service, Stats.ZERO, entry.destinations))
                .toList();
    }

    @Override
    public synchronized List<IpvsError> apply(List<IpvsOp> operations) {
        return operations.stream().map(this::apply).toList();
    }

    /// One operation.
    public synchronized IpvsError apply(IpvsOp operation) {
        return switch (operation) {
            case IpvsOp.AddService(VirtualService service) -> {
                if (services.containsKey(service.id())) {
                    yield IpvsError.EXISTS;
                }
                if (!SCHEDULERS.contains(service.scheduler())) {
                    yield IpvsError.NO_DESTINATION;
                }
                services.put(service.id(), new Entry(service));
                yield IpvsError.OK;
            }
            case IpvsOp.EditService(VirtualService service) -> {
                Entry entry = services.get(service.id());
                if (entry == null) {
                    yield IpvsError.NO_SERVICE;
                }
                if (!SCHEDULERS.contains(service.scheduler())) {
                    yield IpvsError.NO_DESTINATION;
                }
                entry.service = service;
                yield IpvsError.OK;
            }
            case IpvsOp.DeleteService(ServiceId id) ->
                services.remove(id) == null ? IpvsError.NO_SERVICE : IpvsError.OK;
            case IpvsOp.AddDestination(ServiceId id, Destination to) -> destination(id, to, true);
            case IpvsOp.EditDestination(ServiceId id, Destination to) -> destination(id, to, false);
            case IpvsOp.DeleteDestination(ServiceId id, Destination to) -> {
                Entry entry = services.get(id);
                if (entry == null) {
                    yield IpvsError.NO_SERVICE;
                }
                yield entry.destinations.removeIf(each -> each.destination().sameServer(to))
                        ? IpvsError.OK
                        : IpvsError.NO_DESTINATION;
            }
            case IpvsOp.Flush() -> {
                services.clear();
                yield IpvsError.OK;
            }
            case IpvsOp.SetTimeouts(Timeouts set) -> {
                timeouts = new Timeouts(
                        set.tcpS() == 0 ? timeouts.tcpS() : set.tcpS(),
                        set.tcpFinS() == 0 ? timeouts.tcpFinS() : set.tcpFinS(),
                        set.udpS() == 0 ? timeouts.udpS() : set.udpS());
                yield IpvsError.OK;
            }
            case IpvsOp.StartDaemon(SyncDaemon daemon) -> {
                daemons.add(daemon);
                yield IpvsError.OK;
            }
            case IpvsOp.StopDaemon(boolean master, int syncId) ->
                daemons.removeIf(each -> each.master() == master) ? IpvsError.OK : IpvsError.NO_SERVICE;
            case IpvsOp.ZeroAll _, IpvsOp.Zero _ -> IpvsError.OK;
        };
    }

    private IpvsError destination(ServiceId id, Destination to, boolean add) {
        Entry entry = services.get(id);
        if (entry == null) {
            return IpvsError.NO_SERVICE;
        }
        if (to.weight() < 0 || to.lower() > to.upper()) {
            return IpvsError.RANGE;
        }
        for (int i = 0; i < entry.destinations.size(); i++) {
            DestinationEntry present = entry.destinations.get(i);
            if (present.destination().sameServer(to)) {
                if (add) {
                    return IpvsError.EXISTS;
                }
                entry.destinations.set(
                        i,
                        new DestinationEntry(
                                to, present.active(), present.inactive(), present.persistent(), present.stats()));
                return IpvsError.OK;
            }
        }
        if (!add) {
            return IpvsError.NO_DESTINATION;
        }
        entry.destinations.addFirst(new DestinationEntry(to, 0, 0, 0, Stats.ZERO));
        return IpvsError.OK;
    }

    /// Gives a real server connections, as traffic would.
    public synchronized void connections(ServiceId id, IpAddress server, long active, long inactive) {
        Entry entry = services.get(id);
        if (entry != null) {
            entry.destinations.replaceAll(each -> each.destination().address().equals(server)
                    ? new DestinationEntry(each.destination(), active, inactive, 0, each.stats())
                    : each);
        }
    }

    @Override
    public synchronized Timeouts timeouts() {
        return timeouts;
    }

    @Override
    public synchronized List<SyncDaemon> daemons() {
        return List.copyOf(daemons);
    }

    @Override
    public synchronized long fingerprint() {
        long print = 1;
        for (Entry entry : services.values()) {
            print = print * 31 + entry.service.hashCode();
            for (DestinationEntry each : entry.destinations) {
                Destination to = each.destination();
                print = print * 31 + to.address().hashCode() + to.port() * 7L + to.weight() * 131L;
            }
        }
        return print;
    }

    @Override
    public void close() {}
}
