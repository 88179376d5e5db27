package io.muster.totem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import org.junit.jupiter.api.Test;

/// Which run of a node is the present one.
class PeersTest {
    @Test
    void aFormerRunIsNeverHeardAgain() {
        var former = new Incarnation(2, 1);
        var present = new Incarnation(2, 2);
        var peers = new Peers();
        assertNotNull(peers.heard(2, former, 10));
        assertNotNull(peers.heard(2, present, 20));

        assertNull(peers.heard(2, former, 30), "a datagram that was late");

        Peers.Peer peer = peers.get(2);
        assertNotNull(peer);
        assertEquals(new Node(2, present), peer.node);
        assertEquals(20, peer.heardMs);
    }
}
