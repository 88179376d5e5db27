package io.muster.totem;

import io.muster.core.CauseId;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.totem.RingMessage.PeerView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Events, messages and effects of a ring in the words of the Totem papers.
///
/// Nothing random is in them: a run of a node is its number, with a prime for each restart; joins are
/// counted from 1.
final class RingWords {
    private final Map<Node, String> names = new TreeMap<>();
    private final Map<Node, Long> firstJoins = new TreeMap<>();
    private final Map<RingId, Integer> sizes = new TreeMap<>();

    String name(Node node) {
        return names.computeIfAbsent(node, _ -> {
            long earlier = names.keySet().stream()
                    .filter(other -> other.nodeid() == node.nodeid())
                    .count();
            return node.nodeid() + "'".repeat((int) earlier);
        });
    }

    String names(List<Node> nodes) {
        return nodes.stream().map(this::name).collect(Collectors.joining(","));
    }

    String event(RingEvent event) {
        return switch (event) {
            case RingEvent.Start() -> "starts";
            case RingEvent.Received(int nodeid, Incarnation _, byte[] datagram) ->
                "from " + nodeid + ": " + datagram(datagram);
            case RingEvent.Send(byte[] payload, boolean safe, CauseId _) ->
                "is asked to send " + message(payload) + level(safe);
            case RingEvent.Stalled(long ms) -> "was stalled for " + ms + " ms, says the driver";
            case RingEvent.PortRefused(int nodeid) -> "its datagrams to node " + nodeid + " are refused";
            case RingEvent.Configure _ -> "is configured anew";
            case RingEvent.Above(long sequence) -> "remembers ring " + sequence;
            case RingEvent.AskRound() -> "is asked for a round of the token";
            case RingEvent.Stop() -> "is told to leave";
            case RingEvent.Tick() -> "deadline";
        };
    }

    String effect(RingEffect effect) {
        return switch (effect) {
            case RingEffect.Unicast(int nodeid, byte[] datagram) -> "to " + nodeid + ": " + datagram(datagram);
            case RingEffect.Multicast(List<Integer> nodeids, byte[] datagram) ->
                "to " + join(nodeids) + ": " + datagram(datagram);
            case RingEffect.Deliver(
                    RingId ring,
                    long seq,
                    Node _,
                    boolean regular,
                    boolean safe,
                    byte[] payload,
                    CauseId _) ->
                "delivers " + message(payload) + level(safe) + ", message " + seq + " of ring " + ring
                        + (regular ? "" : ", in its transitional configuration");
            case RingEffect.Configuration(RingId ring, boolean regular, List<Node> members) ->
                (regular ? "regular" : "transitional") + " configuration of ring " + ring + ": " + names(members);
            case RingEffect.RoundCompleted(RingId ring, long _) -> "a round of ring " + ring + " is complete";
            case RingEffect.Sendable(boolean yes) -> yes ? "has room for messages" : "has no room for messages";
            case RingEffect.Refused(CauseId _, String why) -> "refuses the message: " + why;
            case RingEffect.StateChanged(String from, String to, String reason) -> from + " -> " + to + ": " + reason;
        };
    }

    String datagram(byte[] datagram) {
        try {
            return RingCodec.type(datagram) == RingCodec.DATA ? packet(datagram) : message(RingCodec.decode(datagram));
        } catch (MalformedMessage e) {
            throw new IllegalStateException("a ring sent what no ring takes", e);
        }
    }

    private String message(RingMessage message) {
        return switch (message) {
            case RingMessage.Token token -> token(token);
            case RingMessage.Join join -> join(join);
            case RingMessage.Commit(RingId ring, List<Integer> nodeids, List<Long> _) -> {
                sizes.put(ring, nodeids.size());
                yield "commit of ring " + ring + " with " + join(nodeids);
            }
            case RingMessage.Beacon(RingId ring, Incarnation _, List<Node> heard) ->
                "beacon of ring " + ring + (heard.isEmpty() ? "" : ", hears " + names(heard) + " outside");
            case RingMessage.Request(RingId _, long[] sequences) ->
                "asks for packets of the old ring: "
                        + join(Arrays.stream(sequences).boxed().toList());
            case RingMessage.Ready(RingId ring, boolean complete) ->
                complete ? "has all old packets, ready for ring " + ring : "not yet ready for ring " + ring;
            case RingMessage.Install(RingId ring) -> "all are ready, ring " + ring + " begins";
            case RingMessage.Cancel _ -> "cancel of the token's hold";
            case RingMessage.Leave _ -> "leaves";
        };
    }

    private String token(RingMessage.Token token) {
        long round = (token.hop() - 1) / sizes.getOrDefault(token.ring(), 1) + 1;
        var text = new StringBuilder("token, round " + round + ": seq " + token.sequence() + " aru " + token.aru());
        if (token.aruNodeid() != 0) {
            text.append(" (set by ").append(token.aruNodeid()).append(')');
        }
        for (int i = 0; i < token.missing().length; i++) {
            text.append(i == 0 ? " rtr " : ", ").append(token.missing()[i]);
            text.append(" for ").append(token.missingAt()[i]);
        }
        return text.toString();
    }

    private String join(RingMessage.Join join) {
        long number = join.number() - firstJoins.computeIfAbsent(join.from(), _ -> join.number()) + 1;
        var text = new ArrayList<String>();
        peers(text, "hears ", join, PeerView::heard);
        peers(text, "waits for ", join, peer -> !peer.heard() && !peer.failed());
        peers(text, "failed ", join, PeerView::failed);
        if (join.ready()) {
            text.add("ready with " + names(join.proposal()));
        }
        RingMessage.History history = join.history();
        if (history != null) {
            text.add("has of ring " + history.ring() + " aru " + history.aru() + " safe " + history.safe()
                    + (history.high() > history.aru() ? " and some to " + history.high() : ""));
        }
        return "join #" + number + ": " + (text.isEmpty() ? "hears nobody" : String.join("; ", text));
    }

    private void peers(List<String> text, String what, RingMessage.Join join, Predicate<PeerView> which) {
        List<Node> nodes = join.peers().stream()
                .filter(which)
                .map(PeerView::node)
                .filter(node -> !node.incarnation().equals(Incarnation.UNKNOWN))
                .toList();
        if (!nodes.isEmpty()) {
            text.add(what + names(nodes));
        }
    }

    private static String packet(byte[] packet) {
        var text = new ArrayList<String>();
        for (int at = Packet.CHUNKS_AT; at < packet.length; ) {
            boolean first = (packet[at] & Packet.FIRST) != 0;
            int length = RingCodec.getShort(packet, at + 1);
            int begin = at + (first ? Packet.FIRST_CHUNK_BYTES : Packet.CHUNK_BYTES);
            text.add(first ? message(Arrays.copyOfRange(packet, begin, begin + length)) : "more");
            at = begin + length;
        }
        return "packet " + Packet.sequence(packet) + " with " + String.join(", ", text) + level(Packet.safe(packet));
    }

    /// As [RingCluster] makes payloads: who, incarnation, and the count of its messages.
    private static String message(byte[] payload) {
        var from = ByteBuffer.wrap(payload);
        return "m" + from.getInt(0) + "." + from.getLong(12);
    }

    private static String level(boolean safe) {
        return safe ? " (safe)" : " (agreed)";
    }

    private static String join(List<?> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
