package io.muster.model.rule;

import static io.muster.model.rule.World.CMAN;
import static io.muster.model.rule.World.NODES;
import static io.muster.model.rule.World.NONE;
import static io.muster.model.rule.World.OFF;
import static io.muster.model.rule.World.ORPHAN;
import static io.muster.model.rule.World.READY;
import static io.muster.model.rule.World.UNREADY;
import static io.muster.model.rule.World.UP;
import static io.muster.model.rule.World.WAITING;

import java.util.Set;

/// All that can happen in a world, by the rule as `docs/what-may-still-run.md` has it, less the guards that are off.
///
/// What one step does at once, the cluster does in several; but nothing that another node could come between is
/// one step here.
final class Rule {
    /// Takes what a world may become.
    interface Sink {
        /// @param arg a service's number, a node, or a mask of services
        void next(World next, Move move, int node, int arg);
    }

    private final Set<Guard> off;
    private final Set<Move> never;

    /// @param never what doesn't happen in this world
    Rule(Set<Guard> off, Set<Move> never) {
        this.off = Set.copyOf(off);
        this.never = Set.copyOf(never);
    }

    private boolean on(Guard guard) {
        return !off.contains(guard);
    }

    void moves(World w, Sink sink) {
        for (int n = 0; n < NODES; n++) {
            machine(w, n, sink);
            if (w.machine(n) == CMAN) {
                cman(w, n, sink);
            }
            rgmanager(w, n, sink);
            agents(w, n, sink);
        }
        meetings(w, sink);
    }

    private void to(Sink sink, World next, Move move, int node, int arg) {
        if (!never.contains(move)) {
            sink.next(next, move, node, arg);
        }
    }

    // ---- lists

    static int and(World w, int one, int other) {
        return one == w.all() ? other : other == w.all() ? one : one & other;
    }

    static int or(World w, int one, int other) {
        return one == w.all() || other == w.all() ? w.all() : one | other;
    }

    static boolean bars(World w, int list, int service) {
        return list == w.all() || (list >> service & 1) != 0;
    }

    int ledger(World w, int n) {
        return w.lostLedger(n) ? on(Guard.LOST_LEDGER_IS_ALL) ? w.all() : 0 : w.ledger(n);
    }

    /// Whether something other than this member's present run may have the service.
    static boolean barred(World w, int k, int n, int service) {
        for (int m = 0; m < NODES; m++) {
            if (bars(w, w.lost(k, m), service)) {
                return true;
            }
            if (m != n && w.member(k, m) && presentBars(w, k, m, service)) {
                return true;
            }
        }
        return false;
    }

    private static boolean presentBars(World w, int k, int m, int service) {
        return switch (w.rg(m)) {
            case UNREADY -> true;
            case READY -> (w.hold(k, m) >> service & 1) != 0;
            default -> bars(w, w.own(k, m), service);
        };
    }

    // ---- a machine

    private void machine(World w, int n, Sink sink) {
        if (w.machine(n) == OFF) {
            for (Move move : new Move[] {Move.BOOT, Move.BOOT_BARE}) {
                World next = w.copy();
                startCman(next, n);
                next.rg(n, move == Move.BOOT ? WAITING : NONE);
                to(sink, next, move, n, 0);
            }
            return;
        }
        World crashed = w.copy();
        powerOff(crashed, n);
        to(sink, crashed, Move.CRASH, n, 0);
        if (w.machine(n) == UP) {
            World next = w.copy();
            startCman(next, n);
            to(sink, next, Move.START_CMAN, n, 0);
        }
        if (w.machine(n) == UP || w.lostLedger(n)) {
            World next = w.copy();
            powerOff(next, n);
            to(sink, next, Move.REBOOT, n, 0);
        }
        if (!w.lostLedger(n) && w.ledger(n) != 0) {
            World next = w.copy();
            next.lostLedger(n, true);
            to(sink, next, Move.LOSE_LEDGER, n, 0);
        }
        if (w.running(n) != 0 && w.rg(n) <= WAITING) {
            World next = w.copy();
            next.running(n, 0);
            next.marked(n, 0);
            to(sink, next, Move.STOP_BY_HAND, n, w.running(n));
        }
    }

