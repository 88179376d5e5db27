package io.muster.example;

import io.muster.core.Proposal;
import io.muster.wire.Output;

/// What the tally wants done.
public sealed interface TallyEffect {
    /// Tell the group: somebody on this node adds.
    record Add(long question, int amount) implements TallyEffect, Proposal {
        @Override
        public byte[] payload() {
            return new Output().u64(question).i32(amount).toBytes();
        }

        @Override
        public boolean safe() {
            return true;
        }
    }

    /// Answer an operator.
    record Answer(long question, long total) implements TallyEffect {}
}
