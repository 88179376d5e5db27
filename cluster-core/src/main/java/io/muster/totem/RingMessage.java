package io.muster.totem;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Datagrams of the ring other than ordered packets ([Packet]). Octets: [RingCodec].
sealed interface RingMessage {
    /// The right to send. Passed from member to member in ascending order of nodeid and round again.
    ///
    /// @param hop counted at every pass, so that a copy sent again is known
    /// @param sequence last packet sequence given out
    /// @param messages messages that ended in those packets
    /// @param aru all members had received all packets up to here, as far as the round knows
    /// @param aruNodeid who lowered `aru` last; 0 for nobody
    /// @param flow packets sent in the last round
    /// @param backlog packets waiting on all members
    /// @param idle rounds in which nothing happened
    /// @param missing sequences asked for
    /// @param missingAt parallel to `missing`: who asks
    record Token(
            RingId ring,
            long hop,
            long sequence,
            long messages,
            long aru,
            int aruNodeid,
            int flow,
            int backlog,
            int idle,
            long[] missing,
            int[] missingAt)
            implements RingMessage {
        static final int MAX_MISSING = 64;
    }

    /// What a gathering node knows and wants. It is numbered: two ready joins of one number propose the same and
    /// have the same history, so a commit can name exactly what was agreed upon.
    ///
    /// @param number never falls; starts at random in every incarnation
    /// @param ringSequence highest sequence of any ring it knows
    /// @param ready every node it expected has answered or counts as failed, and `peers` holds its proposal
    /// @param peers ascending by nodeid; the sender itself isn't among them
    /// @param history of its old ring; null when it never had one
    record Join(
            Node from,
            long number,
            long ringSequence,
            boolean ready,
            List<PeerView> peers,
            @Nullable History history) implements RingMessage {
        public Join {
            peers = List.copyOf(peers);
        }

        @Nullable
        PeerView peer(int nodeid) {
            int low = 0;
            int high = peers.size() - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                PeerView peer = peers.get(middle);
                if (peer.node().nodeid() == nodeid) {
                    return peer;
                } else if (peer.node().nodeid() < nodeid) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return null;
        }

        boolean hears(Node node) {
            PeerView peer = peer(node.nodeid());
            return peer != null && peer.node().equals(node) && peer.heard() && !peer.failed();
        }

        /// Whether datagrams of the node reach the sender, whatever it makes of that.
        boolean echoes(Node node) {
            PeerView peer = peer(node.nodeid());
            return peer != null && peer.node().equals(node) && peer.heard();
        }

        boolean proposes(Node node) {
            if (node.equals(from)) {
                return true;
            }
            PeerView peer = peer(node.nodeid());
            return peer != null && peer.node().equals(node) && peer.proposed();
        }

        /// The ring it wants: those it proposes, and itself.
        List<Node> proposal() {
            return Stream.concat(
                            Stream.of(from),
                            peers.stream().filter(PeerView::proposed).map(PeerView::node))
                    .sorted()
                    .toList();
        }

        /// Whether both say the same, whatever the ages.
        boolean sameContent(Join other) {
            if (ready != other.ready
                    || ringSequence != other.ringSequence
                    || peers.size() != other.peers.size()
                    || !Objects.equals(history, other.history)) {
                return false;
            }
            for (int i = 0; i < peers.size(); i++) {
                if (!peers.get(i).sameContent(other.peers.get(i))) {
                    return false;
                }
            }
            return true;
        }
    }

    /// One node as seen by the sender of a join.
    ///
    /// @param heard the sender has heard it in this gather
    /// @param failed the sender will not form a ring with it in this gather
    /// @param proposed it is in the ring that the sender wants
    /// @param ageMs since the sender heard it last, at most 65535
    record PeerView(Node node, boolean heard, boolean failed, boolean proposed, int ageMs) {
        boolean sameContent(PeerView other) {
            return node.equals(other.node)
                    && heard == other.heard
                    && failed == other.failed
                    && proposed == other.proposed;
        }
    }

    /// How much of its old ring a node has.
    ///
    /// @param ring the ring it installed last
    /// @param aru it has all packets up to here
    /// @param safe it knows that all members have all packets up to here
    /// @param above bitmap of what it has above `aru`, see [Window#bitmap]
    record History(RingId ring, long aru, long safe, byte[] above) {
        boolean has(long sequence) {
            long bit = sequence - aru - 1;
            return bit < 0 || (bit < above.length * 8L && (above[(int) bit / 8] & 1 << (int) (bit % 8)) != 0);
        }

        long high() {
            for (int bit = above.length * 8 - 1; bit >= 0; bit--) {
                if ((above[bit / 8] & 1 << bit % 8) != 0) {
                    return aru + bit + 1;
                }
            }
            return aru;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof History that
                    && ring.equals(that.ring)
                    && aru == that.aru
                    && safe == that.safe
                    && Arrays.equals(above, that.above);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(aru) * 31 + ring.hashCode();
        }
    }

    /// The representative has seen agreement: a ring is to be formed by exactly these joins.
    ///
    /// @param numbers parallel to `nodeids`, which ascend
    record Commit(RingId ring, List<Integer> nodeids, List<Long> numbers) implements RingMessage {
        public Commit {
            nodeids = List.copyOf(nodeids);
            numbers = List.copyOf(numbers);
        }
    }

    /// "I am alive, in this ring, and hear these outside of it": how rings find each other after a cut has healed.
    record Beacon(RingId ring, Incarnation incarnation, List<Node> heard) implements RingMessage {
        public Beacon {
            heard = List.copyOf(heard);
        }
    }

    /// Asks a member for packets of the old ring both were in; it answers with the packets as they were.
    record Request(RingId ring, long[] sequences) implements RingMessage {
        static final int MAX_SEQUENCES = 64;
    }

    /// Sent to the representative while recovering; `complete` once all old packets are here.
    record Ready(RingId ring, boolean complete) implements RingMessage {}

    /// All members are ready: the ring begins.
    record Install(RingId ring) implements RingMessage {}

    /// A member of an idle ring wants to send: whoever has the token shall let go of it.
    record Cancel(RingId ring) implements RingMessage {}

    /// The sender goes, and says so.
    record Leave() implements RingMessage {}
}