    private void powerOff(World w, int n) {
        depart(w, n, w.all());
        w.machine(n, OFF);
        w.running(n, 0);
        w.marked(n, 0);
        w.ledger(n, 0);
        w.lostLedger(n, false);
        w.rg(n, NONE);
        w.begun(n, 0);
        w.timer(n, false);
        w.successor(n, false);
        endAgentsOf(w, n);
    }

    private static void endAgentsOf(World w, int n) {
        for (int v = 0; v < NODES; v++) {
            w.agents(v, w.agents(v) & ~(1 << n));
        }
    }

    /// A cman that knows nobody: of all others it has never met.
    private void startCman(World w, int n) {
        int k = w.freeSide();
        w.clearSide(k);
        w.machine(n, CMAN);
        w.side(n, k);
        for (int m = 0; m < NODES; m++) {
            w.lost(k, m, m == n ? 0 : w.all());
        }
        w.own(k, n, ledger(w, n));
        w.successor(n, w.agents(n) != 0);
    }

    private void cmanDies(World w, int n) {
        depart(w, n, w.all());
        afterCman(w, n);
        endAgentsOf(w, n);
    }

    /// The daemons that stood on it go on for a moment.
    private void afterCman(World w, int n) {
        w.machine(n, UP);
        w.side(n, 0);
        w.timer(n, false);
        w.successor(n, false);
        boolean begun = w.begun(n) != 0;
        if (w.rg(n) != NONE) {
            w.rg(n, begun || w.running(n) != 0 || w.ledger(n) != 0 ? ORPHAN : NONE);
        }
    }

    /// A member goes from its side, which holds that against it.
    private void depart(World w, int n, int remains) {
        if (w.machine(n) != CMAN) {
            return;
        }
        int k = w.side(n);
        boolean quorate = w.quorate(k);
        remember(w, n);
        w.machine(n, UP);
        w.side(n, 0);
        gone(w, k, n, remains);
        settle(w, k, quorate);
    }

    /// What its side knows of, its machine remembers.
    private static void remember(World w, int n) {
        w.memory(n, Math.max(w.memory(n), w.stamp(w.side(n))));
    }

    private void gone(World w, int k, int n, int remains) {
        boolean explained = w.outside(k, n) && remains == w.all();
        w.lost(k, n, explained ? 0 : or(w, w.lost(k, n), remains));
        w.outside(k, n, false);
        w.own(k, n, 0);
        forget(w, k, n);
        for (int v = 0; v < NODES; v++) {
            if (w.claim(k, v) == n + 1) {
                w.claim(k, v, 0);
            }
        }
    }

    /// That a node had a service is remembered without need, except to show what it costs to trust in it.
    private void forget(World w, int k, int n) {
        if (on(Guard.UNCLEAN_COUNTS)) {
            w.hold(k, n, 0);
        }
    }

    /// After the members of a side have changed.
    private void settle(World w, int k, boolean wasQuorate) {
        if (w.size(k) == 0) {
            w.clearSide(k);
            return;
        }
        if (w.quorate(k)) {
            int last = 0;
            for (int other = 0; other < NODES; other++) {
                if (other != k && w.size(other) > 0) {
                    last = Math.max(last, w.stamp(other));
                }
            }
            for (int n = 0; n < NODES; n++) {
                last = Math.max(last, w.memory(n));
            }
            w.stamp(k, Math.max(w.stamp(k), last + 1));
        } else if (wasQuorate) {
            for (int m = 0; m < NODES; m++) {
                if (w.member(k, m)) {
                    stopAnew(w, k, m);
                }
            }
        }
        for (int m = 0; m < NODES; m++) {
            if (w.member(k, m) && w.stamp(k) > 0) {
                w.memory(m, 0);
            }
        }
        group(w, k);
    }

    /// Its services are to be proven stopped anew.
    private void stopAnew(World w, int k, int m) {
        if (w.rg(m) == READY) {
            w.rg(m, UNREADY);
            forget(w, k, m);
        }
    }

    /// A group without members has forgotten everything.
    private static void group(World w, int k) {
        boolean any = false;
        for (int m = 0; m < NODES; m++) {
            any |= w.member(k, m) && (w.rg(m) == UNREADY || w.rg(m) == READY);
        }
        for (int m = 0; !any && m < NODES; m++) {
            w.hold(k, m, 0);
        }
    }

