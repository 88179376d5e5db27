package io.muster.nanny;

import io.muster.checks.Check;
import java.util.OptionalInt;

/// What a nanny does.
public sealed interface CareEffect {
    /// How loud a line is.
    enum Level {
        DEBUG,
        INFO,
        ERROR
    }

    /// Answered by [CareEvent.Checked] with the same ticket.
    record StartCheck(long ticket, Check check, long timeoutMs) implements CareEffect {}

    /// Brings the server to a weight in the table, or takes it out. Answered by [CareEvent.Placed] or
    /// [CareEvent.Refused]; there is one such at a time.
    record Place(OptionalInt weight) implements CareEffect {}

    /// See [Care].
    record StateChanged(String from, String to, String reason) implements CareEffect {}

    record Log(Level level, String line) implements CareEffect {}

    /// The last effect.
    ///
    /// @param status of the process
    record Ended(int status) implements CareEffect {}
}
