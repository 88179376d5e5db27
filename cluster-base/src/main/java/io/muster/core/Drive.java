package io.muster.core;

/// Why the local half of a replicated core is called.
///
/// @param <M> entries of the log
/// @param <E> local events
public sealed interface Drive<M, E> {
    /// An entry has just been applied.
    record Applied<M, E>(M entry) implements Drive<M, E> {}

    /// The state has just been replaced by another replica's.
    record Restored<M, E>() implements Drive<M, E> {}

    /// Something happened on this node.
    record Local<M, E>(E event) implements Drive<M, E> {}

    /// A deadline has passed.
    record Tick<M, E>() implements Drive<M, E> {}
}
