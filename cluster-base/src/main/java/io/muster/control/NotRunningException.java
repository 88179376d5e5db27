package io.muster.control;

import java.io.IOException;
import java.nio.file.Path;

/// Nobody listens on a control socket: the daemon isn't running.
public final class NotRunningException extends IOException {
    private static final long serialVersionUID = 1;

    public NotRunningException(Path socket, Throwable cause) {
        super(socket + ": no daemon listens: " + cause.getMessage(), cause);
    }
}
