package io.muster.core;

/// Octets that aren't what they should be: from the network, a local socket or a disk. The only thing a decoder throws.
public final class MalformedMessage extends Exception {
    private static final long serialVersionUID = 1;

    /// @param reason what was wrong, with the offending value
    public MalformedMessage(String reason) {
        super(reason);
    }
}