    // ---- cman

    private void cman(World w, int n, Sink sink) {
        int k = w.side(n);
        World killed = w.copy();
        cmanDies(killed, n);
        to(sink, killed, Move.KILL_CMAN, n, 0);
        if (!on(Guard.AGENTS_END_WITH_FENCED) && holds(w, n)) {
            World next = w.copy();
            depart(next, n, w.all());
            afterCman(next, n);
            to(sink, next, Move.KILL_BOTH, n, 0);
        }
        if (w.timer(n) && w.rg(n) <= WAITING) {
            World next = w.copy();
            cmanDies(next, n);
            to(sink, next, Move.TIMER, n, 0);
        }
        if (w.size(k) > 1) {
            World next = w.copy();
            cut(next, n);
            to(sink, next, Move.CUT, n, 0);
        }
        if (w.rg(n) == NONE && !holds(w, n)) {
            World next = w.copy();
            depart(next, n, w.own(k, n));
            afterCman(next, n);
            to(sink, next, Move.LEAVE, n, 0);
        }
        if (w.quorate(k) && w.size(k) > 1 && !w.outside(k, n)) {
            // What lives on is seen in the next round of the token.
            World next = w.copy();
            next.outside(k, n, !on(Guard.LIVING_VOIDS_PROOF));
            to(sink, next, Move.FENCE_NODE, n, 0);
        }
        if (!on(Guard.FILE_IS_NO_PROOF) && w.lost(k, n) != 0 && w.quorate(k)) {
            World next = w.copy();
            next.lost(k, n, 0);
            next.own(k, n, 0);
            to(sink, next, Move.FENCED_VOUCHES, n, 0);
        }
        // Only operators that are right: they have looked.
        for (int v = 0; v < NODES; v++) {
            boolean idle = w.running(v) == 0 && w.begun(v) == 0 && w.rg(v) != ORPHAN;
            boolean ours = w.machine(v) != CMAN || w.side(v) == k;
            boolean said = w.lost(k, v) != 0 || w.member(k, v) && w.rg(v) <= WAITING && w.own(k, v) != 0;
            if (idle && ours && said && w.quorate(k) && lowest(w, k) == n) {
                World next = w.copy();
                next.lost(k, v, 0);
                if (w.rg(v) <= WAITING) {
                    next.own(k, v, 0);
                }
                to(sink, next, Move.ACK, v, 0);
            }
        }
    }

    private static int lowest(World w, int k) {
        int n = 0;
        while (!w.member(k, n)) {
            n++;
        }
        return n;
    }

    private static boolean holds(World w, int n) {
        for (int v = 0; v < NODES; v++) {
            if ((w.agents(v) >> n & 1) != 0) {
                return true;
            }
        }
        return false;
    }

    /// Two sides with one past.
    private void cut(World w, int n) {
        int k = w.side(n);
        int other = w.freeSide();
        boolean quorate = w.quorate(k);
        w.copySide(k, other);
        w.side(n, other);
        gone(w, k, n, w.all());
        for (int m = 0; m < NODES; m++) {
            if (w.member(k, m)) {
                gone(w, other, m, w.all());
            }
        }
        settle(w, other, quorate);
        settle(w, k, quorate);
    }

    private void meetings(World w, Sink sink) {
        for (int x = 0; x < NODES; x++) {
            for (int y = 0; y < NODES; y++) {
                if (x != y && w.size(x) > 0 && w.size(y) > 0 && w.stamp(x) >= w.stamp(y)) {
                    World next = w.copy();
                    if (outlived(w, x, y)) {
                        ended(next, x);
                    } else {
                        meet(next, x, y);
                    }
                    to(sink, next, Move.MEET, lowest(w, x), lowest(w, y));
                }
            }
        }
    }

    /// Whether one who comes new remembers a later quorum than that of a side which isn't quorate by itself.
    private boolean outlived(World w, int x, int y) {
        if (!on(Guard.LATEST_QUORUM_WINS) || w.stamp(y) > 0 || w.stamp(x) == 0 || w.quorate(x)) {
            return false;
        }
        for (int n = 0; n < NODES; n++) {
            if (w.member(y, n) && w.memory(n) > w.stamp(x)) {
                return true;
            }
        }
        return false;
    }

