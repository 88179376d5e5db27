package io.muster.lvs;

import io.muster.checks.Check;
import io.muster.checks.Target;
import io.muster.driver.Secret;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceId;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What lvsd does. Those with a number are answered by an event with the same; there is one such at a time.
public sealed interface LvsdEffect {
    /// How loud a line is.
    enum Level {
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    record ReadTable(long request) implements LvsdEffect {}

    /// The fingerprint, and some services in full.
    record CheapRead(long request, List<ServiceId> also) implements LvsdEffect {
        public CheapRead {
            also = List.copyOf(also);
        }
    }

    record Apply(long request, List<IpvsOp> operations) implements LvsdEffect {
        public Apply {
            operations = List.copyOf(operations);
        }
    }

    /// Durably, before anything that follows.
    record WriteHoldings(long request, Holdings holdings) implements LvsdEffect {}

    /// Answered by [LvsdEvent.Checked] with the same ticket.
    record StartCheck(Target target, long ticket, Check check, long timeoutMs) implements LvsdEffect {}

    /// The kernel's switches that make draining work; what they were is kept for [RestoreSysctls].
    record SetSysctls() implements LvsdEffect {}

    record RestoreSysctls() implements LvsdEffect {}

    /// A real server or a virtual one has gone up or down: run what lvs.cf wants run then. Nobody waits for it.
    ///
    /// @param subject of whom it tells, `web/one` or `web`: what tells of one is run in the order of its changes
    /// @param command program and arguments; empty where lvs.cf names none
    record Notify(String subject, boolean up, @Secret List<String> command, SortedMap<String, String> environment)
            implements LvsdEffect {
        public Notify {
            command = List.copyOf(command);
            environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        }
    }

    /// The answer to a client: to a drain or undrain what was done or why not; to a refresh that the state may be
    /// shown now.
    record Reply(long client, LvsdAnswer answer) implements LvsdEffect {}

    /// lvsd is in another state, see [Course].
    record StateChanged(String from, String to, String reason) implements LvsdEffect {}

    record Log(Level level, String line) implements LvsdEffect {}

    /// The table is as wanted for the first time.
    record Ready() implements LvsdEffect {}

    /// Everything of ours is gone, or can't be removed, which was said. The last effect.
    record Stopped(boolean clean) implements LvsdEffect {}
}
