package io.muster.transport.daemon;

import io.muster.transport.Rejection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Sums up rejected datagrams, so that a flood makes one line a minute for each sender.
///
/// Thread: the loop's.
final class RejectionLog {
    static final long QUIET_MS = 60_000;
    private static final int MAX_SENDERS = 1024;

    private static final class Sender {
        private final Map<Rejection, Long> since = new EnumMap<>(Rejection.class);
        private long loggedMs = Long.MIN_VALUE / 2;
    }

    private final Map<Integer, Sender> senders = new TreeMap<>();

    /// Counts one, and gives the line to log if it is time for one.
    Optional<String> add(int nodeid, int link, Rejection reason, long nowMs) {
        // Forgers can invent senders: they share one entry once there are many.
        Sender sender = senders.computeIfAbsent(senders.size() < MAX_SENDERS ? nodeid : 0, id -> new Sender());
        sender.since.merge(reason, 1L, Long::sum);
        if (nowMs - sender.loggedMs < QUIET_MS) {
            return Optional.empty();
        }
        sender.loggedMs = nowMs;
        StringBuilder line = new StringBuilder("datagrams rejected that claim to be from node ")
                .append(nodeid)
                .append(" on link ")
                .append(link)
                .append(':');
        sender.since.forEach((why, count) ->
                line.append(' ').append(count).append(' ').append(why.text()).append(','));
        line.setCharAt(line.length() - 1, ';');
        sender.since.clear();
        return Optional.of(line.append(" further ones are counted for a minute").toString());
    }
}
