package io.muster.cman.daemon;

import io.muster.driver.RecordCodec;
import io.muster.driver.Recordable;
import io.muster.driver.StateImage;
import io.muster.membership.CmanNode;
import io.muster.membership.NodeEffect;
import io.muster.membership.NodeEvent;
import java.util.Optional;

/// cman for the flight recorder: every segment opens with the whole of ring and membership, so each replays by
/// itself.
///
/// Thread: the daemon's loop.
final class CmanRecording implements Recordable<NodeEvent, NodeEffect> {
    static final String NAME = "cman";

    private final CmanNode core;
    private final RecordCodec codec = newCodec();

    CmanRecording(CmanNode core) {
        this.core = core;
    }

    static RecordCodec newCodec() {
        return new RecordCodec(NodeEvent.class, NodeEffect.class);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<byte[]> snapshot() {
        return Optional.of(StateImage.write(core));
    }

    @Override
    public RecordCodec codec() {
        return codec;
    }
}
