package io.muster.group;

/// What happens to a [Replica].
///
/// @param <E> local events of the core inside
public sealed interface ReplicaEvent<E> {
    /// The next entry of the group's stream, as cman hands it out.
    record Entry<E>(GroupEntry entry) implements ReplicaEvent<E> {}

    /// Something happened on this node. Kept until the state is here when it comes earlier.
    record Local<E>(E event) implements ReplicaEvent<E> {}

    /// A deadline has passed.
    record Tick<E>() implements ReplicaEvent<E> {}
}
