package io.muster.transport;

import java.util.ArrayList;
import java.util.List;

/// Finds out what one link to one node takes whole.
///
/// Size probes that the network must not fragment are sent for every size of the ladder above the known one, three
/// times; each answer raises the known size (RFC 8899, with fixed steps since there are few real ones). Once a minute
/// it looks for more. Once a second it asks for the known size: five questions without an answer while small datagrams
/// arrive mean a black hole, and it begins again from the base.
final class PathMtu {
    /// Fits IPv6's smallest link, and practically everything else.
    static final int BASE_BYTES = 1232;

    private static final int[] LADDER = {1352, 1392, 1412, 1432, 1452, 1472, 3972, 8152, 8952, 8972};
    private static final int ROUNDS = 3;
    private static final int SEARCH_EVERY_MS = 60_000;
    private static final int CONFIRM_EVERY_MS = 1000;
    private static final int LOST_BEFORE_BASE = 5;

    private int bytes = BASE_BYTES;
    private int round;
    private int unanswered;
    private long nextSearchMs;
    private long nextConfirmMs;
    private boolean known;

    /// Sizes to ask for now. Call at each probing of a live link.
    List<Integer> questions(long nowMs) {
        List<Integer> sizes = new ArrayList<>();
        if (round < ROUNDS) {
            round++;
            for (int size : LADDER) {
                if (size > bytes) {
                    sizes.add(size);
                }
            }
            nextSearchMs = nowMs + SEARCH_EVERY_MS;
            nextConfirmMs = nowMs + CONFIRM_EVERY_MS;
        } else {
            known = true;
            if (nowMs >= nextSearchMs) {
                round = 0;
            }
            if (bytes > BASE_BYTES && nowMs >= nextConfirmMs) {
                if (++unanswered > LOST_BEFORE_BASE) {
                    bytes = BASE_BYTES;
                    round = 0;
                    unanswered = 0;
                } else {
                    sizes.add(bytes);
                    nextConfirmMs = nowMs + CONFIRM_EVERY_MS;
                }
            }
        }
        return sizes;
    }

    void answered(int size) {
        if (size >= bytes && size <= LADDER[LADDER.length - 1]) {
            bytes = size;
            unanswered = 0;
        }
    }

    int bytes() {
        return bytes;
    }

    /// Whether a first search has ended.
    boolean isKnown() {
        return known;
    }
}
