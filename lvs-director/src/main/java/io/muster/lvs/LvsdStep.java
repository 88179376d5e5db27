package io.muster.lvs;

import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.Timeouts;
import java.util.List;

/// One entry of lvsd's flight record: a step of the [Reconciler], or many that changed nothing ([LvsdRecorder]).
public sealed interface LvsdStep {
    /// An event as it came.
    record Event(LvsdEvent event) implements LvsdStep {
        @Override
        public String toString() {
            return event.toString();
        }
    }

    /// A [LvsdEvent.TableRead], less what the reconciler had seen in the table already.
    ///
    /// @param changed services that weren't so, in the table's order of real servers
    /// @param gone services that aren't there any more
    /// @param counts of real servers elsewhere that drain: those of the others decide nothing
    record Look(
            long request,
            long fingerprint,
            Timeouts timeouts,
            List<ServiceEntry> changed,
            List<ServiceId> gone,
            List<Count> counts)
            implements LvsdStep {
        public Look {
            changed = List.copyOf(changed);
            gone = List.copyOf(gone);
            counts = List.copyOf(counts);
        }
    }

    /// Connections of real servers at the last look, told before the step that asks for them.
    record Counts(List<Count> counts) implements LvsdStep {
        public Counts {
            counts = List.copyOf(counts);
        }
    }

    /// A real server's connections.
    record Count(RealServer server, long active, long inactive, long persistent) {}

    /// Steps that changed nothing: checks that went as before, looks that saw what was known ([QuietSteps]).
    record Quiet(byte[] steps) implements LvsdStep {
        @Override
        public String toString() {
            return QuietSteps.words(steps);
        }
    }

    /// What [Quiet] steps decided: how many routine effects, and a sum of what is in them.
    record Routine(int effects, long sum) {}
}
