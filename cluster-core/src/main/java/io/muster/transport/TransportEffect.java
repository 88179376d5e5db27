package io.muster.transport;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import org.jspecify.annotations.Nullable;

/// What a node's transport wants done.
public sealed interface TransportEffect {
    /// Give these octets to the socket of that link. The same array may be sent several times and is never changed.
    record Send(int nodeid, int link, byte[] datagram) implements TransportEffect {}

    /// As [Send], but fragmentation by the network is forbidden: this asks how much the path takes.
    record SendWhole(int nodeid, int link, byte[] datagram) implements TransportEffect {}

    /// A verified datagram for the ring.
    record Deliver(int nodeid, Incarnation incarnation, byte[] datagram) implements TransportEffect {}

    /// An incarnation has proven itself; what the replaced one sends is rejected from now on.
    record Accepted(Node node, @Nullable Incarnation replaced) implements TransportEffect {}

    /// What that node tells those whom it meets. Comes again and again.
    record Told(int nodeid, byte[] octets) implements TransportEffect {}

    /// A link to a node changed; for the log.
    ///
    /// @param live whether it carries datagrams
    record LinkChanged(int nodeid, int link, boolean live, String reason) implements TransportEffect {}

    /// What one link takes whole, in octets of UDP payload.
    record LinkMtu(int nodeid, int link, int bytes) implements TransportEffect {}

    /// The largest datagram the ring should hand over, the transport's overhead taken off.
    record Mtu(int bytes) implements TransportEffect {}

    /// The node says that it hears us on this link: whoever stands between, itself or a router, needn't be asked.
    record Confirm(int nodeid, int link) implements TransportEffect {}

    /// The ports of all that node's links refuse: nobody listens there. A reason to look, never proof of death.
    record PortRefused(int nodeid) implements TransportEffect {}

    /// The key used for sending changed; for the log.
    record KeyChanged(String reason) implements TransportEffect {}

    /// A datagram was dropped and counted.
    ///
    /// @param nodeid whom it claims to be from, 0 if it doesn't say
    record Rejected(int nodeid, int link, Rejection reason) implements TransportEffect {}
}
