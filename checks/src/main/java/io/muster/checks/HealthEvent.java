package io.muster.checks;

import io.muster.checks.TargetHealth.Force;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// What happens to the targets of a [Health].
public sealed interface HealthEvent {
    /// What is to be checked from now on. A kept target keeps its state, and its running check too if that
    /// stayed the same; a changed weight applies at once. A target that is gone is forgotten, and the result
    /// of its check ignored.
    record Configured(SortedMap<Target, Rules> wanted) implements HealthEvent {
        public Configured {
            wanted = Collections.unmodifiableSortedMap(new TreeMap<>(wanted));
        }
    }

    /// A target was up in the table already when we came: it counts as up until a check fails. To be told
    /// after [Configured] has brought it and before its first result; later it means nothing.
    ///
    /// @param weight it has; a slow start goes on from there, and 0 (drained by hand) counts as its full
    ///     weight
    record Adopted(Target target, int weight) implements HealthEvent {}

    /// What came of a check. One that isn't awaited any more is ignored.
    ///
    /// @param ticket of the [HealthEffect.StartCheck]
    record Checked(Target target, long ticket, CheckResult result) implements HealthEvent {}

    /// An operator's word. Back at AUTO the checks so far decide at once; without any the state stays. Of
    /// an unknown target it means nothing.
    record Forced(Target target, Force force) implements HealthEvent {}

    /// A deadline has passed.
    record Tick() implements HealthEvent {}
}
