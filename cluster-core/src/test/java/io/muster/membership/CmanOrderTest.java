package io.muster.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.CauseId;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Level;
import io.muster.group.Remains;
import io.muster.membership.CmanSettings.Configured;
import io.muster.quorum.QuorumRules;
import io.muster.totem.RingEffect;
import io.muster.totem.RingEvent;
import io.muster.totem.RingId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What counts of that which a ring delivers: one cman, and the test is its ring and the other node in it.
class CmanOrderTest {
    private static final Node ONE = new Node(1, new Incarnation(1, 1));
    private static final Node TWO = new Node(2, new Incarnation(1, 2));
    private static final String GROUP = "test";
    private static final CmanSettings SETTINGS = settings();

    private final Cman cman = new Cman(ONE, SETTINGS, new byte[0], _ -> Optional.empty());
    private final List<CmanEffect> effects = new ArrayList<>();
    private RingId ring = new RingId(4, ONE);
    private long sequence;
    private long number;

    CmanOrderTest() {
        tell(new CmanEvent.LedgerRead(0, Optional.empty()), 0);
        tell(new CmanEvent.FromRing(new RingEffect.Configuration(ring, true, List.of(ONE, TWO))), 0);
        deliverOwn();
        says(TWO, true, transition(Cman.PROTOCOL, List.of(TWO), stranger(TWO), ClusterState.initial(SETTINGS)));
        assertTrue(cman.installed());
        assertTrue(cman.status().tally().quorate());
        tell(new CmanEvent.QuorumRemembered(ring.sequence()), 0);
        effects.clear();
    }

    private static Member stranger(Node node) {
        return new Member(node, 1, 3, 0, "", 0, 0, 0, 1, "aa");
    }

    private Transition transition(int protocol, List<Node> side, Member self, ClusterState state) {
        return new Transition(ring, protocol, "harbor", 7, 0, false, Remains.NONE, 0, side, self, state);
    }

    private static CmanSettings settings() {
        var nodes = new TreeMap<Integer, Configured>();
        List.of(1, 2, 3).forEach(id -> nodes.put(id, new Configured("n" + id, 1, List.of())));
        QuorumRules rules = QuorumRules.plain(List.of(1, 2, 3));
        return new CmanSettings("harbor", 7, nodes, 3, rules, Set.of(), 5000, 10_000, 10_000, 1, "aa");
    }

    private void tell(CmanEvent event, long nowMs) {
        effects.addAll(cman.on(event, nowMs));
    }

    private void deliver(Node from, boolean regular, byte[] payload) {
        tell(
                new CmanEvent.FromRing(
                        new RingEffect.Deliver(ring, ++sequence, from, regular, false, payload, CauseId.NONE)),
                0);
    }

    private void says(Node from, boolean regular, CmanMessage message) {
        deliver(from, regular, CmanCodec.encode(ring, ++number, message));
    }

    /// What it has handed to the ring comes back to it.
    private void deliverOwn() {
        List<CmanEffect> some = List.copyOf(effects);
        effects.clear();
        for (CmanEffect effect : some) {
            if (effect instanceof CmanEffect.ToRing(RingEvent.Send(byte[] payload, boolean _, CauseId _))) {
                deliver(ONE, true, payload);
            }
        }
    }

