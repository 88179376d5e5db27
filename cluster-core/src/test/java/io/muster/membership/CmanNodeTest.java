package io.muster.membership;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Core;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.driver.Dice;
import io.muster.totem.Ring;
import io.muster.totem.RingConfig;
import io.muster.totem.RingEffect;
import io.muster.totem.RingEvent;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What commands are shown while no ring turns.
class CmanNodeTest {
    private static final int TOKEN_MS = 1000;

    /// A ring that loses its token when it is told so.
    private record Losing(Ring ring) implements Core<RingEvent, RingEffect> {
        @Override
        public List<RingEffect> on(RingEvent event, long nowMs) {
            return event instanceof RingEvent.PortRefused
                    ? List.of(new RingEffect.StateChanged("OPERATIONAL", "GATHER", "token lost"))
                    : ring.on(event, nowMs);
        }

        @Override
        public long nextDeadlineMs() {
            return ring.nextDeadlineMs();
        }
    }

    @Test
    void aNodeWhoseRingHasNotTurnedForATokenIsNotShownAsQuorate() {
        var one = new CmanCluster(1, 1, rules -> rules);
        var self = new Node(1, new Incarnation(1, 2));
        var ring = new Ring(self, RingConfig.of(List.of(1), List.of(1), TOKEN_MS, 1400), new Dice(1));
        var node =
                new CmanNode(new Losing(ring), new Cman(self, one.settings, new byte[0], document -> Optional.empty()));
        node.on(new NodeEvent.OfRing(new RingEvent.Start()), 0);
        for (long ms = 1; ms < 500; ms++) {
            node.on(new NodeEvent.Tick(), ms);
        }
        assertTrue(node.status(500, TOKEN_MS).tally().quorate());

        node.on(new NodeEvent.OfRing(new RingEvent.PortRefused(2)), 500);

        assertTrue(node.status(500 + TOKEN_MS, TOKEN_MS).tally().quorate(), "rings form anew all the time");
        assertFalse(node.status(501 + TOKEN_MS, TOKEN_MS).tally().quorate());
        assertTrue(node.status(501 + TOKEN_MS, TOKEN_MS).member());
    }
}
