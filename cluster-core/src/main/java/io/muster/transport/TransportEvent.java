package io.muster.transport;

import java.util.List;

/// What happens to a node's transport.
public sealed interface TransportEvent {
    /// Begin to look for the other nodes.
    record Start() implements TransportEvent {}

    /// Octets came in on a link. The array is the transport's from now on.
    record Received(int link, byte[] datagram) implements TransportEvent {}

    /// The ring wants this sent to one node.
    record Unicast(int nodeid, byte[] datagram) implements TransportEvent {}

    /// The ring wants this sent to several nodes. They all see the same octets, sealed once.
    record Multicast(List<Integer> nodeids, byte[] datagram) implements TransportEvent {
        public Multicast {
            nodeids = List.copyOf(nodeids);
        }
    }

    /// The kernel says that a datagram to that node over that link didn't arrive.
    record SendFailed(int nodeid, int link, Failure failure) implements TransportEvent {}

    /// How sending failed.
    enum Failure {
        /// Nobody listens on the port there.
        REFUSED,
        /// No route, or the interface is down.
        UNREACHABLE
    }

    /// Other nodes or links from now on.
    record Configure(TransportConfig config) implements TransportEvent {}

    /// What every node that is met is told from now on, until it is empty: before the ring above takes it.
    record Word(byte[] octets) implements TransportEvent {}

    /// The key file has changed. The new key is used for sending once all live peers have it too.
    record Rekey(ClusterKey key) implements TransportEvent {}

    /// A deadline has passed.
    record Tick() implements TransportEvent {}
}
