package io.muster.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// A run of a node that has been replaced lives on somewhere.
class FormerSelfTest {
    @Test
    void aFormerSelfThatAnswersAChallengeMeantForANewOneIsNotTakenBack() {
        TestNet net = new TestNet(4, 2, 1, LinkUse.RANKED);
        net.run(50);
        Transport former = net.node(2);
        net.boot(2, TestNet.key(0));
        net.run(50);
        // A third run asks node 1, and what node 1 asks in return comes to the first, which lives on unseen.
        net.boot(2, TestNet.key(0));
        net.run(1);
        net.log.clear();
        net.nodes.put(2, former);
        net.run(1);
        net.run(1);
        assertTrue(net.rejected(1, Rejection.RETIRED) > 0, "it has answered");
        assertEquals(0, net.effects(1, TransportEffect.Accepted.class));
    }
}
