package io.muster.cman.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.config.ClusterConfig;
import io.muster.config.CmanConfig;
import io.muster.config.ConfigReader;
import io.muster.membership.CmanSettings;
import io.muster.membership.CmanSettings.Configured;
import io.muster.quorum.QuorumRules;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// A copy of a record with something changed differs in that and in nothing else: two neighbours of one
/// type are easily swapped, and the compiler doesn't see it.
class RecordCopiesTest {
    /// Neighbours of one type have different values throughout.
    private static final CmanConfig CMAN = new CmanConfig(
            1,
            true,
            4,
            5,
            "six",
            true,
            8,
            Optional.of("nine"),
            10,
            11,
            12,
            13,
            14,
            true,
            false,
            17,
            true,
            false,
            20,
            true,
            OptionalInt.of(22));

    private static final QuorumRules RULES =
            new QuorumRules(false, true, true, false, OptionalInt.of(3), List.of(1, 2, 3));

    @Test
    void aCopyDiffersInWhatItWasGiven() {
        assertEquals(
                Set.of("port", "multicast", "multicastSet", "keyfile"),
                differences(CMAN, CMAN.withTalk(104, "106", false, Optional.of("109"))));
        assertEquals(Set.of(), differences(CMAN, CMAN.withTalk(4, "six", true, Optional.of("nine"))));
        assertEquals(Set.of("twoNode"), differences(RULES, RULES.withTwoNode()));

        ClusterConfig config = ConfigReader.parse(
                        "<cluster name='a' config_version='7'><clusternodes><clusternode name='n' nodeid='1'/></clusternodes></cluster>"
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        "cluster.conf")
                .config()
                .orElseThrow();
        assertEquals(Set.of("cman"), differences(config, config.withCman(CMAN)));

        var settings = new CmanSettings(
                "one",
                2,
                new TreeMap<>(Map.of(1, new Configured("n", 1, List.of()))),
                4,
                RULES,
                Set.of(),
                7,
                8,
                9,
                10,
                "eleven");
        var other = new TreeMap<>(Map.of(1, new Configured("n", 5, List.of())));
        assertEquals(
                Set.of("nodes", "expectedVotes", "rules"),
                differences(settings, settings.withVotes(other, 5, RULES.withTwoNode())));
    }

    private static <R extends Record> Set<String> differences(R one, R other) {
        var found = new TreeSet<String>();
        for (RecordComponent component : one.getClass().getRecordComponents()) {
            try {
                var accessor = component.getAccessor();
                if (!Objects.equals(accessor.invoke(one), accessor.invoke(other))) {
                    found.add(component.getName());
                }
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }
        return found;
    }
}
