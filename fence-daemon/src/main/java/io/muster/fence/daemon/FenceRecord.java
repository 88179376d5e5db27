package io.muster.fence.daemon;

import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import io.muster.driver.RecordCodec;
import io.muster.driver.Recordable;
import io.muster.driver.ReplayFactory;
import io.muster.driver.StateImage;
import io.muster.fence.FenceEffect;
import io.muster.fence.FenceEvent;
import io.muster.group.GroupEntry;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import java.util.Map;
import java.util.Optional;

/// The fence domain's part in the flight record: how to write a replica of it, and how to make one again.
///
/// Thread: the loop.
public final class FenceRecord implements Recordable<ReplicaEvent<FenceEvent>, ReplicaEffect<FenceEffect>> {
    static final String NAME = "fenced";

    private final RecordCodec codec = newCodec();
    private final Replica<FenceEvent, FenceEffect> replica;

    FenceRecord(Replica<FenceEvent, FenceEffect> replica) {
        this.replica = replica;
    }

    private static RecordCodec newCodec() {
        return new RecordCodec(
                ReplicaEvent.class, ReplicaEffect.class, GroupEntry.class, FenceEvent.class, FenceEffect.class);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<byte[]> snapshot() {
        return Optional.of(StateImage.write(replica));
    }

    @Override
    public RecordCodec codec() {
        return codec;
    }

    /// For `muster replay`.
    public static final class Factory implements ReplayFactory {
        /// For the ServiceLoader.
        public Factory() {}

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Core<?, ?> restore(byte[] snapshot) throws MalformedMessage {
            if (StateImage.read(snapshot, Map.of()) instanceof Replica<?, ?> replica) {
                return replica;
            }
            throw new MalformedMessage("not the image of a replica");
        }

        @Override
        public RecordCodec codec() {
            return newCodec();
        }
    }
}
