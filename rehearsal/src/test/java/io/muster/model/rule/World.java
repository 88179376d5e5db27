package io.muster.model.rule;

import java.util.Arrays;

/// One state of the small world: three machines, one or two services, and what each side of a partition believes.
///
/// All in one array of small numbers, so that it is copied, compared and packed cheaply. What a list of "may still
/// run" is here: 0 for none, a mask of services, or [#all].
final class World {
    static final int NODES = 3;

    /// Machine off; up without cman; up with cman.
    static final int OFF = 0;

    static final int UP = 1;
    static final int CMAN = 2;

    /// rgmanager: none; started, not in the group; in the group, not ready; ready; without its cman.
    static final int NONE = 0;

    static final int WAITING = 1;
    static final int UNREADY = 2;
    static final int READY = 3;
    static final int ORPHAN = 4;

    // What is so, by node.
    private static final int MACHINE = 0;
    private static final int SIDE = 1;
    private static final int RUNNING = 2;
    private static final int MARKED = 3;
    private static final int LEDGER = 4;
    private static final int LOST_LEDGER = 5;
    private static final int RG = 6;
    private static final int BEGUN = 7;
    private static final int TIMER = 8;
    private static final int AGENTS = 9;
    private static final int SUCCESSOR = 10;
    private static final int MEMORY = 11;
    private static final int PER_NODE = 12;

    // What a side believes: when it was quorate last, then by node.
    private static final int SIDES = PER_NODE * NODES;
    private static final int LOST = 1;
    private static final int OWN = LOST + NODES;
    private static final int HOLD = OWN + NODES;
    private static final int CLAIM = HOLD + NODES;
    private static final int OUTSIDE = CLAIM + NODES;
    private static final int PER_SIDE = OUTSIDE + NODES;
    /// Sides and machines have one quorum each at most that differs, and there is none.
    private static final int RANKS = 2 * NODES + 1;

    private static final int SIZE = SIDES + PER_SIDE * NODES;

    private static final int[][] PERMUTATIONS = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

    final int services;
    final byte[] s;

    World(int services) {
        this.services = services;
        this.s = new byte[SIZE];
    }

    private World(int services, byte[] s) {
        this.services = services;
        this.s = s;
    }

    World copy() {
        return new World(services, s.clone());
    }

    int all() {
        return 1 << services;
    }

    // ---- what is so

    int machine(int n) {
        return s[n * PER_NODE + MACHINE];
    }

    void machine(int n, int v) {
        s[n * PER_NODE + MACHINE] = (byte) v;
    }

    /// Which side its cman is in, only with one.
    int side(int n) {
        return s[n * PER_NODE + SIDE];
    }

    void side(int n, int v) {
        s[n * PER_NODE + SIDE] = (byte) v;
    }

    /// Services that run on the machine.
    int running(int n) {
        return s[n * PER_NODE + RUNNING];
    }

    void running(int n, int v) {
        s[n * PER_NODE + RUNNING] = (byte) v;
    }

    /// Those of them that a successor has started under an agent against its predecessor.
    int marked(int n) {
        return s[n * PER_NODE + MARKED];
    }

    void marked(int n, int v) {
        s[n * PER_NODE + MARKED] = (byte) v;
    }

    int ledger(int n) {
        return s[n * PER_NODE + LEDGER];
    }

    void ledger(int n, int v) {
        s[n * PER_NODE + LEDGER] = (byte) v;
    }

    boolean lostLedger(int n) {
        return s[n * PER_NODE + LOST_LEDGER] != 0;
    }

    void lostLedger(int n, boolean v) {
        s[n * PER_NODE + LOST_LEDGER] = (byte) (v ? 1 : 0);
    }

    int rg(int n) {
        return s[n * PER_NODE + RG];
    }

    void rg(int n, int v) {
        s[n * PER_NODE + RG] = (byte) v;
    }

    /// Services whose first agent is about to begin: the node was given them, and cman has said yes.
    int begun(int n) {
        return s[n * PER_NODE + BEGUN];
    }

    void begun(int n, int v) {
        s[n * PER_NODE + BEGUN] = (byte) v;
    }

    /// Whether cman ends the node unless its rgmanager comes back.
    boolean timer(int n) {
        return s[n * PER_NODE + TIMER] != 0;
    }

    void timer(int n, boolean v) {
        s[n * PER_NODE + TIMER] = (byte) (v ? 1 : 0);
    }

    /// Nodes whose agent is at work against this one, as a mask.
    int agents(int n) {
        return s[n * PER_NODE + AGENTS];
    }

    void agents(int n, int v) {
        s[n * PER_NODE + AGENTS] = (byte) v;
        if (v == 0) {
            s[n * PER_NODE + MARKED] = 0;
            s[n * PER_NODE + SUCCESSOR] = 0;
        }
    }

