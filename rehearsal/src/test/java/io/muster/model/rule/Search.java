package io.muster.model.rule;

import io.muster.model.rule.Move.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Goes through all worlds that can be reached, nearest first, each once whatever its nodes are called.
final class Search {
    private static final int NO_PARENT = -1;
    private static final String[] NAMES = {"alpha", "beta", "gamma"};
    private static final String[] SERVICES = {"web", "db"};

    private final Rule rule;
    private final int services;
    private final boolean graph;
    private final int most;

    private long[] keys = new long[3 << 16];
    private int[] parents = new int[1 << 16];
    private int[] table = new int[1 << 18];
    private int count;
    private int broken = -1;

    /// Worlds behind a disturbance, with where they come from.
    private long[] later = new long[4 << 16];

    private int laterCount;

    /// Steps that happen by themselves, as pairs from and to.
    private int[] steps = new int[0];

    private int stepCount;
    private Set<Move> counted = Set.of();

    private final long[] packed = new long[3];

    /// @param most how many worlds may be looked at
    Search(Rule rule, int services, int most) {
        this(rule, services, most, Set.of());
    }

    /// @param counted what [#dead] may make use of
    Search(Rule rule, int services, int most, Set<Move> counted) {
        this.rule = rule;
        this.services = services;
        this.most = most;
        this.counted = counted;
        this.graph = !counted.isEmpty();
        Arrays.fill(table, -1);
    }

    int count() {
        return count;
    }

    /// @param disturbances how many faults and chances there may be at most
    /// @return the number of the first world that breaks a promise: the fewest disturbances, then the fewest steps
    Optional<Integer> run(World first, int disturbances) {
        add(first.canonical(), NO_PARENT);
        int at = 0;
        for (int layer = 0; layer <= disturbances; layer++) {
            boolean last = layer == disturbances;
            for (; at < count; at++) {
                look(at, last);
                if (broken >= 0) {
                    return Optional.of(broken);
                }
                if (count > most) {
                    throw new AssertionError("more than " + most + " worlds");
                }
            }
            for (int i = 0; i < laterCount && broken < 0; i += 4) {
                System.arraycopy(later, i, packed, 0, 3);
                int before = count;
                int number = addPacked((int) later[i + 3]);
                if (count > before && !breach(world(number)).isEmpty()) {
                    return Optional.of(number);
                }
            }
            laterCount = 0;
            if (at == count) {
                break;
            }
        }
        return Optional.empty();
    }

    private void look(int from, boolean last) {
        World world = world(from);
        rule.moves(world, (next, move, node, arg) -> {
            boolean late = late(world, move, node);
            boolean disturbs = move.kind == Kind.FAULT || move.kind == Kind.CHANCE;
            if (broken >= 0 || disturbs && last && !late) {
                return;
            }
            World other = next.canonical();
            if (disturbs && !late) {
                other.pack(packed);
                postpone(from);
                return;
            }
            int before = count;
            int number = add(other, from);
            if (graph && number != from && counted.contains(move)) {
                step(from, number);
            }
            if (late) {
                broken = from;
            } else if (count > before && !breach(other).isEmpty()) {
                broken = number;
            }
        });
    }

    private void postpone(int from) {
        if (find() >= 0) {
            return;
        }
        if (laterCount == later.length) {
            later = Arrays.copyOf(later, 2 * laterCount);
        }
        System.arraycopy(packed, 0, later, laterCount, 3);
        later[laterCount + 3] = from;
        laterCount += 4;
    }

    /// What is wrong in a world; empty if nothing is.
    static String breach(World w) {
        int once = 0;
        for (int n = 0; n < World.NODES; n++) {
            if ((once & w.running(n)) != 0) {
                return "a service runs on two machines";
            }
            once |= w.running(n);
        }
        return "";
    }

    // ---- liveness

    /// Whether each service runs, under an rgmanager that has it.
    static boolean good(World w) {
        for (int service = 0; service < w.services; service++) {
            if (!runs(w, service)) {
                return false;
            }
        }
        return true;
    }

    private static boolean runs(World w, int service) {
        boolean runs = false;
        for (int n = 0; n < World.NODES; n++) {
            runs |= w.rg(n) == World.READY
                    && w.quorate(w.side(n))
                    && ((w.hold(w.side(n), n) & w.running(n)) >> service & 1) != 0;
        }
        return runs;
    }

    /// Whether nothing keeps any service from starting, on whatever node with an rgmanager comes.
    static boolean open(World w) {
        for (int service = 0; service < w.services; service++) {
            boolean free = false;
            for (int k = 0; k < World.NODES; k++) {
                free |= w.quorate(k) && !Rule.barred(w, k, NO_PARENT, service);
            }
            if (!free && !runs(w, service)) {
                return false;
            }
        }
        return true;
    }