    private <T> List<T> seen(Class<T> kind) {
        return effects.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private List<Node> members() {
        return cman.state().nodes();
    }

    private static CmanMessage kill(int nodeid) {
        return new CmanMessage.Kill(List.of(nodeid), "of the test");
    }

    @Test
    void whatCmanSaysCountsOnlyInARegularConfiguration() {
        says(TWO, false, new CmanMessage.NodeVotes(1, 2));
        assertEquals(1, cman.state().members.get(ONE).votes());
        says(TWO, true, new CmanMessage.NodeVotes(1, 2));
        assertEquals(2, cman.state().members.get(ONE).votes());
    }

    @Test
    void aGroupIsToldWhichOfItsMessagesWereTransitional() {
        tell(new CmanEvent.Join(9, 1, GROUP, Optional.of(Level.FENCE), 0), 0);
        deliverOwn();
        int group = cman.state().groups.group(GROUP).id();
        effects.clear();
        says(ONE, false, new CmanMessage.ToGroup(group, new byte[] {1}));
        says(ONE, true, new CmanMessage.ToGroup(group, new byte[] {2}));
        List<Boolean> regular = seen(CmanEffect.Entry.class).stream()
                .map(CmanEffect.Entry::entry)
                .filter(GroupEntry.Message.class::isInstance)
                .map(entry -> ((GroupEntry.Message) entry).regular())
                .toList();
        assertEquals(List.of(false, true), regular);
    }

    @Test
    void whatWasSentForAnotherConfigurationIsNothing() {
        deliver(TWO, true, CmanCodec.encode(new RingId(3, TWO), ++number, new CmanMessage.NodeVotes(1, 2)));
        assertEquals(1, cman.state().members.get(ONE).votes());
    }

    @Test
    void anotherRunOfAMembersNodeHasNoSay() {
        says(new Node(2, new Incarnation(1, 3)), true, new CmanMessage.NodeVotes(1, 2));
        assertEquals(1, cman.state().members.get(ONE).votes());
        says(new Node(2, new Incarnation(1, 3)), true, kill(2));
        assertEquals(List.of(ONE, TWO), members());
    }

    @Test
    void whatIsToBeRememberedOfAQuorumIsWrittenBeforeAnybodyIsToldOfIt() {
        ring = new RingId(8, ONE);
        tell(new CmanEvent.FromRing(new RingEffect.Configuration(ring, false, List.of(ONE, TWO))), 0);
        tell(new CmanEvent.FromRing(new RingEffect.Configuration(ring, true, List.of(ONE, TWO))), 0);
        deliverOwn();
        Member two = cman.state().members.get(TWO);
        says(TWO, true, transition(Cman.PROTOCOL, List.of(ONE, TWO), two, cman.state()));
        assertEquals(List.of(new CmanEffect.RememberQuorum(8)), seen(CmanEffect.RememberQuorum.class));
        tell(new CmanEvent.AskFresh(9, 1), 100);
        tell(new CmanEvent.FromRing(new RingEffect.RoundCompleted(ring, 100)), 102);
        assertEquals(List.of(), seen(CmanEffect.Fresh.class));
        effects.clear();
        tell(new CmanEvent.QuorumRemembered(8), 103);
        assertTrue(effects.contains(new CmanEffect.ToRing(new RingEvent.AskRound())));
        tell(new CmanEvent.FromRing(new RingEffect.RoundCompleted(ring, 103)), 104);
        assertEquals(1, seen(CmanEffect.Fresh.class).size());
    }

    @Test
    void onlyARoundOfTheTokenThatBeganAfterTheQuestionAnswersIt() {
        tell(new CmanEvent.AskFresh(9, 1), 100);
        tell(new CmanEvent.FromRing(new RingEffect.RoundCompleted(ring, 99)), 101);
        assertEquals(List.of(), seen(CmanEffect.Fresh.class));
        tell(new CmanEvent.FromRing(new RingEffect.RoundCompleted(new RingId(3, TWO), 100)), 101);
        assertEquals(List.of(), seen(CmanEffect.Fresh.class), "of another ring");
        tell(new CmanEvent.FromRing(new RingEffect.RoundCompleted(ring, 100)), 102);
        assertEquals(
                List.of(true),
                seen(CmanEffect.Fresh.class).stream()
                        .map(CmanEffect.Fresh::quorate)
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, Cman.PROTOCOL + 1})
    void aNodeThatSpeaksAnotherProtocolIsRefusedByName(int protocol) {
        Node three = new Node(3, new Incarnation(1, 3));
        tell(new CmanEvent.FromRing(new RingEffect.Configuration(ring, false, List.of(ONE, TWO))), 0);
        ring = new RingId(8, ONE);
        effects.clear();
        tell(new CmanEvent.FromRing(new RingEffect.Configuration(ring, true, List.of(ONE, TWO, three))), 0);
        deliverOwn();
        Member two = cman.state().members.get(TWO);
        says(TWO, true, transition(Cman.PROTOCOL, List.of(ONE, TWO), two, cman.state()));
        says(three, true, transition(protocol, List.of(three), stranger(three), ClusterState.initial(SETTINGS)));
        assertTrue(cman.installed());
        assertEquals(List.of(ONE, TWO), members());
        String why = "node 3 (n3) is refused: protocol " + protocol + ", not " + Cman.PROTOCOL;
        assertEquals(
                1,
                seen(CmanEffect.Say.class).stream()
                        .filter(say -> say.text().endsWith(why))
                        .count(),
                why);
    }
}
