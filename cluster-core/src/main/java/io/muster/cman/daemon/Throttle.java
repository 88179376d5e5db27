package io.muster.cman.daemon;

import io.muster.control.Session;
import io.muster.driver.Loop;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/// Makes clients wait that send faster than the ring takes: nothing is dropped, so what isn't read
/// stays in their sockets. Read again once most of the backlog is gone.
///
/// A client that waits isn't taken for silent, and cman's entries reach it all the while.
///
/// Thread: the daemon's loop.
final class Throttle {
    /// Two clients' largest messages, several times over.
    static final long HIGH_BYTES = 8 << 20;

    static final long LOW_BYTES = 2 << 20;

    private static final long LOOK_MS = 5;

    private final Loop loop;
    private final LongSupplier backlogBytes;
    private final Set<Session> waiting = new LinkedHashSet<>();

    Throttle(Loop loop, LongSupplier backlogBytes) {
        this.loop = loop;
        this.backlogBytes = backlogBytes;
    }

    /// A message of this client has been handed on.
    void sent(Session session) {
        if (backlogBytes.getAsLong() <= HIGH_BYTES || !waiting.add(session)) {
            return;
        }
        session.reading(false);
        if (waiting.size() == 1) {
            lookLater();
        }
    }

    void gone(Session session) {
        waiting.remove(session);
    }

    private void lookLater() {
        loop.schedule(this::look, LOOK_MS);
    }

    private void look() {
        if (waiting.isEmpty()) {
            return;
        }
        if (backlogBytes.getAsLong() > LOW_BYTES) {
            lookLater();
            return;
        }
        List<Session> released = List.copyOf(waiting);
        waiting.clear();
        released.forEach(session -> session.reading(true));
    }
}
