package io.muster.lvs;

import io.muster.checks.CheckResult;
import io.muster.checks.Target;
import io.muster.ipvs.IpvsError;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.Timeouts;
import io.muster.lvscf.LvsConfig;
import java.util.List;

/// What happens to lvsd. Answers carry the number of the effect they answer.
public sealed interface LvsdEvent {
    /// The first event.
    ///
    /// @param holdings what the lvsd before this one left
    /// @param wallOffsetMs wall-clock time less the core's
    record Started(LvsConfig config, Holdings holdings, long wallOffsetMs) implements LvsdEvent {}

    /// The table, and its fingerprint from just before it was read.
    record TableRead(long request, long fingerprint, List<ServiceEntry> table, Timeouts timeouts) implements LvsdEvent {
        public TableRead {
            table = List.copyOf(table);
        }
    }

    /// The fingerprint, and those services that were asked for with it and are there. The fingerprint is from just
    /// before them.
    record FingerprintRead(long request, long fingerprint, List<ServiceEntry> part) implements LvsdEvent {
        public FingerprintRead {
            part = List.copyOf(part);
        }
    }

    /// The table couldn't be read, wholly or cheaply.
    record ReadFailed(long request, String reason) implements LvsdEvent {}

    /// One result for each operation, in their order.
    record Applied(long request, List<IpvsError> results) implements LvsdEvent {
        public Applied {
            results = List.copyOf(results);
        }
    }

    /// Nobody knows which of the operations were applied.
    record ApplyFailed(long request, String reason) implements LvsdEvent {}

    record HoldingsWritten(long request) implements LvsdEvent {}

    record HoldingsFailed(long request, String reason) implements LvsdEvent {}

    /// A check has ended.
    record Checked(Target target, long ticket, CheckResult result) implements LvsdEvent {}

    /// lvs.cf was read anew and found good.
    record Reloaded(LvsConfig config) implements LvsdEvent {}

    /// Somebody wants real servers to take no new connections.
    ///
    /// @param client whom to answer
    /// @param server address, address:port or name
    /// @param service which virtual server only: its name, or address:port; "" for all
    /// @param deadlineMs how long until the rest is cut; 0 for never
    record Drain(long client, String server, String service, long deadlineMs) implements LvsdEvent {}

    record Undrain(long client, String server, String service) implements LvsdEvent {}

    /// Somebody wants to see how things stand, with counts of connections no older than a second.
    record Refresh(long client) implements LvsdEvent {}

    /// Remove everything of ours and end.
    record Stop() implements LvsdEvent {}

    /// A deadline has passed.
    record Tick() implements LvsdEvent {}
}