    /// The first world from which no counted steps lead to a good one; -1 for none.
    int dead(Predicate<World> good) {
        int[] heads = new int[count + 1];
        for (int i = 0; i < stepCount; i += 2) {
            heads[steps[i + 1] + 1]++;
        }
        for (int i = 0; i < count; i++) {
            heads[i + 1] += heads[i];
        }
        int[] froms = new int[stepCount / 2];
        int[] next = Arrays.copyOf(heads, count);
        for (int i = 0; i < stepCount; i += 2) {
            froms[next[steps[i + 1]]++] = steps[i];
        }
        var alive = new BitSet(count);
        int[] queue = new int[count];
        int tail = 0;
        for (int i = 0; i < count; i++) {
            if (good.test(world(i))) {
                alive.set(i);
                queue[tail++] = i;
            }
        }
        for (int head = 0; head < tail; head++) {
            for (int i = heads[queue[head]]; i < heads[queue[head] + 1]; i++) {
                if (!alive.get(froms[i])) {
                    alive.set(froms[i]);
                    queue[tail++] = froms[i];
                }
            }
        }
        int dead = alive.nextClearBit(0);
        return dead < count ? dead : -1;
    }

    private void step(int from, int to) {
        if (stepCount + 2 > steps.length) {
            steps = Arrays.copyOf(steps, Math.max(1 << 16, steps.length * 2));
        }
        steps[stepCount++] = from;
        steps[stepCount++] = to;
    }

    // ---- the store

    World world(int number) {
        return World.unpack(services, keys[3 * number], keys[3 * number + 1], keys[3 * number + 2]);
    }

    private int add(World world, int parent) {
        world.pack(packed);
        return addPacked(parent);
    }

    /// The number of the packed world; -1 - its slot when it is new.
    private int find() {
        int slot = slot(packed[0], packed[1], packed[2]);
        while (table[slot] >= 0) {
            int at = 3 * table[slot];
            if (keys[at] == packed[0] && keys[at + 1] == packed[1] && keys[at + 2] == packed[2]) {
                return table[slot];
            }
            slot = slot + 1 & table.length - 1;
        }
        return -1 - slot;
    }

    private int addPacked(int parent) {
        int found = find();
        if (found >= 0) {
            return found;
        }
        table[-1 - found] = count;
        if (count == parents.length) {
            parents = Arrays.copyOf(parents, 2 * count);
            keys = Arrays.copyOf(keys, 6 * count);
        }
        System.arraycopy(packed, 0, keys, 3 * count, 3);
        parents[count++] = parent;
        if (2 * count > table.length) {
            grow();
        }
        return count - 1;
    }

    private void grow() {
        table = new int[2 * table.length];
        Arrays.fill(table, -1);
        for (int i = 0; i < count; i++) {
            int slot = slot(keys[3 * i], keys[3 * i + 1], keys[3 * i + 2]);
            while (table[slot] >= 0) {
                slot = slot + 1 & table.length - 1;
            }
            table[slot] = i;
        }
    }

    private int slot(long a, long b, long c) {
        long h = (a * 0x9e3779b97f4a7c15L ^ b) * 0xbf58476d1ce4e5b9L;
        h = ((h ^ h >>> 29) + c) * 0x94d049bb133111ebL;
        return (int) (h ^ h >>> 32) & table.length - 1;
    }

    // ---- told in words

    /// The shortest way to a world, a step a line.
    List<String> story(World first, int number) {
        var way = new ArrayList<Integer>();
        for (int at = number; at != NO_PARENT; at = parents[at]) {
            way.addFirst(at);
        }
        var told = new ArrayList<String>();
        World[] now = {first};
        for (int i = 1; i < way.size(); i++) {
            int wanted = way.get(i);
            World[] found = {null};
            World from = now[0];
            String[] words = {""};
            rule.moves(from, (next, move, node, arg) -> {
                if (found[0] == null && is(next.canonical(), wanted)) {
                    found[0] = next;
                    words[0] = words(from, move, node, arg);
                }
            });
            if (found[0] == null) {
                throw new IllegalStateException("no way from " + told);
            }
            told.add(words[0]);
            now[0] = found[0];
        }
        World end = now[0];
        boolean[] said = {!breach(end).isEmpty()};
        rule.moves(end, (next, move, node, arg) -> {
            if (!said[0] && late(end, move, node)) {
                said[0] = true;
                told.add(words(end, move, node, arg) + ", after its successor has started something");
            }
        });
        return told;
    }

    private static boolean late(World from, Move move, int node) {
        return (move == Move.AGENT_HITS || move == Move.AGENT_DONE) && from.marked(node) != 0;
    }

    private boolean is(World canonical, int wanted) {
        canonical.pack(packed);
        return keys[3 * wanted] == packed[0] && keys[3 * wanted + 1] == packed[1] && keys[3 * wanted + 2] == packed[2];
    }

    static String words(World w, Move move, int node, int arg) {
        String other = switch (move) {
            case MEET, CLAIM, AGENT_DONE, AGENT_HITS, AGENT_FAILS -> NAMES[arg];
            case GRANT, START, STOP, KILL_RG_STARTED -> SERVICES[arg];
            default -> "";
        };
        var list = new ArrayList<String>();
        for (int service = 0; service < w.services; service++) {
            if ((arg >> service & 1) != 0) {
                list.add(SERVICES[service]);
            }
        }
        return move.words.formatted(NAMES[node], other, String.join(" and ", list));
    }
}
