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
import org.jspecify.annotations.Nullable;

/// What the ring promises to everything above it (V1 to V5), checked at the place where it keeps them:
/// each node's ring is wrapped, and whatever it delivers is compared with what the others delivered.
final class RingPromises {
    private final Map<RingId, List<Node>> memberships = new HashMap<>();
    private final Map<String, Integer> order = new HashMap<>();
    private final Map<String, Integer> moves = new HashMap<>();

    /// A ring whose effects are watched.
    Core<RingEvent, RingEffect> watch(Node self, Core<RingEvent, RingEffect> ring) {
        return new Watched(self, ring);
    }

    private static void require(boolean holds, String promise) {
        if (!holds) {
            throw new AssertionError(promise);
        }
    }

    private static String name(RingId ring) {
        return ring + "@" + ring.representative().incarnation();
    }

    private final class Watched implements Core<RingEvent, RingEffect> {
        private final Node self;
        private final Core<RingEvent, RingEffect> ring;
        private final ArrayDeque<byte[]> owed = new ArrayDeque<>();
        private @Nullable RingId now;
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
            require(next.members().contains(self), "V1: node " + self + " in a ring without itself");
            if (!next.regular()) {
                require(next.ring().equals(now) && !transitional, "V2: transitional configuration out of place");
                transitional = true;
                delivered = delivered * 31 + 7;
                return;
            }
            List<Node> known = memberships.putIfAbsent(next.ring(), next.members());
            require(
                    known == null || known.equals(next.members()),
                    "V1: ring " + next.ring() + " has members " + known + " and " + next.members());
            if (now != null) {
                require(transitional, "V2: a regular configuration without a transitional one");
                Integer others = moves.putIfAbsent(name(now) + " to " + name(next.ring()), delivered);
                require(
                        others == null || others == delivered,
                        "V2: nodes that moved together from " + now + " to " + next.ring() + " delivered differently");
            }
            now = next.ring();
            members = next.members();
            transitional = false;
            last = 0;
            delivered = 0;
        }

        private void deliver(RingEffect.Deliver message) {
            require(message.ring().equals(now), "V3: a message of ring " + message.ring() + " in " + now);
            require(members.contains(message.from()), "V5: a message of " + message.from() + ", who is no member");
            require(message.regular() == !transitional, "V2: a message marked for the wrong configuration");
            require(message.sequence() > last, "V3: message " + message.sequence() + " after " + last);
            last = message.sequence();
            int content =
                    Arrays.hashCode(message.payload()) * 31 + message.from().hashCode();
            Integer others = order.putIfAbsent(name(message.ring()) + ":" + message.sequence(), content);
            require(others == null || others == content, "V3: two messages at " + message.ring() + ":" + last);
            delivered = delivered * 31 + content;
            if (message.from().equals(self)) {
                require(
                        !owed.isEmpty() && Arrays.equals(owed.remove(), message.payload()),
                        "V3: node " + self + " misses or repeats a message of its own");
            }
        }
    }
}
