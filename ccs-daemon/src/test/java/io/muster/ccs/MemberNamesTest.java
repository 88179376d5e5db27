package io.muster.ccs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.member.Standing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// A running node keeps its name and its number.
class MemberNamesTest {
    private static final Document FOUR = Texts.document(3, 4, "all");

    private final MemberNames names = new MemberNames();

    private static Document changed(Document document, String from, String to) {
        String text = new String(document.octets(), StandardCharsets.UTF_8);
        assertTrue(text.contains(from), text);
        return Document.of(text.replace(from, to).getBytes(StandardCharsets.UTF_8))
                .orElseThrow();
    }

    private static TreeMap<Integer, Node> members(Integer... nodeids) {
        var members = new TreeMap<Integer, Node>();
        for (int nodeid : Set.of(nodeids)) {
            members.put(nodeid, new Node(nodeid, new Incarnation(0, nodeid)));
        }
        return members;
    }

    private String refusal(Document next) {
        return names.refusal(next.config());
    }

    @Test
    void aMemberIsNeitherRenamedNorRenumbered() {
        names.follow(members(1, 2, 3), FOUR.config());
        assertEquals(
                "a3 is a member with nodeid 3, which the file gives to b3: a running node can't be renamed: stop the "
                        + "cluster on a3 (cman_tool leave), update, copy the file there, start it again",
                refusal(changed(FOUR, "\"a3\"", "\"b3\"")));
        assertEquals(
                "a3 is a member with nodeid 3, and the file gives it nodeid 7: a running node can't be renumbered: stop "
                        + "the cluster on a3 (cman_tool leave), update, copy the file there, start it again",
                refusal(changed(FOUR, "nodeid=\"3\"", "nodeid=\"7\"")));
    }

    @Test
    void oneThatDoesntRunMayBeBoth() {
        names.follow(members(1, 2, 3), FOUR.config());
        names.follow(members(1, 2), FOUR.config());
        assertEquals("", refusal(changed(FOUR, "\"a3\"", "\"b3\"")));
        assertEquals("", refusal(changed(FOUR, "nodeid=\"3\"", "nodeid=\"7\"")));
    }

    @Test
    void oneThatWasTakenOutKeepsItsNameAsLongAsItRuns() {
        names.follow(members(1, 2, 3), FOUR.config());
        names.follow(members(1, 2, 3), Texts.document(2, 5, "without").config());
        assertTrue(refusal(changed(FOUR, "\"a3\"", "\"b3\"")).startsWith("a3 is a member with nodeid 3"));
        assertEquals("", refusal(FOUR));
        names.follow(members(1, 2), Texts.document(2, 5, "without").config());
        assertEquals("", refusal(changed(FOUR, "\"a3\"", "\"b3\"")));
    }

    @Test
    void aProposalIsRefusedByThatInTheLog() {
        Node one = new Node(1, new Incarnation(0, 1));
        var state = new CcsState(
                new Standing(),
                new MemberNames(),
                new Choice.InForce(FOUR, 2, Optional.empty(), Optional.empty()),
                9,
                FOUR.version(),
                new TreeMap<>(),
                new TreeMap<>(),
                new ArrayList<>());
        state.apply(new GroupEntry.View(1, List.of(one), List.of(), List.of()));
        state.apply(new GroupEntry.Membership(2, 8, List.copyOf(members(1, 3).values()), List.of(), List.of()));
        state.apply(new GroupEntry.Quorum(3, true));
        Document next = changed(Texts.document(3, 5, "new"), "\"a3\"", "\"b3\"");
        assertTrue(state.refusal(Optional.of(next), true).startsWith("a3 is a member with nodeid 3"), state::toString);
        assertEquals(new TreeMap<>(Map.of(1, "a1", 3, "a3")), state.names().names());
    }
}
