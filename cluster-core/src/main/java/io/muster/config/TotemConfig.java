package io.muster.config;

import java.util.OptionalInt;

/// `<totem>`: timings of the ring. What the file doesn't set and the ring computes for itself is empty.
///
/// @param tokenMs 1000 by default, 10,000 with a quorum disk
/// @param linkMode `none`, `active` or `passive`, as `rrp_mode`
public record TotemConfig(
        int tokenMs,
        OptionalInt retransmitsBeforeLoss,
        OptionalInt joinMs,
        OptionalInt consensusMs,
        OptionalInt holdMs,
        OptionalInt failRecvConst,
        OptionalInt seqnoUnchangedConst,
        OptionalInt missCount,
        OptionalInt netmtu,
        OptionalInt windowSize,
        OptionalInt maxMessages,
        String linkMode,
        int linkProblemThreshold) {}