    /// Whether the node's cman is younger than the run its agents are after.
    boolean successor(int n) {
        return s[n * PER_NODE + SUCCESSOR] != 0;
    }

    void successor(int n, boolean v) {
        s[n * PER_NODE + SUCCESSOR] = (byte) (v ? 1 : 0);
    }

    /// The last quorum the machine remembers, as a rank among those; 0 for none, and in a side that remembers one
    /// itself.
    int memory(int n) {
        return s[n * PER_NODE + MEMORY];
    }

    void memory(int n, int v) {
        s[n * PER_NODE + MEMORY] = (byte) v;
    }

    // ---- what a side believes

    private static int at(int k, int field) {
        return SIDES + k * PER_SIDE + field;
    }

    /// When it was quorate last, as a rank among the sides; 0 for never.
    int stamp(int k) {
        return s[at(k, 0)];
    }

    void stamp(int k, int v) {
        s[at(k, 0)] = (byte) v;
    }

    /// What may still run on lost runs of the node.
    int lost(int k, int n) {
        return s[at(k, LOST + n)];
    }

    void lost(int k, int n, int v) {
        s[at(k, LOST + n)] = (byte) v;
    }

    /// What may still run on the member without an rgmanager in the group.
    int own(int k, int n) {
        return s[at(k, OWN + n)];
    }

    void own(int k, int n, int v) {
        s[at(k, OWN + n)] = (byte) v;
    }

    /// What the member with a ready rgmanager has, or couldn't stop.
    int hold(int k, int n) {
        return s[at(k, HOLD + n)];
    }

    void hold(int k, int n, int v) {
        s[at(k, HOLD + n)] = (byte) v;
    }

    /// Who holds the claim against the node: 0 nobody, else 1 + its number.
    int claim(int k, int n) {
        return s[at(k, CLAIM + n)];
    }

    void claim(int k, int n, int v) {
        s[at(k, CLAIM + n)] = (byte) v;
    }

    /// Proof of `fence_node` against a member.
    boolean outside(int k, int n) {
        return s[at(k, OUTSIDE + n)] != 0;
    }

    void outside(int k, int n, boolean v) {
        s[at(k, OUTSIDE + n)] = (byte) (v ? 1 : 0);
    }

    void clearSide(int k) {
        Arrays.fill(s, at(k, 0), at(k + 1, 0), (byte) 0);
    }

    void copySide(int from, int to) {
        System.arraycopy(s, at(from, 0), s, at(to, 0), PER_SIDE);
    }

    boolean member(int k, int n) {
        return machine(n) == CMAN && side(n) == k;
    }

    int size(int k) {
        int size = 0;
        for (int n = 0; n < NODES; n++) {
            if (member(k, n)) {
                size++;
            }
        }
        return size;
    }

    boolean quorate(int k) {
        return 2 * size(k) > NODES;
    }

    int freeSide() {
        for (int k = 0; k < NODES; k++) {
            if (size(k) == 0) {
                return k;
            }
        }
        throw new IllegalStateException("more sides than nodes");
    }

    // ---- one form for all that differ only by names

    /// The same with sides in the order of their members, stamps without gaps, and nodes in some fixed order.
    World canonical() {
        long[] key = new long[NODES];
        for (int n = 0; n < NODES; n++) {
            key[n] = local(n);
        }
        World best = null;
        for (int[] p : PERMUTATIONS) {
            if (key[p[0]] >= key[p[1]] && key[p[1]] >= key[p[2]]) {
                World other = permuted(p);
                if (best == null || Arrays.compare(other.s, best.s) < 0) {
                    best = other;
                }
            }
        }
        if (best == null) {
            throw new IllegalStateException("no order of the nodes");
        }
        return best;
    }

    private long local(int n) {
        int at = n * PER_NODE;
        long key = s[at];
        for (int i = RUNNING; i < AGENTS; i++) {
            key = key * 8 + s[at + i];
        }
        return key * 8 + (s[at] == CMAN ? size(side(n)) : 0);
    }

    /// @param old by new number
    private World permuted(int[] old) {
        World to = new World(services);
        int[] now = new int[NODES];
        for (int n = 0; n < NODES; n++) {
            now[old[n]] = n;
        }
        int[] sideOf = {-1, -1, -1};
        int sides = 0;
        for (int n = 0; n < NODES; n++) {
            System.arraycopy(s, old[n] * PER_NODE, to.s, n * PER_NODE, PER_NODE);
            to.s[n * PER_NODE + AGENTS] = (byte) mask(agents(old[n]), old);
            if (machine(old[n]) == CMAN) {
                int k = side(old[n]);
                if (sideOf[k] < 0) {
                    sideOf[k] = sides++;
                    side(k, to, sideOf[k], old, now);
                }
                to.side(n, sideOf[k]);
            } else {
                to.side(n, 0);
            }
        }
        to.rank(sides);
        return to;
    }

