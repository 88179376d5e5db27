package io.muster.os;

import java.io.IOException;

/// The kernel refused something about the network, or didn't answer in time. The message says what, in words.
public class NetException extends IOException {
    private static final long serialVersionUID = 1;

    private final int errno;
    private final String words;

    public NetException(int errno, String message) {
        super(message);
        this.errno = errno;
        this.words = message;
    }

    /// Never null.
    @Override
    public String getMessage() {
        return words;
    }

    /// `subject: what the number says`.
    public static NetException of(String subject, int errno) {
        return new NetException(errno, subject + ": " + Errno.words(errno));
    }

    /// No answer within the time limit.
    public static NetException timedOut(String subject, long limitMs) {
        return new NetException(Errno.ETIMEDOUT, subject + ": no answer from the kernel within " + limitMs + " ms");
    }

    /// The error number ([Errno]); 0 when the kernel's answer made no sense.
    public int errno() {
        return errno;
    }
}
