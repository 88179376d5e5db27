package io.muster.ccs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ccs.Choice.Elected;
import io.muster.ccs.Choice.InForce;
import io.muster.ccs.Choice.Probation;
import io.muster.ccs.Choice.Spreading;
import io.muster.ccs.Choice.Unelected;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The table of [Choice], each cell of it.
class ChoiceTest {
    private static final Document V4 = Texts.document(3, 4, "old");
    private static final Document OTHER4 = Texts.document(3, 4, "other");
    private static final Document V5 = Texts.document(3, 5, "new");
    private static final Node ONE = new Node(1, new Incarnation(0, 1));

    private static Pending pending(long attempt, Document document, Integer... onDisk) {
        return new Pending(attempt, document, new TreeSet<>(List.of(onDisk)));
    }

    private static Optional<Update> update(long attempt, Document document, int probationSec, Integer... onDisk) {
        Optional<Update.Asked> asked = Optional.of(new Update.Asked(ONE, 7));
        return Optional.of(new Update(pending(attempt, document, onDisk), asked, probationSec));
    }

    private static final Optional<Update> NONE = Optional.empty();
    private static final Optional<Probation> SURE = Optional.empty();
    private static final Optional<Probation> TRIAL = Optional.of(new Probation(V4, 60));

    private static final Map<String, Choice> ALL = new LinkedHashMap<>();

    static {
        ALL.put("unelected", new Unelected());
        ALL.put("elected 4", new Elected(V4.version()));
        ALL.put("elected other 4", new Elected(OTHER4.version()));
        ALL.put("spreading 4", new Spreading(pending(2, V4)));
        ALL.put("spreading 4 on 1", new Spreading(pending(2, V4, 1)));
        ALL.put("spreading 4 again", new Spreading(pending(3, V4)));
        ALL.put("in force 4", new InForce(V4, 2, NONE, SURE));
        ALL.put("in force 4, update 5", new InForce(V4, 2, update(9, V5, 60), SURE));
        ALL.put("in force 4, update 5 on 1", new InForce(V4, 2, update(9, V5, 60, 1), SURE));
        ALL.put("in force 4, update 5 again", new InForce(V4, 2, update(10, V5, 60), SURE));
        ALL.put("in force 4, update 5 for good", new InForce(V4, 2, update(9, V5, 0), SURE));
        ALL.put("in force 5 on probation", new InForce(V5, 9, NONE, TRIAL));
        ALL.put("in force 5", new InForce(V5, 9, NONE, SURE));
    }

    private static final Map<String, Set<String>> TABLE = Map.ofEntries(
            Map.entry("unelected", Set.of("elected 4", "elected other 4")),
            Map.entry("elected 4", Set.of("unelected", "spreading 4", "spreading 4 on 1", "spreading 4 again")),
            Map.entry("elected other 4", Set.of("unelected")),
            Map.entry("spreading 4", Set.of("spreading 4", "spreading 4 on 1", "elected 4", "in force 4")),
            Map.entry("spreading 4 on 1", Set.of("spreading 4 on 1", "elected 4", "in force 4")),
            Map.entry("spreading 4 again", Set.of("spreading 4 again", "elected 4")),
            Map.entry(
                    "in force 4",
                    Set.of(
                            "in force 4",
                            "in force 4, update 5",
                            "in force 4, update 5 on 1",
                            "in force 4, update 5 again",
                            "in force 4, update 5 for good")),
            Map.entry(
                    "in force 4, update 5",
                    Set.of(
                            "in force 4",
                            "in force 4, update 5",
                            "in force 4, update 5 on 1",
                            "in force 5 on probation")),
            Map.entry(
                    "in force 4, update 5 on 1",
                    Set.of("in force 4", "in force 4, update 5 on 1", "in force 5 on probation")),
            Map.entry("in force 4, update 5 again", Set.of("in force 4", "in force 4, update 5 again")),
            Map.entry(
                    "in force 4, update 5 for good",
                    Set.of("in force 4", "in force 4, update 5 for good", "in force 5")),
            Map.entry("in force 5 on probation", Set.of("in force 5 on probation", "in force 5")),
            Map.entry("in force 5", Set.of("in force 5")));

    @Test
    void onlyTheStepsOfTheTableAreTaken() {
        ALL.forEach((from, now) -> ALL.forEach(
                (to, next) -> assertEquals(TABLE.get(from).contains(to), now.mayBecome(next), from + " to " + to)));
    }

    @Test
    void whatCmanHasInForceIsFollowedFromAnywhereButNotDownwards() {
        var next = new InForce(V5, 12, NONE, SURE);
        ALL.forEach((from, now) -> assertTrue(now.mayFollow(next), from));
        assertTrue(new InForce(V4, 2, NONE, SURE).mayFollow(new InForce(OTHER4, 12, NONE, SURE)));
        assertFalse(next.mayFollow(new InForce(V4, 13, NONE, SURE)));
        assertFalse(next.mayFollow(new InForce(V5, 13, NONE, TRIAL)));
    }

    @Test
    void anUpdateThatDoesntGoUpCantBe() {
        assertThrows(IllegalArgumentException.class, () -> new InForce(V4, 2, update(9, OTHER4, 0), SURE));
        assertThrows(IllegalArgumentException.class, () -> new InForce(V5, 2, update(9, V4, 0), SURE));
        assertThrows(IllegalArgumentException.class, () -> new InForce(V4, 9, update(9, V5, 0), SURE));
    }
}