    private void ended(World w, int x) {
        for (int n = 0; n < NODES; n++) {
            if (w.member(x, n)) {
                remember(w, n);
                afterCman(w, n);
                endAgentsOf(w, n);
            }
        }
        w.clearSide(x);
    }

    /// The first side's state is kept.
    private void meet(World w, int x, int y) {
        boolean quorate = w.quorate(x);
        boolean fresh = w.stamp(y) == 0;
        boolean same = w.stamp(x) == w.stamp(y) && !fresh;
        int joining = 0;
        for (int n = 0; n < NODES; n++) {
            if (w.member(y, n)) {
                joining |= 1 << n;
            }
        }
        if (same) {
            for (int m = 0; m < NODES; m++) {
                if (!w.member(x, m) && (joining >> m & 1) == 0) {
                    int other = w.lost(y, m);
                    w.lost(x, m, w.lost(x, m) == 0 || other == 0 ? 0 : and(w, w.lost(x, m), other));
                }
            }
        }
        for (int n = 0; n < NODES; n++) {
            if ((joining >> n & 1) == 0) {
                continue;
            }
            if (!fresh && !same) {
                remember(w, n);
                afterCman(w, n);
                endAgentsOf(w, n);
                continue;
            }
            if (!fresh) {
                endAgentsOf(w, n);
            }
            boolean bound = w.rg(n) == UNREADY || w.rg(n) == READY;
            // What cman has read when nobody answered for the machine any more.
            int list = bound ? w.all() : w.own(y, n);
            w.lost(x, n, w.lost(x, n) == 0 ? 0 : and(w, w.lost(x, n), list));
            w.own(x, n, bound ? 0 : list);
            forget(w, x, n);
            w.side(n, x);
            stopAnew(w, x, n);
        }
        w.clearSide(y);
        settle(w, x, quorate);
    }

    // ---- rgmanager

    private void rgmanager(World w, int n, Sink sink) {
        switch (w.rg(n)) {
            case NONE -> {
                if (w.machine(n) == CMAN) {
                    World next = w.copy();
                    next.rg(n, WAITING);
                    to(sink, next, Move.START_RG, n, 0);
                }
            }
            case WAITING -> {
                int k = w.side(n);
                if (w.quorate(k) && free(w, k, n)) {
                    World next = w.copy();
                    next.rg(n, UNREADY);
                    next.own(k, n, 0);
                    next.timer(n, false);
                    to(sink, next, Move.RG_JOIN, n, 0);
                }
                killed(w, n, sink);
                World early = w.copy();
                early.rg(n, NONE);
                if (!on(Guard.PREDECESSOR_IS_TOLD)) {
                    early.own(k, n, 0);
                    early.timer(n, false);
                }
                to(sink, early, Move.PART_EARLY, n, 0);
            }
            case UNREADY -> {
                killed(w, n, sink);
                parts(w, n, Move.PART_EARLY, w.running(n), w.ledger(n), on(Guard.PREDECESSOR_IS_TOLD), sink);
                ready(w, n, sink);
                started(w, n, sink);
            }
            case READY -> {
                killed(w, n, sink);
                started(w, n, sink);
                grants(w, n, sink);
                if (w.begun(n) == 0) {
                    stops(w, n, sink);
                    parts(w, n, Move.PART, 0, 0, true, sink);
                    for (int left = 1; left < w.all(); left++) {
                        if ((left & ~w.running(n)) == 0) {
                            parts(w, n, Move.PART_FAILED, left, left, on(Guard.FAILED_STOP_IS_TOLD), sink);
                            parts(w, n, Move.PART_FROZEN, left, left, on(Guard.FROZEN_IS_TOLD), sink);
                        }
                    }
                }
            }
            case ORPHAN -> orphan(w, n, sink);
            default -> throw new IllegalStateException("rgmanager " + w.rg(n));
        }
    }

    /// Whether no agent may be at work against a former run of the node.
    private boolean free(World w, int k, int n) {
        return !on(Guard.CLAIM_HOLDS_BACK) || w.claim(k, n) == 0;
    }

