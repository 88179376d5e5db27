package io.muster.control;

import io.muster.core.CauseId;

/// One client of a [ControlServer].
///
/// Thread: the `send`s and [#close] may come from any; the rest belongs to the server's loop. What is
/// sent keeps its order. Nothing is ever left out: a client that doesn't take what it is sent is
/// disconnected ([Limits]) and told so by the end of its stream.
public interface Session {
    /// Counted from 1 in this server.
    long id();

    int uid();

    int gid();

    int pid();

    /// Whether the client may change things and see what is secret: root, whoever the daemon runs as, and members of
    /// group `cluster`. Everybody else may look at how things stand, and only so often.
    boolean mayChange();

    /// Sends what nobody asked for.
    default void send(int type, byte[] payload) {
        send(new Frame(type, payload));
    }

    /// Sends what nobody asked for, and why.
    default void send(int type, CauseId cause, byte[] payload) {
        send(new Frame(type, 0, cause, payload));
    }

    /// Answers a request.
    default void reply(Frame request, Answer answer) {
        send(answer.to(request));
    }

    void send(Frame frame);

    /// Hangs up once what has been sent is out.
    void close();

    /// Stops or resumes reading from this client: how a full queue of ours becomes the client's wait.
    void reading(boolean on);

    /// Pings the client's event loop from now on and disconnects it when it doesn't answer: how a
    /// stopped or hung process is told from a quiet one.
    void watch(long intervalMs, long timeoutMs);
}
