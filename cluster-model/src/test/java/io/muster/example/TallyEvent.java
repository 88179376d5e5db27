package io.muster.example;

/// What happens to the tally on this node.
public sealed interface TallyEvent {
    /// An operator adds to it. Answered by one [TallyEffect.Answer].
    record Asked(long question, int amount) implements TallyEvent {}
}
