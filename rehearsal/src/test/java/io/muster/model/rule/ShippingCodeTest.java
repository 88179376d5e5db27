package io.muster.model.rule;

import static io.muster.model.rule.World.CMAN;
import static io.muster.model.rule.World.NODES;
import static io.muster.model.rule.World.READY;
import static io.muster.model.rule.World.UNREADY;

import io.muster.driver.Dice;
import io.muster.group.Remains;
import io.muster.model.rule.Move.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The small world and the cores that ship, taken through the same steps; after each both must hold the same lists,
/// and the cores may only start what the rule lets them.
///
/// One walk again: `-Dseed=N`.
final class ShippingCodeTest {
    private static final int WALKS = Integer.getInteger("muster.rule.walks", 120);
    private static final int STEPS = 60;

    /// What the walks do. What is missing here has no core of its own in the fleet.
    private static final Set<Move> MOVES = EnumSet.of(
            Move.BOOT,
            Move.BOOT_BARE,
            Move.MEET,
            Move.RG_JOIN,
            Move.READY,
            Move.READY_UNCLEAN,
            Move.START,
            Move.TIMER,
            Move.AGENT_DONE,
            Move.FENCE_NODE,
            Move.ORPHAN_ENDS,
            Move.ORPHAN_FAILS,
            Move.CRASH,
            Move.CUT,
            Move.KILL_RG,
            Move.KILL_RG_STARTED,
            Move.KILL_CMAN,
            Move.LOSE_LEDGER,
            Move.START_CMAN,
            Move.START_RG,
            Move.REBOOT,
            Move.ACK,
            Move.STOP_BY_HAND,
            Move.PART,
            Move.PART_FAILED,
            Move.LEAVE);

    private record Option(World next, Move move, int node, int arg) {}

    private final Map<Move, Integer> seen = new EnumMap<>(Move.class);

    @Test
    void theCoresThatShipDoAsTheRuleSays() {
        long first = Long.getLong("seed", 1);
        long last = Long.getLong("seed", WALKS);
        for (long seed = first; seed <= last; seed++) {
            new Walk(seed, 1 + (int) (seed % 2)).run();
        }
        System.out.println("steps compared: " + seen);
    }

    private final class Walk {
        private final long seed;
        private final Dice dice;
        private final Fleet fleet;
        private final Rule rule = new Rule(Set.of(), EnumSet.complementOf(EnumSet.copyOf(MOVES)));
        private final Rule claims = new Rule(Set.of(), EnumSet.complementOf(EnumSet.of(Move.CLAIM)));
        private final Rule grants = new Rule(Set.of(), EnumSet.complementOf(EnumSet.of(Move.GRANT)));
        private World world;

        Walk(long seed, int services) {
            this.seed = seed;
            this.dice = new Dice(seed);
            this.fleet = new Fleet(seed, services);
            this.world = RuleTest.formed(services);
        }

        void run() {
            try {
                form();
                // When the last that was quorate is gone, nothing is left to be compared.
                for (int i = 0; i < STEPS && alive(); i++) {
                    step();
                }
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "-Dseed=" + seed + "\n  " + String.join("\n  ", fleet.told) + "\n  " + e.getMessage(), e);
            }
        }

        /// The cluster the small world begins with.
        private void form() {
            for (int n = 0; n < NODES; n++) {
                fleet.startCman(n);
            }
            fleet.meet(0, 1);
            fleet.meet(0, 2);
            for (int n = 0; n < NODES; n++) {
                fleet.joinRg(n);
            }
            for (int n = 0; n < NODES; n++) {
                fleet.stopEverything(n, new TreeSet<>());
            }
            follow();
            compare();
        }

        private void step() {
            List<Option> options = new ArrayList<>();
            rule.moves(world, (next, move, node, arg) -> {
                if (possible(move, node, arg)) {
                    options.add(new Option(next, move, node, arg));
                }
            });
            if (options.isEmpty()) {
                return;
            }
            // First what, then to whom: else moves with many forms crowd out the others.
            boolean well = dice.nextInt(10) < 7;
            List<Move> all = options.stream().map(Option::move).distinct().toList();
            List<Move> some = all.stream()
                    .filter(move -> well == (move.kind == Kind.COURSE || move.kind == Kind.HELP))
                    .toList();
            List<Move> kinds = some.isEmpty() ? all : some;
            Move kind = kinds.get(dice.nextInt(kinds.size()));
            List<Option> those = options.stream().filter(o -> o.move == kind).toList();
            Option option = those.get(dice.nextInt(those.size()));
            fleet.told.add(Search.words(world, option.move, option.node, option.arg));
            seen.merge(option.move, 1, Integer::sum);
            World before = world;
            world = option.next;
            act(before, option);
            follow();
            compare();
        }

