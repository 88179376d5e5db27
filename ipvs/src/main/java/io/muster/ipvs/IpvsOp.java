package io.muster.ipvs;

/// One change of the table.
public sealed interface IpvsOp {
    record AddService(VirtualService service) implements IpvsOp {}

    record EditService(VirtualService service) implements IpvsOp {}

    record DeleteService(ServiceId id) implements IpvsOp {}

    record AddDestination(ServiceId service, Destination destination) implements IpvsOp {}

    record EditDestination(ServiceId service, Destination destination) implements IpvsOp {}

    /// Only address and port of the destination count.
    record DeleteDestination(ServiceId service, Destination destination) implements IpvsOp {}

    /// All services; the connections stay.
    record Flush() implements IpvsOp {}

    /// The counters of all services.
    record ZeroAll() implements IpvsOp {}

    record Zero(ServiceId id) implements IpvsOp {}

    record SetTimeouts(Timeouts timeouts) implements IpvsOp {}

    record StartDaemon(SyncDaemon daemon) implements IpvsOp {}

    record StopDaemon(boolean master, int syncId) implements IpvsOp {}
}
