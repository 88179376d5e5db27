package io.muster.transport;

/// Which counters of one sender have been seen: each is let through once, and none that is too old to know.
///
/// The window is wide because copies on slow links come late, and because the sender counts what it sends to others
/// too. Method as RFC 6479: a ring of words, and a word is cleared when the window moves onto it.
final class ReplayWindow {
    /// Counters that can be told apart behind the highest.
    static final int SIZE = 16_384;

    private static final int WORDS = SIZE / 64 + 1;

    private final long[] seen = new long[WORDS];
    private final long floor;
    private long highest;

    /// @param floor counters up to and including this one are too old
    ReplayWindow(long floor) {
        this.floor = floor;
        this.highest = floor;
    }

    boolean isFresh(long counter) {
        if (counter <= floor || counter <= highest - SIZE) {
            return false;
        }
        return counter > highest || (seen[word(counter)] & 1L << counter) == 0;
    }

    /// Call only after the datagram was found genuine, or a forger could close the window.
    void mark(long counter) {
        if (counter > highest) {
            long words = Math.min((counter >>> 6) - (highest >>> 6), WORDS);
            for (long i = 1; i <= words; i++) {
                seen[(int) (((highest >>> 6) + i) % WORDS)] = 0;
            }
            highest = counter;
        }
        seen[word(counter)] |= 1L << counter;
    }

    private static int word(long counter) {
        return (int) ((counter >>> 6) % WORDS);
    }
}
