package io.muster.totem;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The clever search against looking at every set.
class CliqueTest {
    @Test
    void sameAsLookingAtEverySet() {
        var dice = new Random(1);
        for (int round = 0; round < 3000; round++) {
            int nodes = 1 + dice.nextInt(9);
            var hearing = new long[nodes];
            var votes = new int[nodes];
            int dense = dice.nextInt(101);
            for (int i = 0; i < nodes; i++) {
                votes[i] = dice.nextInt(3);
                for (int j = 0; j < i; j++) {
                    if (dice.nextInt(100) < dense) {
                        hearing[i] |= 1L << j;
                        hearing[j] |= 1L << i;
                    }
                }
            }
            int self = dice.nextInt(nodes);
            assertEquals(naive(self, hearing, votes), Clique.best(self, hearing, votes), Arrays.toString(hearing));
        }
    }

    @Test
    void sixtyFourNodesWithOneDeafPairTakeNoTime() {
        var hearing = new long[64];
        for (int i = 0; i < 64; i++) {
            hearing[i] = ~(1L << i);
        }
        hearing[5] &= ~(1L << 60);
        hearing[60] &= ~(1L << 5);
        var votes = new int[64];
        Arrays.fill(votes, 1);
        // Equal in size and votes: the lower nodeid stays.
        assertEquals(~(1L << 60), Clique.best(0, hearing, votes));
        assertEquals(~(1L << 5), Clique.best(60, hearing, votes));
    }

    private static long naive(int self, long[] hearing, int[] votes) {
        long best = 1L << self;
        for (long set = 0; set < 1L << votes.length; set++) {
            if ((set >> self & 1) != 0 && clique(set, hearing) && better(set, best, votes)) {
                best = set;
            }
        }
        return best;
    }

    private static boolean clique(long set, long[] hearing) {
        for (int i = 0; i < hearing.length; i++) {
            if ((set >> i & 1) != 0 && (set & ~hearing[i] & ~(1L << i)) != 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean better(long a, long b, int[] votes) {
        if (Long.bitCount(a) != Long.bitCount(b)) {
            return Long.bitCount(a) > Long.bitCount(b);
        }
        int sum = 0;
        for (int i = 0; i < votes.length; i++) {
            sum += (int) ((a >> i & 1) - (b >> i & 1)) * votes[i];
        }
        long differing = a ^ b;
        return sum != 0 ? sum > 0 : differing != 0 && (a & Long.lowestOneBit(differing)) != 0;
    }
}
