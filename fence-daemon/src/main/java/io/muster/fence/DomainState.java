package io.muster.fence;

import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Departure;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The replicated half of the fence domain: a function of the log, equal on all members.
///
/// Rules kept here, because here every replica checks them alike:
///
/// - a victim leaves only by proof; coming back, being a member or time don't count;
/// - at most one claim per node at a time, granted to the lowest node that has completed the domain, and only when
///   delivered in a regular, quorate configuration; never against a node that is a member again;
/// - a claim ends by result or by loss of its holder;
/// - a restarted node completes the domain only once no claim against an earlier run of it is left.
final class DomainState {
    private static final int SNAPSHOT_VERSION = 1;
    private static final int MAX_ENTRIES = 65_536;

    private boolean quorate;
    private boolean started;
    private long ringSequence;

    /// Place of the last change after which recovery has to be reported anew.
    private long changedAt;

    private final SortedMap<Integer, Node> members = new TreeMap<>();
    private final SortedSet<Node> view = new TreeSet<>();
    private final SortedSet<Node> complete = new TreeSet<>();
    private final SortedMap<Node, Victim> victims = new TreeMap<>();

    /// Members that `fence_node` has fenced: their silence, when it comes, is explained already.
    private final SortedMap<Node, Proof> outside = new TreeMap<>();

    private final SortedMap<Integer, Proof> last = new TreeMap<>();
    private final SortedMap<FencePath, FencePath.Trial> paths = new TreeMap<>();

    void apply(GroupEntry entry) {
        switch (entry) {
            case GroupEntry.View now -> viewChanged(now);
            case GroupEntry.Membership now -> membersChanged(now);
            case GroupEntry.Quorum now -> quorate = now.quorate();
            case GroupEntry.Fenced now -> fenced(now);
            case GroupEntry.Message message -> received(message);
            case GroupEntry.Config ignored -> {}
            case GroupEntry.Recovered ignored -> {}
        }
    }

    private void viewChanged(GroupEntry.View now) {
        view.clear();
        view.addAll(now.members());
        // One that joins again under the same name has lost its state on the way.
        complete.removeAll(now.joined());
        complete.retainAll(view);
        endClaims(holder -> !view.contains(holder) || now.joined().contains(holder));
        if (complete.isEmpty()) {
            started = false;
        }
        changedAt = now.position();
    }

    private void membersChanged(GroupEntry.Membership now) {
        ringSequence = now.ringSequence();
        members.clear();
        now.members().forEach(node -> members.put(node.nodeid(), node));
        for (int i = 0; i < now.left().size(); i++) {
            depart(now.left().get(i), now.position(), i);
        }
        endClaims(holder -> !holder.equals(members.get(holder.nodeid())));
        outside.keySet().removeIf(node -> !node.equals(members.get(node.nodeid())));
        if (!now.joined().isEmpty() || !now.left().isEmpty()) {
            changedAt = now.position();
        }
    }

    private void depart(Departure departure, long position, int rank) {
        Node node = departure.node();
        Victim.Cause cause = switch (departure.reason()) {
            case LOST -> Victim.Cause.LOST;
            case KILLED -> Victim.Cause.KILLED;
            case LEFT, REMOVED -> null;
        };
        // The stream repeats losses that aren't fenced yet after each view.
        if (cause == null || victims.containsKey(node)) {
            return;
        }
        Victim victim = Victim.of(node, position, rank, cause);
        Proof earlier = outside.get(node);
        victims.put(node, earlier == null ? victim : victim.proven(earlier));
    }

    private void endClaims(java.util.function.Predicate<Node> lost) {
        victims.replaceAll((node, victim) ->
                victim.claim().isPresent() && lost.test(victim.claim().get().holder()) ? victim.released() : victim);
    }

    private void fenced(GroupEntry.Fenced now) {
        Victim victim = victims.remove(now.victim());
        outside.remove(now.victim());
        if (victim == null) {
            return;
        }
        last.put(now.victim().nodeid(), victim.proof().orElse(told(now)));
        changedAt = now.position();
    }

