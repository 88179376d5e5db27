package io.muster.driver;

import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import java.util.Map;

/// Replays cores whose snapshots are a [StateImage].
public abstract class ImageFactory implements ReplayFactory {
    private final String name;
    private final RecordCodec codec;
    private final Map<String, Object> outside;

    /// @param outside functions that the core holds, by `Class.field`
    protected ImageFactory(String name, RecordCodec codec, Map<String, Object> outside) {
        this.name = name;
        this.codec = codec;
        this.outside = Map.copyOf(outside);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public RecordCodec codec() {
        return codec;
    }

    @Override
    public Core<?, ?> restore(byte[] snapshot) throws MalformedMessage {
        if (StateImage.read(snapshot, outside) instanceof Core<?, ?> core) {
            return core;
        }
        throw new MalformedMessage("the image isn't one of a core");
    }
}
