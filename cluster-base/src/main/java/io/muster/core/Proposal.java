package io.muster.core;

/// An effect of a replicated core that is a message to its group.
public interface Proposal {
    /// The encoded message.
    byte[] payload();

    /// Whether it may be delivered only once every member has it. Whatever starts, claims or commits something is
    /// sent safe.
    boolean safe();
}