    /// Proof that came to cman by another way than through this group.
    private static Proof told(GroupEntry.Fenced now) {
        Proof.Kind kind = switch (now.how()) {
            case GroupEntry.STOPPED -> Proof.Kind.MEMBER;
            case "override" -> Proof.Kind.OVERRIDE;
            default -> Proof.Kind.EXTERNAL;
        };
        return new Proof(kind, now.byNodeid(), now.how(), 0);
    }

    private void received(GroupEntry.Message message) {
        if (!message.regular() || !view.contains(message.from())) {
            return;
        }
        FenceMessage decoded;
        try {
            decoded = FenceCodec.decode(message.payload());
        } catch (MalformedMessage e) {
            return;
        }
        if (decoded instanceof FenceMessage.Tried(FencePath path, FencePath.Trial trial)) {
            paths.put(path, trial);
            return;
        }
        if (!quorate) {
            return;
        }
        Node from = message.from();
        switch (decoded) {
            case FenceMessage.Ready() -> ready(from, message.position());
            case FenceMessage.Start(List<Integer> missing) -> start(from, missing, message.position());
            case FenceMessage.Claim(Node node) -> claim(from, node, message.position());
            case FenceMessage.Release(Node node) ->
                victims.computeIfPresent(node, (n, victim) -> victim.heldBy(from) ? victim.released() : victim);
            case FenceMessage.Proven(Node node, Proof proof) -> proven(from, node, proof);
            case FenceMessage.Tried ignored -> {}
        }
    }

    private void ready(Node from, long position) {
        if (started && !claimed(from.nodeid())) {
            complete.add(from);
            changedAt = position;
        }
    }

    private void start(Node from, List<Integer> missing, long position) {
        if (started || !from.equals(view.getFirst())) {
            return;
        }
        for (int nodeid : missing) {
            var unknown = new Node(nodeid, io.muster.core.Incarnation.UNKNOWN);
            // A run that was met and lost stands for its node already.
            if (!members.containsKey(nodeid) && victims.keySet().stream().noneMatch(n -> n.nodeid() == nodeid)) {
                victims.put(unknown, Victim.of(unknown, position, 0, Victim.Cause.STARTUP));
            }
        }
        started = true;
        for (Node node : view) {
            if (!claimed(node.nodeid())) {
                complete.add(node);
            }
        }
        changedAt = position;
    }

    private void claim(Node from, Node node, long position) {
        if (from.equals(claimant().orElse(null)) && claimable(node)) {
            victims.computeIfPresent(node, (n, victim) -> victim.claimed(from, position));
        }
    }

    /// Proof for one run is proof for all earlier runs of the same machine.
    private void proven(Node from, Node node, Proof proof) {
        boolean wrongSpeaker = proof.kind() == Proof.Kind.MEMBER
                && (from.nodeid() != node.nodeid() || from.equals(node) || claimed(node.nodeid()));
        if (wrongSpeaker) {
            return;
        }
        Victim named = victims.get(node);
        if (named == null) {
            boolean alive = node.equals(members.get(node.nodeid()));
            if (alive && proof.kind() == Proof.Kind.EXTERNAL) {
                outside.put(node, proof);
            }
            return;
        }
        for (Victim victim : List.copyOf(victims.values())) {
            if (victim.node().nodeid() == node.nodeid()
                    && Victim.BY_LOSS.compare(victim, named) <= 0
                    && victim.proof().isEmpty()) {
                victims.put(victim.node(), victim.proven(proof));
            }
        }
    }

    boolean quorate() {
        return quorate;
    }

    boolean started() {
        return started;
    }

    long ringSequence() {
        return ringSequence;
    }

    long changedAt() {
        return changedAt;
    }

    /// By nodeid: members of the cluster.
    SortedMap<Integer, Node> members() {
        return members;
    }

    /// Members of the fence domain.
    SortedSet<Node> view() {
        return view;
    }

    SortedSet<Node> complete() {
        return complete;
    }

    Collection<Victim> victims() {
        return victims.values();
    }

    Optional<Victim> victim(Node node) {
        return Optional.ofNullable(victims.get(node));
    }

