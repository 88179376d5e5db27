package io.muster.example;

import io.muster.core.Drive;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.core.ReplicatedCore;
import io.muster.group.GroupEntry;
import io.muster.member.Proposals;
import io.muster.member.Standing;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A number that all nodes agree on: the smallest replicated core there is.
///
/// Thread: the owner's event loop.
public final class Tally implements ReplicatedCore<GroupEntry, TallyEvent, TallyEffect> {
    private static final int VERSION = 1;
    private static final long AGAIN_MS = 5_000;

    /// The local half, for flight records.
    public record Local(SortedMap<Long, Integer> open, List<Proposals.Said<TallyEffect.Add>> said, long nextMs) {}

    private final Node self;

    // Replicated: changed by apply and nothing else.
    private Standing standing = new Standing();
    private final SortedMap<Node, Long> lastOf = new TreeMap<>();
    private long total;

    // Local.
    private final SortedMap<Long, Integer> open = new TreeMap<>();
    private final Proposals<TallyEffect.Add> proposals = new Proposals<>(AGAIN_MS);
    private long nextMs = Long.MAX_VALUE;

    public Tally(Node self) {
        this.self = self;
    }

    public long total() {
        return total;
    }

    public boolean quorate() {
        return standing.quorate();
    }

    /// Counts only what is delivered in a regular, quorate configuration, and each question once: it
    /// may have been proposed twice.
    @Override
    public void apply(GroupEntry entry) {
        standing.apply(entry);
        lastOf.keySet().retainAll(standing.view());
        if (entry instanceof GroupEntry.Message message
                && message.regular()
                && standing.quorate()
                && standing.view().contains(message.from())) {
            try {
                TallyEffect.Add add = decode(message.payload());
                Long last = lastOf.get(message.from());
                if (last == null || add.question() - last > 0) {
                    lastOf.put(message.from(), add.question());
                    total += add.amount();
                }
            } catch (MalformedMessage e) {
                // Refused by leaving the state as it is.
            }
        }
    }

    @Override
    public List<TallyEffect> drive(Drive<GroupEntry, TallyEvent> why, long nowMs) {
        var out = new ArrayList<TallyEffect>();
        switch (why) {
            case Drive.Local<GroupEntry, TallyEvent>(TallyEvent.Asked(long question, int amount)) ->
                open.put(question, amount);
            case Drive.Restored<GroupEntry, TallyEvent>() -> proposals.forget();
            case Drive.Applied<GroupEntry, TallyEvent>(GroupEntry entry) -> {
                if (entry instanceof GroupEntry.Message message
                        && message.from().equals(self)) {
                    landed(message.payload(), out);
                }
            }
            case Drive.Tick<GroupEntry, TallyEvent>() -> {}
        }
        open.forEach((question, amount) -> {
            var add = new TallyEffect.Add(question, amount);
            if (proposals.say(add, nowMs)) {
                out.add(add);
            }
        });
        nextMs = proposals.settle();
        return out;
    }

    private void landed(byte[] payload, List<TallyEffect> out) {
        try {
            TallyEffect.Add add = decode(payload);
            proposals.landed(add);
            Long counted = lastOf.get(self);
            if (counted != null && counted == add.question() && open.remove(add.question()) != null) {
                out.add(new TallyEffect.Answer(add.question(), total));
            }
        } catch (MalformedMessage e) {
            throw new IllegalStateException("node " + self + ": own message can't be read", e);
        }
    }

    private static TallyEffect.Add decode(byte[] payload) throws MalformedMessage {
        Input in = new Input(payload);
        var add = new TallyEffect.Add(in.u64(), in.i32());
        in.end();
        return add;
    }

    @Override
    public long nextDeadlineMs() {
        return nextMs;
    }

    @Override
    public byte[] snapshot() {
        Output out = new Output(64).u8(VERSION);
        standing.encode(out);
        out.list(lastOf.entrySet(), (o, e) -> o.node(e.getKey()).u64(e.getValue()));
        return out.u64(total).toBytes();
    }

    @Override
    public void restore(byte[] snapshot) throws MalformedMessage {
        Input in = new Input(snapshot);
        int version = in.u8();
        if (version != VERSION) {
            throw new MalformedMessage("tally of version " + version);
        }
        Standing stands = Standing.decode(in);
        List<Map.Entry<Node, Long>> last = in.list(4096, i -> Map.entry(i.node(), i.u64()));
        total = in.u64();
        standing = stands;
        lastOf.clear();
        last.forEach(e -> lastOf.put(e.getKey(), e.getValue()));
    }

    @Override
    public Record local() {
        return new Local(new TreeMap<>(open), proposals.underWay(), nextMs);
    }

    @Override
    public void resume(Record local) throws MalformedMessage {
        if (!(local instanceof Local(var asked, var said, long next))) {
            throw new MalformedMessage("not the local half of a tally: " + local);
        }
        open.clear();
        open.putAll(asked);
        proposals.resume(said);
        nextMs = next;
    }
}
