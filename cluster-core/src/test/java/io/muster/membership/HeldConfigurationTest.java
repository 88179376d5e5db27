package io.muster.membership;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.membership.CmanSettings.Configured;
import io.muster.quorum.QuorumRules;
import io.muster.quorum.Voter;
import io.muster.totem.RingId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// How newcomers come to the configuration in force, whoever it is that holds it: a document here is its
/// number, a blank and some text.
class HeldConfigurationTest {
    private static final byte[] OLD = document("1 as it was");
    private static final byte[] NEW = document("2 as it is now");

    private static byte[] document(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Node node(int nodeid) {
        return new Node(nodeid, new Incarnation(0, nodeid));
    }

    private static CmanSettings settings(byte[] document) {
        String text = new String(document, StandardCharsets.UTF_8);
        var nodes = new TreeMap<Integer, Configured>();
        List.of(1, 2, 3).forEach(id -> nodes.put(id, new Configured("n" + id, 1, List.of())));
        int version = Integer.parseInt(text.split(" ")[0]);
        QuorumRules rules = QuorumRules.plain(List.of(1, 2, 3));
        return new CmanSettings("c", 7, nodes, 3, rules, Set.of(), 5000, 10_000, 10_000, version, "hash of " + text);
    }

    private static HeldConfiguration holding(byte[] document) {
        return new HeldConfiguration(settings(document), document, octets -> Optional.of(settings(octets)));
    }

    /// Version 2 is in force and agreed; the members hold these.
    private static ClusterState state(byte[]... held) {
        ClusterState state = ClusterState.initial(settings(NEW));
        state.configAgreed = true;
        for (int nodeid = 1; nodeid <= held.length; nodeid++) {
            CmanSettings own = settings(held[nodeid - 1]);
            state.members.put(
                    node(nodeid),
                    new Member(node(nodeid), 1, 3, 0, "", 4, 0, 0, own.configVersion(), own.configSha256()));
        }
        return state;
    }

    private static List<Integer> senders(ClusterState state, byte[]... held) {
        var senders = new ArrayList<Integer>();
        for (int nodeid = 1; nodeid <= held.length; nodeid++) {
            if (holding(held[nodeid - 1]).toSpread(state, node(nodeid)).isPresent()) {
                senders.add(nodeid);
            }
        }
        return senders;
    }

    @Test
    void theLowestThatHasItSendsIt() {
        // Node 1 came back with an old file, and before it had the new one the ring changed again.
        byte[][] held = {OLD, NEW, NEW};
        assertEquals(List.of(2), senders(state(held), held));
        byte[][] turned = {NEW, OLD, NEW};
        assertEquals(List.of(1), senders(state(turned), turned));
        // Those who lived through it have gone, but for one that was itself yet to be told.
        byte[][] last = {OLD, OLD, NEW};
        assertEquals(List.of(3), senders(state(last), last));
    }

    @Test
    void nobodySendsWhatAllHaveOrNobodyHas() {
        byte[][] all = {NEW, NEW, NEW};
        assertEquals(List.of(), senders(state(all), all));
        byte[][] none = {OLD, OLD};
        assertEquals(List.of(), senders(state(none), none));
    }

    private static final class Taking {
        final ClusterState state;
        final HeldConfiguration held;
        final Log log = new Log();

        Taking(ClusterState state, byte[] held) {
            this.state = state;
            this.held = holding(held);
            state.groups.join("g", Optional.empty(), node(1), state.next());
        }

        void take(byte[] document, boolean agreed) {
            CmanSettings read = settings(document);
            var machine = new StateMachine(state, new RingId(4, node(1)), log);
            var message = new CmanMessage.Configuration(read.configVersion(), read.configSha256(), agreed, document);
            var out = new CmanOut(node(1));
            out.begin();
            held.take(message, state, machine, out);
            machine.advance();
        }

        List<GroupEntry.Config> told() {
            return log.lines().stream()
                    .map(Log.Line::entry)
                    .filter(GroupEntry.Config.class::isInstance)
                    .map(GroupEntry.Config.class::cast)
                    .toList();
        }
    }

    @Test
    void groupsHearOfItWhenAllHaveIt() {
        var taking = new Taking(state(OLD, NEW, NEW), OLD);
        taking.state.configUntold.add("g");
        var machine = new StateMachine(taking.state, new RingId(4, node(1)), taking.log);
        machine.advance();
        assertEquals(List.of(), taking.told(), "node 1 couldn't say what is in it");
        assertTrue(taking.held.document(taking.state).isEmpty());
        taking.take(NEW, true);
        assertEquals(1, taking.told().size());
        assertTrue(taking.told().getFirst().agreed());
        assertArrayEquals(NEW, taking.held.document(taking.state).orElseThrow());
        assertEquals(3, taking.state.holders().size());
    }

    @Test
    void whoHasItKeepsTheVotesThatAnOperatorGaveIt() {
        var taking = new Taking(state(OLD, NEW, NEW), OLD);
        Member second = taking.state.members.get(node(2));
        taking.state.members.put(node(2), second.withVoter(new Voter(2, 4, second.expected(), 0)));
        taking.take(NEW, true);
        assertEquals(4, taking.state.members.get(node(2)).votes());
    }

    @Test
    void whatIsAgreedBeatsWhatTheFirstNodesCameWithAndNothingElseGoesDown() {
        var begun = new Taking(state(NEW, NEW, NEW), NEW);
        begun.state.configAgreed = false;
        begun.take(OLD, false);
        assertEquals(2, begun.state.configVersion);
        begun.take(OLD, true);
        assertEquals(1, begun.state.configVersion);
        var agreed = new Taking(state(NEW, NEW, NEW), NEW);
        agreed.take(OLD, true);
        assertEquals(2, agreed.state.configVersion);
        // A later word of what was there before takes no agreement away.
        agreed.take(NEW, false);
        assertTrue(agreed.state.configAgreed);
    }

    @Test
    void aConfigurationThatNobodyHoldsAnyMoreStandsInNobodysWay() {
        var gone = new Taking(state(OLD, OLD), OLD);
        assertFalse(gone.state.holders().contains(node(1)));
        gone.take(OLD, true);
        assertEquals(1, gone.state.configVersion);
        assertEquals(2, gone.state.holders().size());
    }
}
