package io.muster.nanny;

/// What came of one check.
///
/// @param detail one line for the log: why it failed, or what was seen
/// @param tookMs from start to verdict
public record CheckResult(boolean good, String detail, long tookMs) {}
