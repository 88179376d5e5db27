package io.muster.control;

import java.io.IOException;

/// A daemon has said no; the message is why, for the operator.
public final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    public RefusedException(String why) {
        super(why);
    }
}
