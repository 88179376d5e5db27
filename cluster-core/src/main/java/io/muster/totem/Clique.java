package io.muster.totem;

import io.muster.core.Node;
import java.util.List;
import java.util.function.ToIntFunction;

/// The largest set of nodes that all hear each other: who shall be in the next ring.
///
/// Ties go to more votes, then to the lower nodeids. This is a total order of sets, so nodes that know the same
/// choose the same, and a node that sees a better set than its own knows that it has lost the others.
final class Clique {
    /// Beyond this many steps the best set so far is taken: only networks broken on purpose get there.
    private static final int MAX_STEPS = 50_000;

    private final long[] hearing;
    private final int[] votes;
    private long best;
    private int steps;

    private Clique(long[] hearing, int[] votes) {
        this.hearing = hearing;
        this.votes = votes;
    }

    /// The best set that contains node `self`.
    ///
    /// @param hearing bit j of element i: i and j hear each other; symmetric; nodes in ascending order
    /// @return a bit for each node of the set
    static long best(int self, long[] hearing, int[] votes) {
        var search = new Clique(hearing, votes);
        search.best = 1L << self;
        search.extend(1L << self, hearing[self] & ~(1L << self));
        return search.best;
    }

    private void extend(long chosen, long candidates) {
        if (++steps > MAX_STEPS) {
            return;
        }
        if (candidates == 0) {
            if (better(chosen, best)) {
                best = chosen;
            }
            return;
        }
        if (Long.bitCount(chosen) + Long.bitCount(candidates) < Long.bitCount(best)) {
            return;
        }
        // Whoever hears all other candidates belongs in, without a choice.
        long certain = 0;
        for (long rest = candidates; rest != 0; rest &= rest - 1) {
            int node = Long.numberOfTrailingZeros(rest);
            if ((candidates & ~hearing[node] & ~(1L << node)) == 0) {
                certain |= 1L << node;
            }
        }
        if (certain != 0) {
            extend(chosen | certain, candidates & ~certain);
            return;
        }
        int branch = Long.numberOfTrailingZeros(candidates);
        extend(chosen | 1L << branch, candidates & hearing[branch]);
        extend(chosen, candidates & ~(1L << branch));
    }

    private boolean better(long a, long b) {
        int size = Integer.compare(Long.bitCount(a), Long.bitCount(b));
        if (size != 0) {
            return size > 0;
        }
        int vote = Integer.compare(votesOf(a), votesOf(b));
        if (vote != 0) {
            return vote > 0;
        }
        long differing = a ^ b;
        return differing != 0 && (a & Long.lowestOneBit(differing)) != 0;
    }

    private int votesOf(long set) {
        int sum = 0;
        for (long rest = set; rest != 0; rest &= rest - 1) {
            sum += votes[Long.numberOfTrailingZeros(rest)];
        }
        return sum;
    }

    /// Whether set `a` goes before set `b`; both ascending.
    static boolean better(List<Node> a, List<Node> b, ToIntFunction<Node> votes) {
        if (a.size() != b.size()) {
            return a.size() > b.size();
        }
        int votesOfA = a.stream().mapToInt(votes).sum();
        int votesOfB = b.stream().mapToInt(votes).sum();
        if (votesOfA != votesOfB) {
            return votesOfA > votesOfB;
        }
        for (int i = 0; i < a.size(); i++) {
            int order = a.get(i).compareTo(b.get(i));
            if (order != 0) {
                return order < 0;
            }
        }
        return false;
    }
}
