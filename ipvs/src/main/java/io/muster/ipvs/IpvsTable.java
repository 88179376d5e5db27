package io.muster.ipvs;

import java.util.List;
import java.util.Optional;

/// A table of virtual services and their real servers: the kernel's (`io.muster.ipvs.daemon.KernelIpvs`), or
/// whatever else balances by the same rules.
///
/// Thread: one at a time; every call blocks, for as long as the table's own time limit at most.
public interface IpvsTable extends AutoCloseable {
    TableInfo info() throws IpvsException;

    /// Services without their destinations, in the table's order: one exchange.
    List<ServiceEntry> services() throws IpvsException;

    /// One service without its destinations.
    Optional<ServiceEntry> service(ServiceId id) throws IpvsException;

    /// In the table's order; empty too for a service that isn't there.
    List<DestinationEntry> destinations(ServiceId id) throws IpvsException;

    /// Everything. Not a snapshot: others may write between two of its exchanges.
    List<ServiceEntry> table() throws IpvsException;

    /// Applies all, in order, a refused one notwithstanding.
    ///
    /// @return for each operation [IpvsError#OK] or why it was refused
    /// @throws IpvsException when the table can't be talked to; what was applied before isn't known then
    List<IpvsError> apply(List<IpvsOp> operations) throws IpvsException;

    Timeouts timeouts() throws IpvsException;

    /// None, one or both.
    List<SyncDaemon> daemons() throws IpvsException;

    /// A number that changes when services, destinations or weights change, and with nothing else: how a difference
    /// is noticed without reading everything. `io.muster.ipvs.daemon.KernelIpvs` reads `/proc/net/ip_vs` for it.
    long fingerprint() throws IpvsException;

    @Override
    void close();
}