    private void killed(World w, int n, Sink sink) {
        for (int service = 0; service < w.services; service++) {
            if ((w.begun(n) >> service & 1) != 0) {
                World started = w.copy();
                run(started, n, service);
                kill(started, n);
                to(sink, started, Move.KILL_RG_STARTED, n, service);
            }
        }
        World next = w.copy();
        kill(next, n);
        to(sink, next, Move.KILL_RG, n, 0);
    }

    private void kill(World w, int n) {
        int k = w.side(n);
        if (w.rg(n) != WAITING) {
            leftBehind(w, k, n);
            forget(w, k, n);
            // Without its guard the limit is asked for behind the join, which a ready one has done.
            w.timer(n, on(Guard.LIMIT_OUTLIVES_SUCCESSOR) || w.rg(n) == READY);
        }
        w.rg(n, NONE);
        w.begun(n, 0);
        group(w, k);
    }

    /// What cman reads when nobody answers for the machine any more; also of its run that is called lost because it
    /// has come back.
    private void leftBehind(World w, int k, int n) {
        w.own(k, n, ledger(w, n));
        w.lost(k, n, w.lost(k, n) == 0 ? 0 : and(w, w.lost(k, n), ledger(w, n)));
    }

    /// @param told whether it says what may still run
    private void parts(World w, int n, Move move, int running, int ledger, boolean told, Sink sink) {
        World next = w.copy();
        int k = w.side(n);
        next.running(n, running);
        next.marked(n, w.marked(n) & running);
        stopped(next, n, w.ledger(n) & ~ledger);
        next.rg(n, NONE);
        next.begun(n, 0);
        next.timer(n, false);
        if (told) {
            leftBehind(next, k, n);
        } else {
            next.own(k, n, 0);
        }
        forget(next, k, n);
        group(next, k);
        to(sink, next, move, n, running);
    }

    private void ready(World w, int n, Sink sink) {
        int k = w.side(n);
        if (!free(w, k, n) || w.begun(n) != 0) {
            return;
        }
        if (!on(Guard.LEDGER_IS_STOPPED) && w.running(n) != 0) {
            World next = w.copy();
            next.ledger(n, 0);
            next.lostLedger(n, false);
            word(next, k, n, 0);
            to(sink, next, Move.READY_UNSEEN, n, w.running(n));
        }
        // Of a ledger that was lost, all that is configured is stopped, and it is begun anew.
        for (int left = 0; left < w.all(); left++) {
            // Also what was never started there may refuse to stop.
            World next = w.copy();
            next.running(n, w.running(n) & left);
            next.marked(n, w.marked(n) & left);
            next.ledger(n, left);
            next.lostLedger(n, false);
            word(next, k, n, left);
            to(sink, next, left == 0 ? Move.READY : Move.READY_UNCLEAN, n, left);
        }
    }

    /// @param unclean what couldn't be stopped
    private void word(World w, int k, int n, int unclean) {
        int counts = unclean;
        if (!on(Guard.UNCLEAN_COUNTS)) {
            counts &= w.hold(k, n);
        }
        if (!on(Guard.EVERY_SUSPECT)) {
            for (int m = 0; m < NODES; m++) {
                counts &= m != n && w.member(k, m) && w.rg(m) == READY ? ~w.hold(k, m) : ~0;
            }
        }
        w.hold(k, n, counts);
        w.lost(k, n, w.lost(k, n) == 0 ? 0 : and(w, w.lost(k, n), counts));
        w.rg(n, READY);
    }

    private void grants(World w, int n, Sink sink) {
        int k = w.side(n);
        for (int service = 0; service < w.services; service++) {
            if (w.quorate(k) && (w.hold(k, n) >> service & 1) == 0 && !barred(w, k, n, service)) {
                World next = w.copy();
                next.hold(k, n, w.hold(k, n) | 1 << service);
                next.begun(n, w.begun(n) | 1 << service);
                if (on(Guard.LEDGER_BEFORE_QUESTION)) {
                    written(next, n, service);
                }
                to(sink, next, Move.GRANT, n, service);
            }
        }
    }

    private static void written(World w, int n, int service) {
        // rgmanager knows the whole of it, and writes the whole of it.
        w.lostLedger(n, false);
        w.ledger(n, w.ledger(n) | 1 << service);
    }