        private boolean alive() {
            for (int n = 0; n < NODES; n++) {
                if (world.machine(n) == CMAN && world.stamp(world.side(n)) > 0) {
                    return true;
                }
            }
            return false;
        }

        private boolean possible(Move move, int node, int arg) {
            return switch (move) {
                // Two that come new know of nobody else, and cman doesn't say so: fenced and rgmanager do.
                // Of two with one past cman keeps the side with the lowest node.
                case MEET ->
                    world.stamp(world.side(node)) > 0
                            && (world.stamp(world.side(node)) > world.stamp(world.side(arg)) || node < arg);
                // fenced keeps what its agent has proven until it is quorate again, and says it then. In the
                // small world the agent takes so long.
                case AGENT_DONE -> world.machine(arg) != CMAN || world.quorate(world.side(arg));
                // Of a living member of which nobody knows what it runs, no service can be named.
                case ACK -> world.machine(node) != CMAN || world.own(world.side(node), node) != world.all();
                // What nobody owns any more, because its stop has failed, isn't tried again.
                case PART, PART_FAILED -> (world.ledger(node) & ~owned(node) & ~arg) == 0;
                case READY_UNCLEAN -> (arg & ~world.ledger(node)) == 0;
                default -> true;
            };
        }

        private int owned(int n) {
            int owned = 0;
            for (int s = 0; s < world.services; s++) {
                owned |= fleet.owns(n, Fleet.service(s)) ? 1 << s : 0;
            }
            return owned;
        }

        private void act(World before, Option option) {
            int n = option.node;
            switch (option.move) {
                case BOOT, BOOT_BARE, START_CMAN -> fleet.startCman(n);
                case MEET -> fleet.meet(n, option.arg);
                case RG_JOIN -> fleet.joinRg(n);
                case READY, READY_UNCLEAN -> {
                    if (!fleet.stopAsked(n)) {
                        throw new AssertionError("rgmanager of " + n + " doesn't stop everything");
                    }
                    fleet.stopEverything(n, names(option.arg));
                }
                case START -> {
                    if (fleet.rg(n)) {
                        fleet.started(n, Fleet.service(option.arg), before.rg(n) == READY);
                    }
                }
                case TIMER -> fleet.late(n);
                case AGENT_DONE -> {
                    fleet.powerOff(n);
                    boolean newer = fleet.agentsDone(option.arg, n);
                    if (newer && world.machine(option.arg) == CMAN) {
                        // More careful than the rule: it is proof for the run it was after, and a newer one is lost.
                        world.lost(world.side(option.arg), n, world.all());
                    }
                }
                case FENCE_NODE -> fleet.fencedOutside(n);
                case CRASH, REBOOT -> fleet.powerOff(n);
                case CUT -> fleet.cut(n);
                case KILL_RG, KILL_RG_STARTED -> {
                    if (fleet.rg(n)) {
                        fleet.killRg(n);
                        if (fleet.noLedger(n)) {
                            // More careful than the rule: without a ledger cman trusts nobody who has joined.
                            world.own(world.side(n), n, world.all());
                        }
                    }
                }
                case KILL_CMAN -> fleet.cmanDies(n);
                case LOSE_LEDGER -> fleet.loseLedger(n);
                case ACK -> acknowledge(before, n);
                case PART -> fleet.stopRg(n);
                case PART_FAILED -> {
                    fleet.stuck.get(n).addAll(names(option.arg));
                    fleet.stopRg(n);
                    fleet.stuck.get(n).clear();
                }
                case LEAVE -> fleet.leave(n);
                case ORPHAN_ENDS -> fleet.ledgerEmptied(n);
                case START_RG, ORPHAN_FAILS, STOP_BY_HAND -> {}
                default -> throw new IllegalStateException("no way to do " + option.move);
            }
        }

