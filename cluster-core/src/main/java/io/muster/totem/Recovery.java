package io.muster.totem;

import io.muster.core.Node;
import io.muster.totem.RingMessage.History;
import io.muster.totem.RingMessage.Join;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// From the commit of a ring to its beginning: members of the same old ring make what they have of it
/// equal.
///
/// The joins that were agreed upon say who has which packets, so every member works out alone what it
/// lacks and who has it, asks for that, and reports to the representative when it is complete. Once all
/// are, the ring begins. (The paper carries old packets in the new ring's token rounds; asking directly
/// takes the same few network delays with 64 members as with three. `docs/decisions/0021`.)
final class Recovery {
    final RingLog next;
    private final Context context;
    private final @Nullable RingLog old;
    private final SortedMap<Integer, Join> joins;
    private final RingMessage.Commit commit;
    /// Members that come from the same old ring, ascending.
    private final List<Node> moving;
    private final long safeAnywhere;
    /// Lacking sequences and who has them.
    private final TreeMap<Long, List<Integer>> lacking = new TreeMap<>();
    private final TreeSet<Integer> ready = new TreeSet<>();
    private final TreeMap<Integer, Long> heardMs = new TreeMap<>();
    private int asked;
    private int awaited;
    private long repeatAtMs;
    private long graceMs;

    /// @param joins of all members, this one included
    Recovery(Context context, @Nullable RingLog old, RingMessage.Commit commit, SortedMap<Integer, Join> joins) {
        this.context = context;
        this.old = old;
        this.commit = commit;
        this.joins = joins;
        this.next = context.newLog(
                commit.ring(), joins.values().stream().map(Join::from).toList());
        var together = new ArrayList<Node>();
        long safe = 0;
        for (Join join : joins.values()) {
            History history = join.history();
            if (old != null && history != null && history.ring().equals(old.id)) {
                together.add(join.from());
                safe = Math.max(safe, history.safe());
            }
            heardMs.put(join.from().nodeid(), context.nowMs);
        }
        this.moving = List.copyOf(together);
        this.safeAnywhere = safe;
        if (old != null) {
            findLacking(old);
        }
        repeatAtMs = context.nowMs;
    }

    /// All of it, but for what is shared.
    record Image(
            RingLog.Image next,
            SortedMap<Integer, Join> joins,
            RingMessage.Commit commit,
            List<Node> moving,
            long safeAnywhere,
            SortedMap<Long, List<Integer>> lacking,
            SortedSet<Integer> ready,
            SortedMap<Integer, Long> heardMs,
            int asked,
            int awaited,
            long repeatAtMs,
            long graceMs) {}

    Image image() {
        return new Image(
                next.image(),
                joins,
                commit,
                moving,
                safeAnywhere,
                new TreeMap<>(lacking),
                new TreeSet<>(ready),
                new TreeMap<>(heardMs),
                asked,
                awaited,
                repeatAtMs,
                graceMs);
    }

    static Recovery restored(Context context, @Nullable RingLog old, Image image) {
        return new Recovery(context, old, image);
    }

    private Recovery(Context context, @Nullable RingLog old, Image image) {
        this.context = context;
        this.old = old;
        this.next = RingLog.restored(image.next());
        this.joins = image.joins();
        this.commit = image.commit();
        this.moving = List.copyOf(image.moving());
        this.safeAnywhere = image.safeAnywhere();
        this.lacking.putAll(image.lacking());
        this.ready.addAll(image.ready());
        this.heardMs.putAll(image.heardMs());
        this.asked = image.asked();
        this.awaited = image.awaited();
        this.repeatAtMs = image.repeatAtMs();
        this.graceMs = image.graceMs();
    }

    private void findLacking(RingLog old) {
        long high = 0;
        for (Node node : moving) {
            high = Math.max(high, historyOf(node).high());
        }
        for (long sequence = old.window.aru() + 1; sequence <= high; sequence++) {
            if (!old.window.has(sequence)) {
                var holders = new ArrayList<Integer>();
                for (Node node : moving) {
                    if (!node.equals(context.self) && historyOf(node).has(sequence)) {
                        holders.add(node.nodeid());
                    }
                }
                if (!holders.isEmpty()) {
                    lacking.put(sequence, holders);
                }
            }
        }
    }

    private History historyOf(Node node) {
        Join join = joins.get(node.nodeid());
        if (join == null || join.history() == null) {
            throw new IllegalStateException("ring " + next.id + ": node " + node + " moves without a history");
        }
        return join.history();
    }

