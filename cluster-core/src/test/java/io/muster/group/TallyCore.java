package io.muster.group;

import io.muster.core.Drive;
import io.muster.core.MalformedMessage;
import io.muster.core.Proposal;
import io.muster.core.ReplicatedCore;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.ArrayList;
import java.util.List;

/// A core whose two halves both depend on everything that ever came: an entry more, less or in another
/// order shows in its snapshot, an event or a deadline in what it does.
final class TallyCore implements ReplicatedCore<GroupEntry, TallyCore.Say, TallyCore.Effect> {
    /// An operator says a number.
    record Say(long number) {}

    sealed interface Effect {}

    record Send(byte[] payload, boolean safe) implements Effect, Proposal {}

    record Tell(long hash, String why, long nowMs) implements Effect {}

    record Local(long told, long deadlineMs) {}

    private final int padding;
    private long hash = 17;
    private long told;
    private long deadlineMs = Long.MAX_VALUE;

    /// @param padding makes the snapshot that much longer
    TallyCore(int padding) {
        this.padding = padding;
    }

    @Override
    public void apply(GroupEntry entry) {
        for (byte octet : GroupEntryCodec.encode(entry)) {
            hash = hash * 31 + octet;
        }
    }

    @Override
    public List<Effect> drive(Drive<GroupEntry, Say> why, long nowMs) {
        told++;
        List<Effect> out = new ArrayList<>();
        switch (why) {
            case Drive.Applied<GroupEntry, Say> _ when told % 4 == 0 -> deadlineMs = nowMs + 50;
            case Drive.Applied<GroupEntry, Say> _ -> {}
            case Drive.Restored<GroupEntry, Say> _ -> out.add(new Tell(hash, "restored", nowMs));
            case Drive.Local<GroupEntry, Say>(Say say) ->
                out.add(new Send(new Output().u64(say.number()).u64(told).toBytes(), say.number() % 2 == 0));
            case Drive.Tick<GroupEntry, Say> _ -> {
                if (nowMs >= deadlineMs) {
                    deadlineMs = Long.MAX_VALUE;
                    out.add(new Tell(hash, "tick " + told, nowMs));
                }
            }
        }
        return out;
    }

    @Override
    public long nextDeadlineMs() {
        return deadlineMs;
    }

    @Override
    public byte[] snapshot() {
        return new Output().u64(hash).raw(new byte[padding]).toBytes();
    }

    @Override
    public void restore(byte[] snapshot) throws MalformedMessage {
        hash = new Input(snapshot).u64();
    }

    @Override
    public Record local() {
        return new Local(told, deadlineMs);
    }

    @Override
    public void resume(Record local) throws MalformedMessage {
        if (!(local instanceof Local(long howOften, long whenMs))) {
            throw new MalformedMessage("not a tally's: " + local);
        }
        told = howOften;
        deadlineMs = whenMs;
    }
}