        private void acknowledge(World before, int v) {
            for (int k = 0; k < NODES; k++) {
                if (before.lost(k, v) != world.lost(k, v) || before.own(k, v) != world.own(k, v)) {
                    for (int n = 0; n < NODES; n++) {
                        if (world.member(k, n)) {
                            fleet.acknowledged(n, v);
                            return;
                        }
                    }
                }
            }
        }

        private SortedSet<String> names(int mask) {
            var names = new TreeSet<String>();
            for (int s = 0; s < world.services; s++) {
                if ((mask >> s & 1) != 0) {
                    names.add(Fleet.service(s));
                }
            }
            return names;
        }

        /// What the cores give out is given out in the small world, if the rule allows it.
        private void follow() {
            for (int by = 0; by < NODES; by++) {
                for (int victim = 0; victim < NODES; victim++) {
                    if (fleet.agent(by, victim) && (world.agents(victim) >> by & 1) == 0) {
                        claimed(by, victim);
                    }
                }
            }
            for (int n = 0; n < NODES; n++) {
                for (String service : fleet.starts(n)) {
                    follow(n, service);
                }
            }
        }

        private void claimed(int by, int victim) {
            World[] given = {null};
            claims.moves(world, (next, move, who, holder) -> {
                if (who == victim && holder == by) {
                    given[0] = next;
                }
            });
            if (given[0] == null) {
                throw new AssertionError("an agent of " + by + " against " + victim + ", which the rule bars");
            }
            fleet.told.add(Search.words(world, Move.CLAIM, victim, by));
            seen.merge(Move.CLAIM, 1, Integer::sum);
            world = given[0];
        }

        private void follow(int n, String name) {
            int service = Integer.parseInt(name.substring("service:s".length()));
            if ((world.begun(n) >> service & 1) != 0) {
                return;
            }
            World[] given = {null};
            int node = n;
            grants.moves(world, (next, move, who, what) -> {
                if (who == node && what == service) {
                    given[0] = next;
                }
            });
            int k = world.side(n);
            if (given[0] == null && (world.hold(k, n) >> service & 1) != 0 && !Rule.barred(world, k, n, service)) {
                // Where it may still run, and nowhere else.
                given[0] = world.copy();
                given[0].begun(n, world.begun(n) | 1 << service);
                given[0].ledger(n, world.ledger(n) | 1 << service);
                given[0].lostLedger(n, false);
            }
            if (given[0] == null) {
                throw new AssertionError(name + " is started on " + n + ", which the rule bars");
            }
            fleet.told.add(Search.words(world, Move.GRANT, n, service));
            seen.merge(Move.GRANT, 1, Integer::sum);
            world = given[0];
        }

        private void compare() {
            for (int n = 0; n < NODES; n++) {
                boolean up = world.machine(n) == CMAN;
                same(up, fleet.up(n), "cman runs on " + n);
                if (!up) {
                    continue;
                }
                int k = world.side(n);
                same(world.quorate(k), fleet.quorate(n), "quorate on " + n);
                boolean rg = world.rg(n) == READY || world.rg(n) == UNREADY;
                same(rg, fleet.rg(n), "rgmanager in its group on " + n);
                for (int m = 0; m < NODES; m++) {
                    if (world.stamp(k) > 0) {
                        same(list(world.lost(k, m)), fleet.lost(n, m), "lost runs of " + m + " as " + n + " has it");
                    }
                    if (world.member(k, m)) {
                        same(list(world.own(k, m)), fleet.own(n, m), "member " + m + " as " + n + " has it");
                    }
                }
                same(list(new Rule(Set.of(), Set.of()).ledger(world, n)), fleet.ledger(n), "ledger of " + n);
                for (int m = 0; m < NODES; m++) {
                    boolean works = (world.agents(m) >> n & 1) != 0;
                    same(works, fleet.agent(n, m), "an agent of " + n + " against " + m);
                }
            }
        }

        private Remains list(int list) {
            return list == world.all() ? Remains.ALL : Remains.of(names(list));
        }

        private void same(Object rule, Object code, String what) {
            if (!rule.equals(code)) {
                throw new AssertionError(what + ": the rule has " + rule + ", the code has " + code);
            }
        }
    }
}