    private static int mask(int mask, int[] old) {
        int to = 0;
        for (int n = 0; n < NODES; n++) {
            to |= (mask >> old[n] & 1) << n;
        }
        return to;
    }

    private void side(int from, World to, int k, int[] old, int[] now) {
        to.stamp(k, stamp(from));
        for (int n = 0; n < NODES; n++) {
            int o = old[n];
            to.lost(k, n, lost(from, o));
            to.own(k, n, own(from, o));
            to.hold(k, n, hold(from, o));
            int holder = claim(from, o);
            to.claim(k, n, holder == 0 ? 0 : now[holder - 1] + 1);
            to.outside(k, n, outside(from, o));
        }
    }

    private void rank(int sides) {
        int known = 0;
        for (int k = 0; k < sides; k++) {
            known |= 1 << stamp(k);
        }
        for (int n = 0; n < NODES; n++) {
            known |= 1 << memory(n);
        }
        // Without the one for never.
        known &= ~1;
        for (int k = 0; k < sides; k++) {
            stamp(k, Integer.bitCount(known & (2 << stamp(k)) - 1));
        }
        for (int n = 0; n < NODES; n++) {
            memory(n, Integer.bitCount(known & (2 << memory(n)) - 1));
        }
    }

    /// Packs a canonical world into three numbers.
    void pack(long[] to) {
        int lists = all() + 1;
        int masks = all();
        long truth = 0;
        for (int n = 0; n < NODES; n++) {
            truth = truth * 5 + (machine(n) == CMAN ? 2 + side(n) : machine(n));
            truth = truth * masks + running(n);
            truth = truth * masks + marked(n);
            truth = truth * masks + ledger(n);
            truth = truth * 2 + s[n * PER_NODE + LOST_LEDGER];
            truth = truth * 5 + rg(n);
            truth = truth * masks + begun(n);
            truth = truth * 2 + s[n * PER_NODE + TIMER];
            truth = truth * RANKS + memory(n);
        }
        to[0] = truth;
        long believed = 0;
        for (int k = 0; k < NODES; k++) {
            long one = stamp(k);
            for (int n = 0; n < NODES; n++) {
                one = one * lists + lost(k, n);
                one = one * lists + own(k, n);
                one = one * masks + hold(k, n);
                one = one * 4 + claim(k, n);
                one = one * 2 + s[at(k, OUTSIDE + n)];
            }
            if (k == 2) {
                to[2] = one;
            } else {
                believed = believed << 32 | one;
            }
        }
        to[1] = believed;
        long agents = 0;
        for (int n = 0; n < NODES; n++) {
            agents = agents * 16 + agents(n) * 2 + s[n * PER_NODE + SUCCESSOR];
        }
        to[2] = to[2] << 12 | agents;
    }

    /// What [#pack] has made of it.
    static World unpack(int services, long a, long b, long c) {
        World w = new World(services);
        int lists = w.all() + 1;
        int masks = w.all();
        long truth = a;
        for (int n = NODES - 1; n >= 0; n--) {
            w.memory(n, (int) (truth % RANKS));
            truth /= RANKS;
            w.timer(n, truth % 2 == 1);
            truth /= 2;
            w.begun(n, (int) (truth % masks));
            truth /= masks;
            w.rg(n, (int) (truth % 5));
            truth /= 5;
            w.lostLedger(n, truth % 2 == 1);
            truth /= 2;
            w.ledger(n, (int) (truth % masks));
            truth /= masks;
            w.marked(n, (int) (truth % masks));
            truth /= masks;
            w.running(n, (int) (truth % masks));
            truth /= masks;
            int machine = (int) (truth % 5);
            truth /= 5;
            w.machine(n, Math.min(machine, CMAN));
            w.side(n, Math.max(0, machine - CMAN));
        }
        for (int n = 0; n < NODES; n++) {
            int agents = (int) (c >> 4 * (NODES - 1 - n) & 15);
            w.s[n * PER_NODE + AGENTS] = (byte) (agents / 2);
            w.s[n * PER_NODE + SUCCESSOR] = (byte) (agents % 2);
        }
        for (int k = 0; k < NODES; k++) {
            long one = k == 0 ? b >>> 32 : k == 1 ? b & 0xffff_ffffL : c >>> 12;
            for (int n = NODES - 1; n >= 0; n--) {
                w.outside(k, n, one % 2 == 1);
                one /= 2;
                w.claim(k, n, (int) (one % 4));
                one /= 4;
                w.hold(k, n, (int) (one % masks));
                one /= masks;
                w.own(k, n, (int) (one % lists));
                one /= lists;
                w.lost(k, n, (int) (one % lists));
                one /= lists;
            }
            w.stamp(k, (int) one);
        }
        return w;
    }
}
