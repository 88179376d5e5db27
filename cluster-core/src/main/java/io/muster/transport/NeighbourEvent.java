package io.muster.transport;

import java.util.List;

/// What [Neighbours] hears of.
public sealed interface NeighbourEvent {
    /// What the kernel knows of one next hop.
    ///
    /// @param mac "" while it isn't known
    /// @param known whether packets go to that hardware address
    /// @param reachable whether it has answered lately
    /// @param fixed set by an administrator: nothing to be done
    record Entry(NextHop hop, String mac, boolean known, boolean reachable, boolean fixed) {}

    /// The answer to [NeighbourEffect.Look]: all next hops there are now.
    record Looked(List<Entry> entries) implements NeighbourEvent {
        public Looked {
            entries = List.copyOf(entries);
        }
    }

    /// An interface can carry packets from now on, or can't.
    ///
    /// @param mac its own hardware address; "" where it has none
    record Carrier(String device, boolean on, String mac) implements NeighbourEvent {}

    record Tick() implements NeighbourEvent {}
}
