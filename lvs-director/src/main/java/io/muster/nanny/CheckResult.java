package io.muster.nanny;

/// What came of one check.
///
/// @param detail one line for the log: why it failed, or what was seen
/// @param tookMs from start to verdict
/// @param load the 1-minute load an agent reported, NaN for none
public record CheckResult(boolean good, String detail, long tookMs, double load) {
    public CheckResult(boolean good, String detail, long tookMs) {
        this(good, detail, tookMs, Double.NaN);
    }
}