    private void started(World w, int n, Sink sink) {
        for (int service = 0; service < w.services; service++) {
            if ((w.begun(n) >> service & 1) != 0) {
                World next = w.copy();
                run(next, n, service);
                next.begun(n, w.begun(n) & ~(1 << service));
                to(sink, next, Move.START, n, service);
            }
        }
    }

    private void run(World w, int n, int service) {
        if (!on(Guard.LEDGER_BEFORE_QUESTION)) {
            written(w, n, service);
        }
        w.running(n, w.running(n) | 1 << service);
        if (w.successor(n) && w.rg(n) != ORPHAN) {
            w.marked(n, w.marked(n) | 1 << service);
        }
    }

    private void stops(World w, int n, Sink sink) {
        int k = w.side(n);
        for (int service = 0; service < w.services; service++) {
            int rest = ~(1 << service);
            if ((w.hold(k, n) & ~rest) != 0) {
                World next = w.copy();
                next.running(n, w.running(n) & rest);
                next.marked(n, w.marked(n) & rest);
                next.lostLedger(n, false);
                next.ledger(n, w.ledger(n) & rest);
                next.hold(k, n, w.hold(k, n) & rest);
                next.lost(k, n, w.lost(k, n) == 0 ? 0 : and(w, w.lost(k, n), next.ledger(n)));
                to(sink, next, Move.STOP, n, service);
            }
        }
    }

    /// What was stopped leaves the ledger, which is written anew for that.
    private static void stopped(World w, int n, int services) {
        if (services != 0) {
            w.ledger(n, w.ledger(n) & ~services);
            w.lostLedger(n, false);
        }
    }

    /// Its cman has died: it starts nothing more, but what it has asked for already.
    private void orphan(World w, int n, Sink sink) {
        started(w, n, sink);
        if (w.begun(n) == 0) {
            World next = w.copy();
            next.running(n, 0);
            next.marked(n, 0);
            stopped(next, n, w.ledger(n));
            next.rg(n, NONE);
            to(sink, next, Move.ORPHAN_ENDS, n, 0);
        }
        World next = w.copy();
        next.rg(n, NONE);
        next.begun(n, 0);
        to(sink, next, Move.ORPHAN_FAILS, n, w.ledger(n));
    }

    // ---- fenced, against a node

    private void agents(World w, int v, Sink sink) {
        for (int h = 0; h < NODES; h++) {
            boolean atWork = (w.agents(v) >> h & 1) != 0;
            if (atWork) {
                atWork(w, v, h, sink);
            } else if (w.machine(h) == CMAN && claimable(w, v, h)) {
                World next = w.copy();
                next.claim(w.side(h), v, h + 1);
                next.agents(v, w.agents(v) | 1 << h);
                to(sink, next, Move.CLAIM, v, h);
            }
        }
    }

    private static boolean claimable(World w, int v, int h) {
        int k = w.side(h);
        return v != h
                && w.quorate(k)
                && !w.member(k, v)
                && w.lost(k, v) != 0
                && w.claim(k, v) == 0
                && w.claim(k, h) == 0;
    }

    private void atWork(World w, int v, int h, Sink sink) {
        if (w.machine(v) != OFF) {
            World hit = w.copy();
            powerOff(hit, v);
            to(sink, hit, Move.AGENT_HITS, v, h);
        }
        World done = w.copy();
        powerOff(done, v);
        ended(w, done, v, h, true);
        to(sink, done, Move.AGENT_DONE, v, h);
        World failed = w.copy();
        ended(w, failed, v, h, false);
        to(sink, failed, Move.AGENT_FAILS, v, h);
    }

    private static void ended(World before, World w, int v, int h, boolean well) {
        w.agents(v, w.agents(v) & ~(1 << h));
        if (before.machine(h) != CMAN) {
            return;
        }
        int k = before.side(h);
        if (before.claim(k, v) != h + 1 || w.machine(h) != CMAN) {
            return;
        }
        w.claim(k, v, 0);
        // A newer run that was hit is lost in its turn.
        if (well && w.quorate(k) && !before.member(k, v)) {
            w.lost(k, v, 0);
        }
    }
}
