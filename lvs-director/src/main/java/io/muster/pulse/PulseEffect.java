package io.muster.pulse;

import io.muster.core.Incarnation;
import io.muster.lvscf.LvsConfig.FloatingAddress;
import java.util.List;

/// What a director does.
public sealed interface PulseEffect {
    /// A heartbeat to the partner, on every path: one in Muster's format still lacks its code.
    record Send(byte[] octets) implements PulseEffect {
        @Override
        public String toString() {
            return "Send[" + octets.length + " octets]";
        }
    }

    /// Sets addresses, or renews those that are there.
    ///
    /// @param lifetimeS after which the kernel removes them unless renewed
    /// @param takeOver whether they are new
    record PutAddresses(List<FloatingAddress> addresses, int lifetimeS, boolean takeOver) implements PulseEffect {
        public PutAddresses {
            addresses = List.copyOf(addresses);
        }
    }

    record DropAddresses(List<FloatingAddress> addresses) implements PulseEffect {
        public DropAddresses {
            addresses = List.copyOf(addresses);
        }
    }

    /// Gratuitous ARP and unsolicited neighbour advertisements.
    record Announce(List<FloatingAddress> addresses) implements PulseEffect {
        public Announce {
            addresses = List.copyOf(addresses);
        }
    }

    /// Whether the table may forward. Off on a standby, whose table is warm but whose packets are another's.
    record Forward(boolean on) implements PulseEffect {}

    /// The kernel's connection synchronisation: sends as master, listens as backup.
    record SwitchSync(boolean master) implements PulseEffect {}

    /// Sends the partner every connection there is.
    record BulkSync(Incarnation to) implements PulseEffect {}

    /// Sends every connection once more before the role goes, since what the kernel's sync daemon has gathered
    /// is lost when it is stopped. Answered by [PulseEvent.LastWordSaid]; what takes longer than the limit is
    /// broken off by the [SwitchSync] that follows.
    ///
    /// @param number counts them
    record SayLastWord(long number) implements PulseEffect {}

    /// `active_cmd` or `inactive_cmd`.
    record RunHook(boolean active) implements PulseEffect {}

    record StartLvsd() implements PulseEffect {}

    /// Asks lvsd for a sign of life. Answered by [PulseEvent.LvsdAnswered]; one question is under way at a time.
    record AskLvsd(long number) implements PulseEffect {}

    /// Ends an lvsd that doesn't work, with force: it would read no signal. Answered by [PulseEvent.LvsdEnded].
    record EndLvsd(String why) implements PulseEffect {}

    record StateChanged(Activity from, Activity to, String reason) implements PulseEffect {}

    /// A line for the log.
    record Say(boolean warning, String text) implements PulseEffect {}

    /// Nothing comes after this.
    record Ended() implements PulseEffect {}
}
