package io.muster.driver;

import io.muster.core.Core;
import java.util.List;

/// Answers one question of an operator from a record: looks at each step as the core decides it again, and says what
/// there is to say of it. `replay -w role` of pulse's record, for one. Made anew for each answer; thread: one.
@FunctionalInterface
public interface Teller {
    /// @param core as it is after the step
    /// @return lines, the first of which gets the time and the event's id before it; none for most steps
    List<String> step(Core<?, ?> core, Object event, List<?> effects, long nowMs);
}
