package io.muster.checks;

/// What came of one check.
///
/// @param detail one line for the log: why it failed, or what was seen
/// @param tookMs from start to verdict
/// @param load the 1-minute load an agent reported, NaN for none
public record CheckResult(Outcome outcome, String detail, long tookMs, double load) {
    /// What it says of the server.
    public enum Outcome {
        GOOD,
        FAILED,
        /// Nothing: the check couldn't be made for reasons of our own, no file descriptor left perhaps.
        /// No server is taken out for that.
        UNTOLD
    }

    public CheckResult(boolean good, String detail, long tookMs) {
        this(good ? Outcome.GOOD : Outcome.FAILED, detail, tookMs, Double.NaN);
    }

    /// The same with the load that was asked for beside.
    ///
    /// @param told NaN for none
    /// @param why there is none
    public CheckResult withLoad(double told, String why) {
        return new CheckResult(
                outcome, detail + (Double.isNaN(told) ? ", no load: " + why : ", load " + told), tookMs, told);
    }

    public boolean good() {
        return outcome == Outcome.GOOD;
    }
}
