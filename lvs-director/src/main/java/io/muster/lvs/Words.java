package io.muster.lvs;

import io.muster.ipvs.Destination;
import io.muster.ipvs.IpvsError;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.SyncDaemon;
import io.muster.ipvs.Timeouts;
import io.muster.ipvs.VirtualService;

/// Operations and refusals in words, and what else the reconciler needs to say of them.
final class Words {
    private Words() {}

    static String of(IpvsOp operation) {
        return switch (operation) {
            case IpvsOp.AddService(VirtualService service) -> "add " + service.id() + " " + service.scheduler();
            case IpvsOp.EditService(VirtualService service) -> "edit " + service.id() + " " + service.scheduler();
            case IpvsOp.DeleteService(ServiceId id) -> "delete " + id;
            case IpvsOp.AddDestination(ServiceId id, Destination to) ->
                "add " + RealServer.of(id, to) + " weight " + to.weight();
            case IpvsOp.EditDestination(ServiceId id, Destination to) ->
                "edit " + RealServer.of(id, to) + " weight " + to.weight();
            case IpvsOp.DeleteDestination(ServiceId id, Destination to) -> "delete " + RealServer.of(id, to);
            case IpvsOp.Flush() -> "flush";
            case IpvsOp.ZeroAll() -> "zero all";
            case IpvsOp.Zero(ServiceId id) -> "zero " + id;
            case IpvsOp.SetTimeouts(Timeouts timeouts) ->
                "set timeouts " + timeouts.tcpS() + " " + timeouts.tcpFinS() + " " + timeouts.udpS();
            case IpvsOp.StartDaemon(SyncDaemon daemon) -> "start sync daemon on " + daemon.mcastInterface();
            case IpvsOp.StopDaemon(boolean master, int syncId) -> "stop sync daemon " + syncId;
        };
    }

    /// What an operation is about, whatever else it says: the same for each try.
    static String entry(IpvsOp operation) {
        return switch (operation) {
            case IpvsOp.AddDestination(ServiceId id, Destination to) -> "add " + RealServer.of(id, to);
            case IpvsOp.EditDestination(ServiceId id, Destination to) -> "edit " + RealServer.of(id, to);
            default -> of(operation);
        };
    }

    /// Why the kernel refused it, as well as that can be said.
    static String why(IpvsOp operation, IpvsError error) {
        return switch (operation) {
            case IpvsOp.AddService(VirtualService service)
            when error.equals(IpvsError.NO_DESTINATION) -> "this kernel has no scheduler " + service.scheduler();
            case IpvsOp.EditService(VirtualService service)
            when error.equals(IpvsError.NO_DESTINATION) -> "this kernel has no scheduler " + service.scheduler();
            case IpvsOp.SetTimeouts _
            when error.equals(IpvsError.INVALID) -> "this kernel can't hold so long a time-out";
            default -> error.words();
        };
    }

    /// Whether a refusal only shows that somebody else was faster: the next look at the table settles it.
    static boolean stale(IpvsOp operation, IpvsError error) {
        return error.equals(IpvsError.NO_SERVICE)
                || error.equals(IpvsError.EXISTS)
                || error.equals(IpvsError.NO_DESTINATION)
                        && (operation instanceof IpvsOp.EditDestination
                                || operation instanceof IpvsOp.DeleteDestination);
    }

    /// What has to be set for `have` to be as wanted, 0 for what may stay.
    static Timeouts missing(Timeouts want, Timeouts have) {
        return new Timeouts(
                want.tcpS() == have.tcpS() ? 0 : want.tcpS(),
                want.tcpFinS() == have.tcpFinS() ? 0 : want.tcpFinS(),
                want.udpS() == have.udpS() ? 0 : want.udpS());
    }

    static Timeouts merged(Timeouts have, Timeouts set) {
        return new Timeouts(
                set.tcpS() == 0 ? have.tcpS() : set.tcpS(),
                set.tcpFinS() == 0 ? have.tcpFinS() : set.tcpFinS(),
                set.udpS() == 0 ? have.udpS() : set.udpS());
    }
}
