package io.muster.lvs;

/// What lvsd has done since it started.
///
/// @param drift differences found in the table that weren't lvsd's doing
/// @param applies lists of operations given to the table, and `operations` how many those held
/// @param refused operations the table refused
/// @param reads of the whole table; `cheapReads` of its fingerprint
/// @param readFailures of both kinds
/// @param applyMs time all applies took together; `lastApplyMs` the last
/// @param checks ended; `checksFailed` of them failed
/// @param reloads taken
public record Counters(
        long drift,
        long applies,
        long operations,
        long refused,
        long reads,
        long cheapReads,
        long readFailures,
        long applyMs,
        long lastApplyMs,
        long checks,
        long checksFailed,
        long reloads) {}
