package io.muster.ipvs;

import java.io.IOException;

/// The table can't be talked to: no such facility in this kernel, no right to use it, no answer in time, or an
/// answer that makes no sense. The message says it in an operator's words.
public class IpvsException extends IOException {
    private static final long serialVersionUID = 1;

    private final IpvsError error;
    private final String words;

    public IpvsException(IpvsError error, String message) {
        super(message);
        this.error = error;
        this.words = message;
    }

    /// Never null.
    @Override
    public String getMessage() {
        return words;
    }

    /// [IpvsError#OTHER] when it isn't one of the kernel's.
    public IpvsError error() {
        return error;
    }
}
