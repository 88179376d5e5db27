package io.muster.member.daemon;

import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.core.ReplicatedCore;
import io.muster.driver.RecordCodec;
import io.muster.driver.ReplayFactory;
import io.muster.group.GroupEntry;
import io.muster.group.Replica;

/// Replays records of a replica.
public abstract class ReplicaReplay implements ReplayFactory {
    private final String name;
    private final RecordCodec codec;
    private final Maker maker;

    /// Makes a new core, as the daemon does.
    @FunctionalInterface
    protected interface Maker {
        /// @param self the node it was on
        /// @param local what [ReplicatedCore#resume] will be given: for what a core takes when it is
        ///     made and keeps
        /// @throws MalformedMessage when that isn't such a core's
        ReplicatedCore<GroupEntry, ?, ?> core(Node self, Record local) throws MalformedMessage;
    }

    /// @param codec as the recorder's
    protected ReplicaReplay(String name, RecordCodec codec, Maker maker) {
        this.name = name;
        this.codec = codec;
        this.maker = maker;
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
    public Core<?, ?> restore(Record image) throws MalformedMessage {
        if (image instanceof Replica.Image<?> whole) {
            return restored(whole, maker.core(whole.self(), whole.local()));
        }
        throw new MalformedMessage("not an image of " + name);
    }

    /// The image's events are those of the core to which its local half belongs.
    @SuppressWarnings("unchecked")
    private static <E, F> Replica<E, F> restored(Replica.Image<?> image, ReplicatedCore<GroupEntry, E, F> core)
            throws MalformedMessage {
        return Replica.restored((Replica.Image<E>) image, core);
    }
}
