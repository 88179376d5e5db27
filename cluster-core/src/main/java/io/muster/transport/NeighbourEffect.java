package io.muster.transport;

/// What [Neighbours] wants done with the kernel's table.
public sealed interface NeighbourEffect {
    /// Read the table; [NeighbourEvent.Looked] follows.
    ///
    /// @param routes look up the next hops again, too
    record Look(boolean routes) implements NeighbourEffect {}

    /// Use this hardware address unless one is known, as one that has yet to be confirmed, and ask there at once.
    record Recall(NextHop hop, String mac) implements NeighbourEffect {}

    /// Forget what is known: the next packet asks everybody on the link.
    record Ask(NextHop hop) implements NeighbourEffect {}

    /// For the log.
    record Told(String text) implements NeighbourEffect {}
}
