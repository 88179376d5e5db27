package io.muster.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The conformance tables of quorum, every line of them.
class VoteCountTest {
    static Stream<String> arithmetic() {
        return lines("arithmetic.txt");
    }

    static Stream<String> cases() {
        return lines("cases.txt");
    }

    private static Stream<String> lines(String file) {
        try (var in = Objects.requireNonNull(VoteCountTest.class.getResourceAsStream(file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("arithmetic")
    void quorumIsTheHigherMajority(String line) {
        int[] n = Arrays.stream(line.split(" ")).mapToInt(Integer::parseInt).toArray();
        assertEquals(n[2], VoteCount.quorum(n[0], n[1]));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void counts(String line) {
        String[] f = Arrays.stream(line.split("\\|", -1)).map(String::trim).toArray(String[]::new);
        List<Integer> nodeids =
                IntStream.rangeClosed(1, Integer.parseInt(f[0])).boxed().toList();
        List<Voter> members = f[1].isEmpty()
                ? List.of()
                : Arrays.stream(f[1].split(" ")).map(VoteCountTest::voter).toList();
        boolean decrease = f[4].equals("decrease");
        assertEquals(tally(f[5]), VoteCount.count(members, rules(f[2], nodeids), tally(f[3]), decrease));
    }

    private static Voter voter(String text) {
        int[] n = Arrays.stream(text.split(":")).mapToInt(Integer::parseInt).toArray();
        return new Voter(n[0], n[1], n[2], n.length > 3 ? n[3] : 0);
    }

    private static Tally tally(String text) {
        String[] n = text.split("/");
        return new Tally(
                Integer.parseInt(n[0]),
                Integer.parseInt(n[1]),
                Integer.parseInt(n[2]),
                n[3].equals("y"),
                n[4].equals("y"));
    }

    private static QuorumRules rules(String text, List<Integer> nodeids) {
        boolean tie = text.contains("tie");
        OptionalInt node = text.contains("tie=")
                ? OptionalInt.of(Integer.parseInt(text.replaceAll(".*tie=(\\d+).*", "$1")))
                : OptionalInt.empty();
        return new QuorumRules(
                text.contains("two_node"),
                text.contains("wait_for_all"),
                text.contains("last_man"),
                tie,
                node,
                nodeids);
    }

    @Test
    void expectedVotesMustLeaveQuorumBetweenHalfAndAllOfTheVotes() {
        List<Voter> three = List.of(new Voter(1, 1, 5, 0), new Voter(2, 1, 5, 0), new Voter(3, 1, 5, 0));
        QuorumRules rules = QuorumRules.plain(List.of(1, 2, 3, 4, 5));
        Tally before = VoteCount.count(three, rules, Tally.NONE, false);
        assertTrue(VoteCount.admissibleQuorum(VoteCount.withExpected(three, 1, 3), rules, before)
                .isPresent());
        assertTrue(VoteCount.admissibleQuorum(VoteCount.withExpected(three, 1, 5), rules, before)
                .isPresent());
        assertFalse(VoteCount.admissibleQuorum(VoteCount.withExpected(three, 1, 6), rules, before)
                .isPresent());
    }

    @Test
    void afterARemovalEverybodyExpectsTheNumberOfNodesAndNotOfVotes() {
        List<Voter> left = List.of(new Voter(1, 5, 10, 0), new Voter(2, 3, 10, 0));
        assertEquals(List.of(new Voter(1, 5, 2, 0), new Voter(2, 3, 2, 0)), VoteCount.withoutRemoved(left));
    }
}
