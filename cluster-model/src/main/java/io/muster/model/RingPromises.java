package io.muster.model;

import io.muster.core.Core;
import io.muster.core.Node;
import io.muster.totem.RingEffect;
import io.muster.totem.RingEvent;
import io.muster.totem.RingId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What the ring promises to everything above it (V1 to V5), checked at the place where it keeps them:
/// each node's ring is wrapped, and whatever it delivers is compared with what the others delivered, by
/// ring and place.
///
/// In a regular configuration nothing is left out: places are counted one by one, so that whoever misses
/// a message is found with the next one, and not only if nodes move on together. A safe message is one
/// that all members have: whoever leaves the ring, for whatever other, has delivered it.
final class RingPromises {
    private final Map<RingId, List<Node>> memberships = new HashMap<>();
    private final Map<Place, Integer> order = new HashMap<>();
    private final Map<Move, Integer> moves = new HashMap<>();
    /// By ring: the last place that was delivered as safe in its regular configuration.
    private final Map<RingId, Long> safe = new HashMap<>();
    /// By node: its present ring.
    private final Map<Node, Watched> rings = new HashMap<>();

    private record Place(RingId ring, long number) {}

    private record Move(RingId from, RingId to) {}

    /// A ring whose effects are watched.
    Core<RingEvent, RingEffect> watch(Node self, Core<RingEvent, RingEffect> ring) {
        var watched = new Watched(self, ring);
        rings.put(self, watched);
        return watched;
    }

    private static void require(boolean holds, String promise) {
        ModelCluster.require(holds, promise);
    }

    private static void require(boolean holds, Supplier<String> promise) {
        ModelCluster.require(holds, promise);
    }

    private final class Watched implements Core<RingEvent, RingEffect> {
        private final Node self;
        private final Core<RingEvent, RingEffect> ring;
        private final ArrayDeque<byte[]> owed = new ArrayDeque<>();
        private @Nullable RingId now;
        /// The ring before, and how much of it was delivered.
        private @Nullable RingId before;
        private long lastBefore;
        private List<Node> members = List.of();
        private boolean transitional;
        private long last;
        private int delivered;

        Watched(Node self, Core<RingEvent, RingEffect> ring) {
            this.self = self;
            this.ring = ring;
        }

        @Override
        public List<RingEffect> on(RingEvent event, long nowMs) {
            if (event instanceof RingEvent.Send(byte[] payload, boolean _, var _)) {
                owed.add(payload);
            }
            List<RingEffect> effects = ring.on(event, nowMs);
            for (RingEffect effect : effects) {
                if (effect instanceof RingEffect.Configuration configuration) {
                    configuration(configuration);
                } else if (effect instanceof RingEffect.Deliver deliver) {
                    deliver(deliver);
                } else if (effect instanceof RingEffect.RoundCompleted(RingId id, long sinceMs)) {
                    require(id.equals(now) && !transitional, () -> "a round of ring " + id + " in " + now);
                    require(sinceMs <= nowMs, () -> "a round since " + sinceMs + " at " + nowMs);
                } else if (effect instanceof RingEffect.Refused) {
                    owed.removeLast();
                }
            }
            return new ArrayList<>(effects);
        }

        @Override
        public long nextDeadlineMs() {
            return ring.nextDeadlineMs();
        }

        private void configuration(RingEffect.Configuration next) {
            require(next.members().contains(self), () -> "V1: node " + self + " in a ring without itself");
            if (!next.regular()) {
                require(next.ring().equals(now) && !transitional, "V2: transitional configuration out of place");
                require(members.containsAll(next.members()), () -> "V2: who moves along wasn't in ring " + now);
                transitional = true;
                delivered = delivered * 31 + 7;
                return;
            }
            List<Node> known = memberships.putIfAbsent(next.ring(), next.members());
            require(
                    known == null || known.equals(next.members()),
                    () -> "V1: ring " + next.ring() + " has members " + known + " and " + next.members());
            if (now != null) {
                leave(now, next.ring());
            }
            now = next.ring();
            members = next.members();
            transitional = false;
            last = 0;
            delivered = 0;
        }

        private void leave(RingId from, RingId to) {
            require(transitional, "V2: a regular configuration without a transitional one");
            require(to.sequence() > from.sequence(), () -> "ring " + to + " follows ring " + from);
            Integer others = moves.putIfAbsent(new Move(from, to), delivered);
            require(
                    others == null || others == delivered,
                    () -> "V2: nodes that moved together from " + from + " to " + to + " delivered differently");
            require(
                    last >= safe.getOrDefault(from, 0L),
                    () -> "V4: node " + self + " leaves ring " + from + " with message " + last + " of its "
                            + safe.get(from) + " safe ones");
            before = from;
            lastBefore = last;
        }

        private void deliver(RingEffect.Deliver message) {
            require(message.ring().equals(now), () -> "V3: a message of ring " + message.ring() + " in " + now);
            require(
                    members.contains(message.from()),
                    () -> "V5: a message of " + message.from() + ", who is no member");
            require(message.regular() == !transitional, "V2: a message marked for the wrong configuration");
            require(
                    transitional ? message.sequence() > last : message.sequence() == last + 1,
                    () -> "V3: node " + self + " delivers message " + message.sequence() + " of " + now + " after "
                            + last);
            last = message.sequence();
            int content =
                    Arrays.hashCode(message.payload()) * 31 + message.from().hashCode();
            Integer others = order.putIfAbsent(new Place(message.ring(), last), content);
            require(others == null || others == content, () -> "V3: two messages at " + message.ring() + ":" + last);
            delivered = delivered * 31 + content;
            if (message.safe() && message.regular()) {
                safe(message.ring());
            }
            if (message.from().equals(self)) {
                require(
                        !owed.isEmpty() && Arrays.equals(owed.remove(), message.payload()),
                        () -> "V3: node " + self + " misses or repeats a message of its own");
            }
        }

        /// Whoever is in the ring, or was, has the message; who has gone on must have delivered it there.
        private void safe(RingId id) {
            safe.merge(id, last, Math::max);
            for (Node member : members) {
                Watched other = rings.get(member);
                require(
                        other == null || other.now != null && other.now.sequence() >= id.sequence(),
                        () -> "V4: a message of ring " + id + " is safe, but node " + member + " never saw that ring");
                require(
                        other == null || !id.equals(other.before) || other.lastBefore >= last,
                        () -> "V4: message " + last + " of ring " + id + " is safe, but node " + member
                                + " left without");
            }
        }
    }
}
