package io.muster.control;

/// A daemon's side of its control socket. All calls come on the server's loop.
public interface SessionHandler {
    /// A client has connected.
    default void onOpen(Session session) {}

    /// A client has sent something. An exception closes the session and is logged: a client can't end a daemon.
    void onFrame(Session session, Frame frame);

    /// The session is over; comes once for each [#onOpen].
    ///
    /// @param why for the log: `closed by client`, `too slow: …`, `no answer for 5000 ms`, …
    default void onClose(Session session, String why) {}
}
