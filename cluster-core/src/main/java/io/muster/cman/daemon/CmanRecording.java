package io.muster.cman.daemon;

import io.muster.driver.RecordCodec;
import io.muster.driver.Recordable;
import io.muster.membership.NodeEffect;
import io.muster.membership.NodeEvent;
import java.util.Optional;

/// cman for the flight recorder: a record replays from the node's start, for as long as its first segment is kept.
///
/// Thread: the daemon's loop.
final class CmanRecording implements Recordable<NodeEvent, NodeEffect> {
    static final String NAME = "cman";

    private final CmanBirth birth;
    private boolean begun;

    CmanRecording(CmanBirth birth) {
        this.birth = birth;
    }

    static RecordCodec newCodec() {
        return new RecordCodec(NodeEvent.class, NodeEffect.class);
    }

    private final RecordCodec codec = newCodec();

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<byte[]> snapshot() {
        Optional<byte[]> first = begun ? Optional.empty() : Optional.of(birth.encode());
        begun = true;
        return first;
    }

    @Override
    public RecordCodec codec() {
        return codec;
    }
}
