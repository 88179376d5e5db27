package io.muster.control;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Control sockets, both ends, on a daemon's loop: Unix sockets, or the simulator's.
///
/// Thread: [#serve] from any but the loop, the rest from the loop; all call-backs come on it.
public interface ControlSocket {
    /// Serves a socket.
    ///
    /// @throws IOException when another daemon already does, or it can't be made
    Server serve(Path socket, SessionHandler handler, Limits limits) throws IOException;

    /// Connects to another daemon. The peer hears of it once: [Peer#connected], then frames, then
    /// [Peer#closed]; or [Peer#unreachable].
    void connect(Path socket, Peer peer);

    /// A socket that is served.
    interface Server extends AutoCloseable {
        /// Present sessions, oldest first. On the loop only.
        List<Session> sessions();

        Counters counters();

        /// Ends all sessions and removes the socket. Not on the loop.
        @Override
        void close();
    }

    /// A client's connection. Pings are answered below it, from the loop, so that a daemon whose loop
    /// hangs is seen to hang. Thread: any.
    interface Connection {
        void send(Frame frame);

        /// Octets not yet taken by the other side.
        long queued();

        /// Hangs up; [Peer#closed] follows.
        void close();
    }

    /// The client's side. On the loop.
    interface Peer {
        void connected(Connection connection);

        /// Nobody listens, or not to us.
        void unreachable(IOException why);

        void received(Frame frame);

        void closed(String why);
    }
}
