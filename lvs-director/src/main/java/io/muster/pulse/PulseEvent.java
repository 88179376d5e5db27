package io.muster.pulse;

import io.muster.core.Incarnation;
import io.muster.lvscf.LvsConfig.FloatingAddress;
import io.muster.net.IpAddress;
import java.util.List;

/// What happens to a director.
public sealed interface PulseEvent {
    /// The first event, once sockets are open.
    record Start() implements PulseEvent {}

    /// A deadline has passed.
    record Tick() implements PulseEvent {}

    /// A datagram on the heartbeat port.
    ///
    /// @param path 0 for the public, 1 for the private one
    /// @param genuine whether its code is the key's; nobody asks with `heartbeat_format = original`
    record Received(int path, IpAddress from, byte[] octets, boolean genuine) implements PulseEvent {
        @Override
        public String toString() {
            return "Received[" + path + ", " + from + ", " + octets.length + " octets]";
        }
    }

    /// Time has passed unseen: monotonic, or the machine was suspended.
    record Stalled(long ms) implements PulseEvent {}

    /// Carrier of a monitored interface.
    record Link(String device, boolean up) implements PulseEvent {}

    /// The lvsd that was started last has ended.
    record LvsdEnded(String how) implements PulseEvent {}

    /// lvsd has answered a [PulseEffect.AskLvsd] through its loop: it works.
    record LvsdAnswered(long number) implements PulseEvent {}

    /// Connections in this director's table.
    record Connections(long count) implements PulseEvent {}

    /// How much of the connections has been sent to a partner.
    record BulkDone(Incarnation to, int permille) implements PulseEvent {}

    /// Every connection has been sent once more, or can't be.
    ///
    /// @param number of the [PulseEffect.SayLastWord] it answers
    record LastWordSaid(long number) implements PulseEvent {}

    /// The file has been reread: the addresses that move are these now, and so on, as in [PulseSettings].
    record Reconfigured(List<FloatingAddress> addresses, boolean preempt, long preemptWaitMs) implements PulseEvent {
        public Reconfigured {
            addresses = List.copyOf(addresses);
        }
    }

    /// SIGTERM.
    record Stop() implements PulseEvent {}
}