    /// The last run of a node that is a victim and not yet proven harmless.
    Optional<Victim> latest(int nodeid) {
        return victims.values().stream()
                .filter(victim ->
                        victim.node().nodeid() == nodeid && victim.proof().isEmpty())
                .max(Victim.BY_LOSS);
    }

    Optional<Proof> last(int nodeid) {
        return Optional.ofNullable(last.get(nodeid));
    }

    SortedMap<FencePath, FencePath.Trial> paths() {
        return paths;
    }

    /// Who may claim: the lowest node that has completed the domain.
    Optional<Node> claimant() {
        return complete.isEmpty() ? Optional.empty() : Optional.of(complete.getFirst());
    }

    /// Whether agents could be started against it now, were it claimed.
    boolean startable(Node node) {
        return !members.containsKey(node.nodeid());
    }

    boolean claimable(Node node) {
        Victim victim = victims.get(node);
        return quorate
                && started
                && victim != null
                && victim.proof().isEmpty()
                && startable(node)
                && !claimed(node.nodeid())
                && latest(node.nodeid()).filter(victim::equals).isPresent();
    }

    /// Whether somebody holds a claim against any run of the node.
    boolean claimed(int nodeid) {
        return victims.values().stream()
                .anyMatch(victim ->
                        victim.node().nodeid() == nodeid && victim.claim().isPresent());
    }

    byte[] snapshot() {
        var out = new Output(256).u8(SNAPSHOT_VERSION).bool(quorate).bool(started);
        out.u64(ringSequence).u64(changedAt);
        out.list(members.values(), Output::node).list(view, Output::node).list(complete, Output::node);
        out.list(victims.values(), DomainState::writeVictim);
        out.list(outside.entrySet(), (o, e) -> FenceCodec.proof(o.node(e.getKey()), e.getValue()));
        out.list(last.entrySet(), (o, e) -> FenceCodec.proof(o.u32(e.getKey()), e.getValue()));
        out.list(paths.entrySet(), (o, e) -> {
            FenceCodec.path(o, e.getKey());
            FenceCodec.trial(o, e.getValue());
        });
        return out.toBytes();
    }

    private static void writeVictim(Output out, Victim victim) {
        out.node(victim.node()).u64(victim.since()).u32(victim.rank()).oneOf(victim.cause());
        out.optional(victim.claim(), (o, claim) -> o.node(claim.holder()).u64(claim.since()));
        out.optional(victim.proof(), FenceCodec::proof);
    }

    private static Victim readVictim(Input in) throws MalformedMessage {
        return new Victim(
                in.node(),
                in.u64(),
                in.u32(Integer.MAX_VALUE),
                in.oneOf(Victim.Cause.class),
                in.optional(i -> new Victim.Claim(i.node(), i.u64())),
                in.optional(FenceCodec::proof));
    }

    /// A state from its [#snapshot].
    static DomainState read(byte[] snapshot) throws MalformedMessage {
        var in = new Input(snapshot);
        int version = in.u8();
        if (version != SNAPSHOT_VERSION) {
            throw new MalformedMessage("snapshot of fence domain: version " + version);
        }
        var state = new DomainState();
        state.quorate = in.bool();
        state.started = in.bool();
        state.ringSequence = in.u64();
        state.changedAt = in.u64();
        in.list(MAX_ENTRIES, Input::node).forEach(node -> state.members.put(node.nodeid(), node));
        state.view.addAll(in.list(MAX_ENTRIES, Input::node));
        state.complete.addAll(in.list(MAX_ENTRIES, Input::node));
        in.list(MAX_ENTRIES, DomainState::readVictim).forEach(victim -> state.victims.put(victim.node(), victim));
        in.list(MAX_ENTRIES, i -> state.outside.put(i.node(), FenceCodec.proof(i)));
        in.list(MAX_ENTRIES, i -> state.last.put(i.u32(Integer.MAX_VALUE), FenceCodec.proof(i)));
        in.list(MAX_ENTRIES, i -> state.paths.put(FenceCodec.path(i), FenceCodec.trial(i)));
        in.end();
        return state;
    }
}
