package io.muster.fence;

import io.muster.core.Drive;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.core.ReplicatedCore;
import io.muster.group.GroupEntry;
import io.muster.group.Remains;
import io.muster.member.Proposals;
import io.muster.member.Standing;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.ArrayList;
import java.util.List;

/// What stands on fencing, at its simplest: stops what former runs of its node have left, vouches for
/// them, and starts something once the cluster has recovered from every loss.
///
/// Thread: the owner's event loop.
public final class Tenant implements ReplicatedCore<GroupEntry, Tenant.Event, Tenant.Effect> {
    private static final long STOPPING_MS = 200;
    private static final long AGAIN_MS = 60_000;

    /// Nothing happens to it but the log and time.
    public sealed interface Event {
        /// Never.
        record None() implements Event {}
    }

    /// What it wants done.
    public sealed interface Effect {
        /// Of this run of its node nothing is left.
        record Vouch(Node run, Remains remains) implements Effect {}

        /// From now on something runs here.
        record Start() implements Effect {}
    }

    /// The local half.
    record Local(long stoppedAtMs, boolean started, List<Proposals.Said<Node>> said, long nextMs) {}

    private final Node self;
    private Standing standing = new Standing();
    private long disturbed;
    private long recovered;
    private long stoppedAtMs = -1;
    private boolean started;
    private final Proposals<Node> said = new Proposals<>(AGAIN_MS);
    private long nextMs = Long.MAX_VALUE;

    Tenant(Node self) {
        this.self = self;
    }

    @Override
    public void apply(GroupEntry entry) {
        standing.apply(entry);
        if (entry instanceof GroupEntry.Membership now
                && (!now.joined().isEmpty() || !now.left().isEmpty())) {
            disturbed = now.position();
        }
        if (entry instanceof GroupEntry.Recovered now && now.level() == GroupEntry.Level.FENCE) {
            recovered = now.upTo();
        }
    }

    @Override
    public List<Effect> drive(Drive<GroupEntry, Event> why, long nowMs) {
        var out = new ArrayList<Effect>();
        if (stoppedAtMs < 0 || why instanceof Drive.Restored<GroupEntry, Event>) {
            stoppedAtMs = nowMs + STOPPING_MS;
            started = false;
            said.forget();
        }
        if (why instanceof Drive.Applied<GroupEntry, Event>(GroupEntry.Membership _)) {
            said.forget();
        }
        nextMs = stoppedAtMs > nowMs ? stoppedAtMs : Long.MAX_VALUE;
        if (nowMs < stoppedAtMs) {
            return out;
        }
        standing.lost().keySet().stream()
                .filter(run -> run.nodeid() == self.nodeid())
                .forEach(run -> vouch(run, nowMs, out));
        vouch(new Node(self.nodeid(), Incarnation.UNKNOWN), nowMs, out);
        nextMs = said.settle();
        if (!started && standing.quorate() && standing.lost().isEmpty() && recovered >= disturbed) {
            started = true;
            out.add(new Effect.Start());
        }
        return out;
    }

    private void vouch(Node run, long nowMs, List<Effect> out) {
        if (said.say(run, nowMs)) {
            out.add(new Effect.Vouch(run, Remains.NONE));
        }
    }

    @Override
    public long nextDeadlineMs() {
        return nextMs;
    }

    @Override
    public byte[] snapshot() {
        var out = new Output(64);
        standing.encode(out);
        return out.u64(disturbed).u64(recovered).toBytes();
    }

    @Override
    public void restore(byte[] snapshot) throws MalformedMessage {
        var in = new Input(snapshot);
        standing = Standing.decode(in);
        disturbed = in.u64();
        recovered = in.u64();
    }

    @Override
    public Record local() {
        return new Local(stoppedAtMs, started, said.underWay(), nextMs);
    }

    @Override
    public void resume(Record local) throws MalformedMessage {
        if (!(local instanceof Local was)) {
            throw new MalformedMessage("not the local half of a tenant");
        }
        stoppedAtMs = was.stoppedAtMs();
        started = was.started();
        said.resume(was.said());
        nextMs = was.nextMs();
    }
}
