package io.muster.cman.cli;

import io.muster.control.NotRunningException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;

/// Why a command ends with status 1, in the original's words.
final class Failure extends Exception {
    private static final long serialVersionUID = 1;

    Failure(String message) {
        super(message);
    }

    /// There is no way to cman.
    static Failure toConnect(IOException why) {
        // Not a switch over types: linking one costs a command more than the question would have.
        if (why instanceof NotRunningException) {
            return new Failure("Cannot open connection to cman, is it running ?");
        }
        if (why instanceof AccessDeniedException) {
            return denied();
        }
        return new Failure("Cannot open connection to cman: " + why.getMessage());
    }

    /// It isn't for this user.
    static Failure denied() {
        return new Failure("Cannot open connection to cman, permission denied.");
    }
}
