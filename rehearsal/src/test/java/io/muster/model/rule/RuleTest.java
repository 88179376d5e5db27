package io.muster.model.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.model.rule.Move.Kind;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The rule of `docs/what-may-still-run.md`, tried in all worlds that a few disturbances lead to: faults, and what
/// may happen or not.
///
/// Nobody runs a service twice, no agent hits a node whose successor has started something, and every service can
/// start again; without any one of the guards there is a way to break that, which is told in words.
///
/// More of it: `-Dmuster.rule.disturbances=4`.
final class RuleTest {
    private static final int DISTURBANCES = Integer.getInteger("muster.rule.disturbances", 3);
    private static final int MANY = 1_000;
    private static final int MOST = Integer.getInteger("muster.rule.most", 4_000_000);

    /// What a cluster does by itself.
    private static final Set<Move> COURSE = of(Kind.COURSE);

    /// The same where nobody helps, but machines that have lost their cman are switched off and on again, and a stop
    /// succeeds in the end.
    private static final Set<Move> ALONE = EnumSet.copyOf(COURSE);

    static {
        ALONE.addAll(List.of(Move.REBOOT, Move.STOP));
    }

    private static Set<Move> of(Kind kind) {
        return Arrays.stream(Move.values())
                .filter(move -> move.kind == kind)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Move.class)));
    }

    /// Three members, rgmanager ready on each, nothing started.
    static World formed(int services) {
        World w = new World(services);
        for (int n = 0; n < World.NODES; n++) {
            w.machine(n, World.CMAN);
            w.rg(n, World.READY);
        }
        w.stamp(0, 1);
        return w;
    }

    @Test
    void noServiceRunsTwiceAndNoAgentIsLate() {
        holds("one service", new Rule(Set.of(), Set.of()), 1, DISTURBANCES);
        holds("two services", new Rule(Set.of(), Set.of()), 2, DISTURBANCES - 2);
    }

    private static void holds(String what, Rule rule, int services, int disturbances) {
        var search = new Search(rule, services, MOST);
        World first = formed(services);
        Optional<Integer> broken = search.run(first, disturbances);
        assertEquals(
                List.of(), broken.map(number -> search.story(first, number)).orElse(List.of()), what);
        System.out.println(what + ", " + disturbances + " disturbances: " + search.count() + " worlds");
    }

    /// Nothing is a guard that isn't needed.
    @ParameterizedTest
    @EnumSource(Guard.class)
    void eachGuardIsNeeded(Guard guard) {
        Set<Move> never = EnumSet.complementOf(EnumSet.copyOf(COURSE));
        never.removeAll(scene(guard));
        World first = formed(1);
        if (guard == Guard.LIMIT_OUTLIVES_SUCCESSOR) {
            assertEquals(List.of(), dead(Set.of(), never, first));
            List<String> story = dead(Set.of(guard), never, first);
            assertFalse(story.isEmpty());
            tell(guard, story, "web stays where nobody looks after it");
            return;
        }
        holds(guard + " on", new Rule(Set.of(), never), 1, MANY);
        var search = new Search(new Rule(Set.of(guard), never), 1, MOST);
        Optional<Integer> broken = search.run(first, MANY);
        assertTrue(broken.isPresent());
        List<String> story = search.story(first, broken.get());
        assertFalse(story.isEmpty());
        String end = Search.breach(search.world(broken.get()));
        tell(guard, story, end.isEmpty() ? "an agent hits a successor" : end);
    }

    private static List<String> dead(Set<Guard> off, Set<Move> never, World first) {
        var search = new Search(new Rule(off, never), 1, MOST, ALONE);
        search.run(first, MANY);
        int dead = search.dead(Search::open);
        return dead < 0 ? List.of() : search.story(first, dead);
    }

    private static void tell(Guard guard, List<String> story, String end) {
        System.out.println("Without \"" + guard.sentence + "\":");
        story.forEach(step -> System.out.println("    " + step));
        System.out.println("    => " + end);
    }

    /// What must be able to happen for the guard to be missed; everything else is left out, so that all that can be
    /// reached is gone through.
    private static Set<Move> scene(Guard guard) {
        return switch (guard) {
            case UNCLEAN_COUNTS ->
                EnumSet.of(
                        Move.KILL_CMAN,
                        Move.ORPHAN_FAILS,
                        Move.START_CMAN,
                        Move.START_RG,
                        Move.READY_UNCLEAN,
                        Move.PART);
            case EVERY_SUSPECT -> EnumSet.of(Move.KILL_RG, Move.START_RG, Move.READY_UNCLEAN);
            case FAILED_STOP_IS_TOLD -> EnumSet.of(Move.PART_FAILED, Move.START_RG, Move.LEAVE);
            case FROZEN_IS_TOLD -> EnumSet.of(Move.PART_FROZEN, Move.START_RG, Move.LEAVE);
            case PREDECESSOR_IS_TOLD -> EnumSet.of(Move.KILL_RG, Move.START_RG, Move.PART_EARLY);
            case LEDGER_IS_STOPPED -> EnumSet.of(Move.KILL_RG, Move.START_RG, Move.READY_UNSEEN);
            case LIVING_VOIDS_PROOF -> EnumSet.of(Move.FENCE_NODE, Move.CUT);
            case LIMIT_OUTLIVES_SUCCESSOR -> EnumSet.of(Move.KILL_RG, Move.START_RG, Move.REBOOT, Move.STOP);
            case FILE_IS_NO_PROOF ->
                EnumSet.of(Move.KILL_CMAN, Move.ORPHAN_FAILS, Move.START_CMAN, Move.FENCED_VOUCHES);
            case CLAIM_HOLDS_BACK -> EnumSet.of(Move.CRASH, Move.AGENT_HITS, Move.AGENT_FAILS);
            case LEDGER_BEFORE_QUESTION -> EnumSet.of(Move.KILL_CMAN, Move.START_CMAN);
            case LOST_LEDGER_IS_ALL -> EnumSet.of(Move.KILL_RG, Move.START_RG, Move.LOSE_LEDGER);
            case AGENTS_END_WITH_FENCED ->
                EnumSet.of(Move.CRASH, Move.AGENT_FAILS, Move.KILL_BOTH, Move.START_CMAN, Move.START_RG);
            case LATEST_QUORUM_WINS ->
                EnumSet.of(Move.CRASH, Move.KILL_CMAN, Move.ACK, Move.START_CMAN, Move.START_RG, Move.LEAVE);
        };
    }

    @Test
    void everyServiceCanStartAgain() {
        Set<Move> help = EnumSet.copyOf(COURSE);
        help.addAll(of(Kind.HELP));
        lives("with operators", Set.of(), help, Search::good);
        Set<Move> never = EnumSet.of(
                Move.LOSE_LEDGER,
                Move.START_CMAN,
                Move.BOOT_BARE,
                Move.PART,
                Move.PART_FAILED,
                Move.PART_FROZEN,
                Move.PART_EARLY,
                Move.LEAVE);
        lives("with fencing alone", never, ALONE, Search::open);
    }

    private static void lives(String what, Set<Move> never, Set<Move> counted, Predicate<World> good) {
        var search = new Search(new Rule(Set.of(), never), 1, MOST, counted);
        World first = formed(1);
        search.run(first, DISTURBANCES - 1);
        int dead = search.dead(good);
        assertEquals(List.of(), dead < 0 ? List.of() : search.story(first, dead), what);
        System.out.println(what + ", every service can start again: " + search.count() + " worlds");
    }
}
