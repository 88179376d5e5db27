package io.muster.membership;

import io.muster.core.Drive;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.core.Proposal;
import io.muster.core.ReplicatedCore;
import io.muster.group.GroupEntry;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A replicated core that remembers everything: a running hash over all entries, and the last number of
/// each sender. Any entry that is missed, doubled or out of order on one replica shows in its state.
final class LogCore implements ReplicatedCore<GroupEntry, LogCore.Say, LogCore.Said> {
    /// Sends a number.
    record Say(long number, int bytes) {}

    record Said(byte[] payload, boolean safe) implements Proposal {}

    private long hash;
    private long messages;
    private SortedMap<Node, Long> last = new TreeMap<>();

    /// Entries lost, doubled or disordered, in words.
    String broken = "";

    @Override
    public void apply(GroupEntry entry) {
        hash = hash * 31 + Arrays.hashCode(io.muster.group.GroupEntryCodec.encode(entry));
        if (entry instanceof GroupEntry.Message m) {
            messages++;
            try {
                long number = new Input(m.payload()).u64();
                Long before = last.put(m.from(), number);
                if (before != null && before >= number) {
                    broken = "number " + number + " of " + m.from() + " after " + before;
                }
            } catch (MalformedMessage e) {
                broken = "unreadable: " + e.getMessage();
            }
        }
    }

    @Override
    public List<Said> drive(Drive<GroupEntry, Say> why, long nowMs) {
        return why instanceof Drive.Local<GroupEntry, Say>(Say say)
                ? List.of(new Said(
                        new Output()
                                .u64(say.number())
                                .raw(new byte[say.bytes()])
                                .toBytes(),
                        say.number() % 3 == 0))
                : List.of();
    }

    @Override
    public long nextDeadlineMs() {
        return Long.MAX_VALUE;
    }

    /// Nothing but what went wrong: it acts on nothing it remembers.
    record Local(String broken) {}

    @Override
    public Record local() {
        return new Local(broken);
    }

    @Override
    public void resume(Record local) throws MalformedMessage {
        if (!(local instanceof Local(String was))) {
            throw new MalformedMessage("not the local half of a log");
        }
        broken = was;
    }

    long messages() {
        return messages;
    }

    SortedMap<Node, Long> last() {
        return last;
    }

    @Override
    public byte[] snapshot() {
        Output out = new Output().u64(hash).u64(messages);
        out.list(last.entrySet(), (o, e) -> o.node(e.getKey()).u64(e.getValue()));
        return out.toBytes();
    }

    @Override
    public void restore(byte[] snapshot) throws MalformedMessage {
        Input in = new Input(snapshot);
        hash = in.u64();
        messages = in.u64();
        last = new TreeMap<>();
        for (Map.Entry<Node, Long> e : in.list(1000, i -> Map.entry(i.node(), i.u64()))) {
            last.put(e.getKey(), e.getValue());
        }
    }
}
