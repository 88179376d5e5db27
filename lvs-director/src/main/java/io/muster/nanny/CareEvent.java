package io.muster.nanny;

import io.muster.checks.CheckResult;
import io.muster.checks.TargetHealth.Force;
import java.util.OptionalInt;

/// What happens to a nanny.
public sealed interface CareEvent {
    /// The first event.
    ///
    /// @param present weight the server has in the table; empty if it isn't there
    record Started(OptionalInt present) implements CareEvent {}

    /// A check has ended.
    record Checked(long ticket, CheckResult result) implements CareEvent {}

    /// An operator's word.
    record Forced(Force force) implements CareEvent {}

    /// The table has what was asked for.
    record Placed() implements CareEvent {}

    /// The table hasn't, with the reason in words.
    record Refused(String reason) implements CareEvent {}

    /// Take the server out and end.
    record Stop() implements CareEvent {}

    /// A deadline has passed.
    record Tick() implements CareEvent {}
}
