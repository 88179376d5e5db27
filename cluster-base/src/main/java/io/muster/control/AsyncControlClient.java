package io.muster.control;

import io.muster.core.CauseId;
import io.muster.driver.Loop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A daemon's end of another daemon's control socket, on its own event loop: requests that get one answer
/// each, or a failure. Connecting again is the caller's decision.
///
/// Thread: sends from any; the rest on the loop, where the listener and all answers are called.
public final class AsyncControlClient implements AutoCloseable {
    /// What the other daemon does.
    public interface Listener {
        /// The way is open; comes once, before anything else, or [#onUnreachable] does.
        void onOpen(AsyncControlClient client);

        /// Nobody listens, or not to us: `NotRunningException` for the first.
        void onUnreachable(IOException why);

        /// A frame with sequence 0: one that answers no [AsyncControlClient#ask].
        void onFrame(Frame frame);

        /// The connection is over; comes once, also after [AsyncControlClient#close].
        void onClose(String why);
    }

    /// How a request went.
    public sealed interface Outcome {
        record Got(Frame frame) implements Outcome {}

        /// The connection has ended, or no answer came in time.
        record None(String why) implements Outcome {}
    }

    private record Asked(Consumer<Outcome> then, Runnable cancelTimer) {}

    private final Loop loop;
    private final Listener listener;
    private final ControlSocket.Connection connection;
    private final Map<Long, Asked> asked = new LinkedHashMap<>();
    private long sequence;
    private boolean over;

    private AsyncControlClient(Loop loop, Listener listener, ControlSocket.Connection connection) {
        this.loop = loop;
        this.listener = listener;
        this.connection = connection;
    }

    /// Connects; the listener hears what comes of it.
    public static void connect(ControlSocket sockets, Loop loop, Path socket, Listener listener) {
        sockets.connect(socket, new Receiver(loop, listener));
    }

    public void send(int type, byte[] payload) {
        send(type, CauseId.NONE, payload);
    }

    /// Sends, saying which event made us.
    public void send(int type, CauseId cause, byte[] payload) {
        connection.send(new Frame(type, 0, cause, payload));
    }

    /// Sends a request.
    ///
    /// @param then once, on the loop
    public void ask(int type, CauseId cause, byte[] payload, long timeoutMs, Consumer<Outcome> then) {
        if (!loop.inside()) {
            loop.execute(() -> ask(type, cause, payload, timeoutMs, then));
            return;
        }
        if (over) {
            then.accept(new Outcome.None("connection is closed"));
            return;
        }
        long mine = ++sequence;
        Runnable cancel = loop.schedule(() -> expire(mine, timeoutMs), timeoutMs);
        asked.put(mine, new Asked(then, cancel));
        connection.send(new Frame(type, mine, cause, payload));
    }

    /// Octets not yet taken by the kernel; a caller that produces faster than its peer reads looks here.
    public long queued() {
        return connection.queued();
    }

    @Override
    public void close() {
        connection.close();
    }

    private void received(Frame frame) {
        if (frame.sequence() == 0) {
            listener.onFrame(frame);
            return;
        }
        Asked one = asked.remove(frame.sequence());
        if (one != null) {
            one.cancelTimer().run();
            one.then().accept(new Outcome.Got(frame));
        } // else an answer that comes after its asker gave up
    }

    private void expire(long number, long timeoutMs) {
        Asked one = asked.remove(number);
        if (one != null) {
            one.then().accept(new Outcome.None("no answer within " + timeoutMs + " ms"));
        }
    }

    private void closed(String why) {
        over = true;
        var open = new ArrayList<>(asked.values());
        asked.clear();
        for (Asked one : open) {
            one.cancelTimer().run();
            one.then().accept(new Outcome.None("connection ended: " + why));
        }
        listener.onClose(why);
    }

    private static final class Receiver implements ControlSocket.Peer {
        private final Loop loop;
        private final Listener listener;
        private @Nullable AsyncControlClient client;

        Receiver(Loop loop, Listener listener) {
            this.loop = loop;
            this.listener = listener;
        }

        @Override
        public void connected(ControlSocket.Connection connection) {
            var made = new AsyncControlClient(loop, listener, connection);
            client = made;
            listener.onOpen(made);
        }

        @Override
        public void unreachable(IOException why) {
            listener.onUnreachable(why);
        }

        @Override
        public void received(Frame frame) {
            AsyncControlClient mine = client;
            if (mine != null) {
                mine.received(frame);
            }
        }

        @Override
        public void closed(String why) {
            AsyncControlClient mine = client;
            if (mine != null) {
                mine.closed(why);
            }
        }
    }
}
