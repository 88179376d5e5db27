package io.muster.control;

import io.muster.core.MalformedMessage;
import io.muster.wire.Output;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/// A command's conversation with a daemon: blocking, every call bounded, one [Answer] for each request.
///
/// Errors: [NotRunningException] when the daemon isn't there, [AccessDeniedException] when its socket
/// isn't this user's to use, other `IOException`s when the conversation breaks or makes no sense. A no
/// of the daemon is an answer; who has no use for one says [Answer#orRefuse].
///
/// What is asked and answered is written next to the daemon's types of frames; the words for an
/// operator when it fails are each command's own.
///
/// Loads neither Netty nor SLF4J. Thread: one at a time.
public final class CommandClient implements AutoCloseable {
    /// For what a daemon answers from its own state: it needs milliseconds, a loaded machine more.
    public static final Duration QUICK = Duration.ofSeconds(5);

    private static final byte[] NOTHING = new byte[0];

    private final ControlClient control;

    private CommandClient(ControlClient control) {
        this.control = control;
    }

    /// @param patience longest wait of each later call
    public static CommandClient connect(Path socket, Duration patience) throws IOException {
        return new CommandClient(ControlClient.connect(socket, patience));
    }

    /// One question on a connection of its own.
    public static Answer askOnce(Path socket, Duration patience, int type, Output request) throws IOException {
        try (CommandClient client = connect(socket, patience)) {
            return client.ask(type, request);
        }
    }

    /// One question on a connection of its own, which needs nothing but its type.
    public static Answer askOnce(Path socket, Duration patience, int type) throws IOException {
        return askOnce(socket, patience, type, new Output());
    }

    public Answer ask(int type) throws IOException {
        return ask(type, NOTHING);
    }

    public Answer ask(int type, Output request) throws IOException {
        return ask(type, request.toBytes());
    }

    public Answer ask(int type, byte[] request) throws IOException {
        try {
            return Answer.decode(control.ask(type, request));
        } catch (MalformedMessage e) {
            throw new IOException("the daemon's answer makes no sense: " + e.getMessage(), e);
        }
    }

    /// Closing loses nothing: whatever was asked has been answered.
    @Override
    public void close() {
        try {
            control.close();
        } catch (IOException e) {
            // Nothing was said that could be lost.
        }
    }
}
