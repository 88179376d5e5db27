package io.muster.bed.node;

import io.muster.bed.cable.Faults;

/// What can be done to the cable of a node while the node runs, to each direction by itself.
///
/// Thread: any.
public sealed interface Line permits Cable, FilterLine {
    /// A direction.
    enum Way {
        FROM_NODE,
        TO_NODE
    }

    /// From now on this happens to what goes that way.
    ///
    /// @throws UnsupportedOperationException when this kind of line can't do that, saying why
    void set(Way way, Faults faults);

    Faults faults(Way way);

    /// The same in both directions.
    default void set(Faults faults) {
        set(Way.FROM_NODE, faults);
        set(Way.TO_NODE, faults);
    }
}