    RingId ring() {
        return next.id;
    }

    boolean isRepresentative() {
        return next.id.representative().equals(context.self);
    }

    boolean complete() {
        return lacking.isEmpty();
    }

    /// The join number that was agreed upon, by which an older join is told from news.
    long numberOf(int nodeid) {
        Join join = joins.get(nodeid);
        return join == null ? Long.MIN_VALUE : join.number();
    }

    /// A packet of the old ring: taken only if it is one that this recovery is about. Any other would
    /// be here and not on those that move along.
    void oldPacket(byte[] packet) {
        if (old != null && lacking.containsKey(Packet.sequence(packet)) && old.receive(packet)) {
            lacking.remove(Packet.sequence(packet));
            heardMs.put(next.id.representative().nodeid(), context.nowMs);
            if (--awaited <= 0) {
                repeatAtMs = context.nowMs;
            }
        }
    }

    void heard(int nodeid) {
        heardMs.replace(nodeid, context.nowMs);
    }

    void ready(int nodeid, boolean complete) {
        heard(nodeid);
        if (complete && joins.containsKey(nodeid)) {
            ready.add(nodeid);
        }
    }

    /// Sends what is due; on the representative, says whether all members are ready.
    boolean drive() {
        if (complete() && ready.add(context.self.nodeid())) {
            repeatAtMs = context.nowMs;
        }
        boolean done = isRepresentative() && ready.size() == next.members.size();
        if (!done && context.nowMs >= repeatAtMs) {
            repeatAtMs = context.nowMs + context.config.joinMs();
            ask();
            if (isRepresentative()) {
                context.multicast(
                        next.members.stream()
                                .map(Node::nodeid)
                                .filter(id -> !ready.contains(id))
                                .filter(id -> id != context.self.nodeid())
                                .toList(),
                        commit);
            } else {
                context.unicast(next.id.representative().nodeid(), new RingMessage.Ready(next.id, complete()));
            }
        }
        return done;
    }

    /// Asks for the first packets lacking, each time of other holders: one of them may have died.
    private void ask() {
        var byHolder = new TreeMap<Integer, List<Long>>();
        awaited = 0;
        for (var lack : lacking.entrySet()) {
            if (awaited == RingMessage.Request.MAX_SEQUENCES) {
                break;
            }
            awaited++;
            List<Integer> holders = lack.getValue();
            int holder = holders.get((int) ((lack.getKey() + asked) % holders.size()));
            byHolder.computeIfAbsent(holder, _ -> new ArrayList<>()).add(lack.getKey());
        }
        asked++;
        byHolder.forEach((holder, sequences) -> context.unicast(
                holder,
                new RingMessage.Request(
                        next.id, sequences.stream().mapToLong(Long::longValue).toArray())));
    }

    void answer(int nodeid, RingMessage.Request request) {
        if (old != null && joins.containsKey(nodeid)) {
            for (long sequence : request.sequences()) {
                byte[] packet = old.window.get(sequence);
                if (packet != null) {
                    context.effects.add(new RingEffect.Unicast(nodeid, packet));
                }
            }
        }
    }

    /// Ends the old ring for this node and begins the new one towards those above.
    RingLog install() {
        if (!complete()) {
            throw new IllegalStateException("ring " + next.id + " begins while packets of the old one are lacking");
        }
        if (old != null) {
            old.end(moving, safeAnywhere, context.effects);
        }
        context.effects.add(new RingEffect.Configuration(next.id, true, next.members));
        return next;
    }

    void forgive(long ms) {
        graceMs += ms;
    }

    /// Who has been silent for too long; 0 for nobody.
    int silent() {
        for (var entry : heardMs.entrySet()) {
            if (watched(entry.getKey()) && context.nowMs >= entry.getValue() + patienceMs()) {
                return entry.getKey();
            }
        }
        return 0;
    }

    private boolean watched(int nodeid) {
        return nodeid != context.self.nodeid()
                && (isRepresentative()
                        ? !ready.contains(nodeid)
                        : nodeid == next.id.representative().nodeid());
    }

    private long patienceMs() {
        return 3L * context.config.consensusMs() + graceMs;
    }

    long nextDeadlineMs() {
        long next = repeatAtMs;
        for (var entry : heardMs.entrySet()) {
            if (watched(entry.getKey())) {
                next = Math.min(next, entry.getValue() + patienceMs());
            }
        }
        return next;
    }
}
