package io.muster.control;

import java.util.SortedMap;
import java.util.TreeMap;

/// What those who may only look have of a daemon: so many connections and questions for each user, and not much more
/// for all of them together, so that none of them, nor all, keeps the daemon from its work or an operator from it.
///
/// Does no I/O. Thread: the owner's.
final class Guests {
    /// More than any monitoring uses at once.
    static final int SESSIONS_EACH = 16;

    static final int SESSIONS_ALL = 64;

    /// Between two questions of one user, in the long run; and of all.
    static final int EACH_MS = 20;

    static final int ALL_MS = 10;

    /// So much of that may be used ahead.
    static final int AHEAD_MS = 1000;

    private static final class User {
        private int sessions;
        private long nextMs = Long.MIN_VALUE / 2;
    }

    private final SortedMap<Integer, User> users = new TreeMap<>();
    private int sessions;
    private long nextMs = Long.MIN_VALUE / 2;

    /// @return why there is no room for one more connection of that user; empty when it is in
    String admit(int uid, long nowMs) {
        users.values().removeIf(user -> user.sessions == 0 && user.nextMs <= nowMs);
        User user = users.computeIfAbsent(uid, id -> new User());
        if (user.sessions >= SESSIONS_EACH) {
            return SESSIONS_EACH + " connections of user " + uid + " are open already: try again later";
        }
        if (sessions >= SESSIONS_ALL) {
            return SESSIONS_ALL + " connections of users without rights are open already: try again later";
        }
        user.sessions++;
        sessions++;
        return "";
    }

    /// Present ones, of all users.
    int sessions() {
        return sessions;
    }

    void left(int uid) {
        User user = users.get(uid);
        if (user != null && user.sessions > 0) {
            user.sessions--;
            sessions--;
        }
    }

    /// A question of that user is there.
    ///
    /// @return 0: it may be answered now, and counts; else milliseconds after which to ask again
    long waitMs(int uid, long nowMs) {
        User user = users.computeIfAbsent(uid, id -> new User());
        long ahead = Math.max(user.nextMs, nextMs) - nowMs;
        if (ahead > AHEAD_MS) {
            return ahead - AHEAD_MS;
        }
        user.nextMs = Math.max(user.nextMs, nowMs) + EACH_MS;
        nextMs = Math.max(nextMs, nowMs) + ALL_MS;
        return 0;
    }
}
