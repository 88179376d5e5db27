package io.muster.model;

import io.muster.membership.CmanEffect;

/// Sees what the cmans of a model do, each at its place. Throws an [AssertionError] when a promise is
/// broken.
///
/// Thread: the simulation's.
public interface Onlooker {
    /// A node's ring changes its phase.
    ///
    /// @param to the new phase, as status commands name it
    default void ring(ModelNode node, String from, String to, String reason) {}

    /// A client of a node's cman is given the next entry of its stream.
    default void entry(ModelNode node, CmanEffect.Entry entry) {}

    /// A node's cman answers whether the cluster is quorate.
    ///
    /// @param askedMicros when it was asked
    default void fresh(ModelCman cman, boolean quorate, long askedMicros) {}

    /// A node's cman knows of a later quorum than before, and writes it down.
    ///
    /// @param ringSequence of the ring that was quorate
    default void remembers(ModelCman cman, long ringSequence) {}

    /// A node's cman is no more, whatever ended it.
    default void died(ModelCman cman) {}

    /// A node's cman ends of its own accord.
    default void ends(ModelCman cman, boolean clean, String why) {}
}
