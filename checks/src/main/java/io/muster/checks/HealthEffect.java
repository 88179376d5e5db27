package io.muster.checks;

/// What [Health] asks for or tells.
public sealed interface HealthEffect {
    Target target();

    /// Start this check now and answer with what comes of it ([HealthEvent.Checked]), once.
    ///
    /// @param ticket goes back with the result, so that one that comes after a reload isn't taken for
    ///     the new check's
    /// @param timeoutMs its time limit
    record StartCheck(Target target, long ticket, Check check, long timeoutMs) implements HealthEffect {}

    /// A server went up or down. The one place where that is logged.
    ///
    /// @param weight to give it now; 0 for one that went down
    /// @param reason why, in words
    record Changed(Target target, boolean up, int weight, String reason) implements HealthEffect {
        /// The line for the log, as the original words it, with our reason behind.
        public String line() {
            return up
                    ? "[ active ] making " + target.server() + " available: " + reason
                    : "[inactive] shutting down " + target.server() + " due to connection failure: " + reason;
        }
    }

    /// A server that is up gets another weight: slow start, load, or a reload.
    record Weighed(Target target, int weight, String reason) implements HealthEffect {}
}
