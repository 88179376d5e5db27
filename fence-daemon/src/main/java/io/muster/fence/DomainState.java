package io.muster.fence;

import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.group.Remains;
import io.muster.member.Standing;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.Comparator;
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
/// - an agent's success against a member explains the silence that follows, and is void as soon as that
///   run gives a sign of life: an entry of its own, or being a member in a token round that began
///   later; what nobody can ask for any more, because quorum was lost, is void too;
/// - at most one claim per node at a time, granted to the lowest node that has completed the domain,
///   and only when delivered in a regular, quorate configuration; never against a node that is a member
///   again;
/// - a claim ends when its holder says that its agent has ended, or by loss of its holder, and not
///   before that because the victim was proven by somebody else. Where only the holder's fenced is
///   gone, the claim may pass on, but its agent may be at work until that fenced is back or the node is
///   gone;
/// - a victim whose node is a member again and of which only named services may still run stays one for
///   these, but nobody needs to fence it, and recovery doesn't wait for it;
/// - a restarted node completes the domain only once no agent can be at work against an earlier run of
///   it.
///
/// Layout of the snapshot, big-endian: u8 version 4, [Standing], bool started, u64 changed at; lists
/// of: complete nodes; unmet nodes, the place of the start and
/// what may still run there; claimed runs, holders and places; runs
/// whose claims are orphans, and holders; proven
/// runs and proofs; members and the success of agents against them; nodeids and the last proof; paths
/// and trials; nodes that were configured once. Another version is refused by name.
final class DomainState {
    private static final int SNAPSHOT_VERSION = 4;
    private static final int MAX_ENTRIES = 65_536;

    private Standing standing = new Standing();
    private boolean started;

    /// Place of the last change after which recovery has to be reported anew.
    private long changedAt;

    private final SortedSet<Node> complete = new TreeSet<>();

    /// Configured nodes that nobody had met when the domain started.
    private final SortedMap<Node, Unmet> unmet = new TreeMap<>();

    private final SortedMap<Node, Victim.Claim> claims = new TreeMap<>();

    /// Claims whose holder's fenced is gone from the domain while its node is a member: nobody knows
    /// yet whether its agent has ended.
    private final SortedSet<Orphan> orphans = new TreeSet<>();

    /// What makes victims harmless, until cman has told all groups.
    private final SortedMap<Node, Proof> proofs = new TreeMap<>();

    /// Members against which an agent had success: their silence, when it comes, is explained already.
    private final SortedMap<Node, Proof> early = new TreeMap<>();

    /// By nodeid: members and victims that were in a configuration and aren't any more.
    private final SortedMap<Integer, Former> former = new TreeMap<>();

    private final SortedMap<Integer, Proof> last = new TreeMap<>();
    private final SortedMap<FencePath, FencePath.Trial> paths = new TreeMap<>();

    /// @param since place in the log where the domain started
    /// @param remains what may still run there, as far as anybody has vouched for it
    private record Unmet(long since, Remains remains) {}

    /// An agent that may still be at work.
    private record Orphan(Node run, Node holder) implements Comparable<Orphan> {
        private static final Comparator<Orphan> ORDER =
                Comparator.comparing(Orphan::run).thenComparing(Orphan::holder);

        @Override
        public int compareTo(Orphan other) {
            return ORDER.compare(this, other);
        }
    }

    void apply(GroupEntry entry) {
        if (entry instanceof GroupEntry.Fenced now) {
            // Before the run is forgotten as lost.
            fenced(now);
        }
        standing.apply(entry);
        switch (entry) {
            case GroupEntry.View now -> viewChanged(now);
            case GroupEntry.Membership now -> membersChanged(now);
            case GroupEntry.Message message -> received(message);
            case GroupEntry.Quorum(long _, boolean quorate) -> {
                if (!quorate) {
                    early.clear();
                }
            }
            case GroupEntry.Vouched now -> vouched(now);
            case GroupEntry.Fenced _, GroupEntry.Config _, GroupEntry.Recovered _ -> {}
        }
        former.keySet().removeIf(nodeid -> !concerns(nodeid));
    }

    /// cman knows nothing of runs that nobody has met; what is vouched for them is kept here.
    private void vouched(GroupEntry.Vouched now) {
        Unmet known = unmet.get(now.run());
        if (known != null) {
            Remains rest = known.remains().and(now.remains());
            if (rest.none()) {
                unmet.remove(now.run());
            } else {
                unmet.put(now.run(), new Unmet(known.since(), rest));
            }
        }
        changedAt = now.position();
    }

    /// Whether its methods may be needed.
    boolean concerns(int nodeid) {
        return standing.members().containsKey(nodeid)
                || open(nodeid)
                || victims().keySet().stream().anyMatch(run -> run.nodeid() == nodeid);
    }

    private void kept(Former now) {
        int nodeid = now.fencing().nodeid();
        Former known = former.get(nodeid);
        if (concerns(nodeid) && (known == null || known.version() < now.version())) {
            former.put(nodeid, now);
        }
    }

    Optional<Former> former(int nodeid) {
        return Optional.ofNullable(former.get(nodeid));
    }

    SortedMap<Integer, Former> former() {
        return former;
    }

    private void viewChanged(GroupEntry.View now) {
        // One that joins again under the same name has lost its state on the way.
        complete.removeAll(now.joined());
        early.keySet().removeAll(now.joined());
        complete.retainAll(standing.view());
        for (var entry : List.copyOf(claims.entrySet())) {
            Node holder = entry.getValue().holder();
            if (!standing.view().contains(holder) || now.joined().contains(holder)) {
                claims.remove(entry.getKey());
                orphans.add(new Orphan(entry.getKey(), holder));
            }
        }
        // A fenced that joins anew has ended the agents of its former stay, and so has one that left in
        // good order.
        orphans.removeIf(orphan -> standing.view().contains(orphan.holder())
                || !standing.present(orphan.holder())
                || leftInOrder(now, orphan.holder()));
        if (complete.isEmpty()) {
            started = false;
        }
        changedAt = now.position();
    }

    private static boolean leftInOrder(GroupEntry.View now, Node holder) {
        return now.left().stream()
                .anyMatch(gone -> gone.node().equals(holder)
                        && (gone.reason() == GroupEntry.Reason.LEFT || gone.reason() == GroupEntry.Reason.REMOVED));
    }

    private void membersChanged(GroupEntry.Membership now) {
        for (var entry : List.copyOf(early.entrySet())) {
            Node run = entry.getKey();
            if (!standing.present(run)) {
                early.remove(run);
                victim(run).ifPresent(victim -> prove(victim, entry.getValue()));
            }
        }
        // The newer of two lost runs stands for the older, and needs proof of its own.
        proofs.keySet().removeIf(run -> victim(run).isEmpty());
        claims.values().removeIf(claim -> !standing.present(claim.holder()));
        orphans.removeIf(orphan -> !standing.present(orphan.holder()));
        if (!now.joined().isEmpty() || !now.left().isEmpty()) {
            changedAt = now.position();
        }
    }

    private void fenced(GroupEntry.Fenced now) {
        Node run = now.victim();
        early.remove(run);
        if (!victims().containsKey(run)) {
            return;
        }
        Proof proof = proofs.remove(run);
        last.put(run.nodeid(), proof == null ? told(now) : proof);
        unmet.remove(run);
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
        if (!message.regular() || !standing.view().contains(message.from())) {
            return;
        }
        // Ordered after the success, so it was sent after it.
        early.remove(message.from());
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
        if (!standing.quorate()) {
            return;
        }
        Node from = message.from();
        switch (decoded) {
            case FenceMessage.Ready() -> ready(from, message.position());
            case FenceMessage.Start(List<Integer> missing) -> start(from, missing, message.position());
            case FenceMessage.Claim(Node node) -> claim(from, node, message.position());
            case FenceMessage.Release(Node node) -> end(from, node);
            case FenceMessage.Proven(Node node, Proof proof) -> proven(from, node, proof);
            case FenceMessage.Kept(Former kept) -> kept(kept);
            case FenceMessage.Alive(Node run, Proof proof) -> alive(run, proof);
            case FenceMessage.Tried ignored -> {}
        }
    }

    private void ready(Node from, long position) {
        if (started && !open(from.nodeid())) {
            complete.add(from);
            changedAt = position;
        }
    }

    private void start(Node from, List<Integer> missing, long position) {
        if (started || !from.equals(standing.view().getFirst())) {
            return;
        }
        for (int nodeid : missing) {
            // A run that was met and lost stands for its node already.
            if (startable(nodeid) && victims().keySet().stream().noneMatch(run -> run.nodeid() == nodeid)) {
                unmet.put(new Node(nodeid, Incarnation.UNKNOWN), new Unmet(position, Remains.ALL));
            }
        }
        started = true;
        for (Node node : standing.view()) {
            if (!open(node.nodeid())) {
                complete.add(node);
            }
        }
        changedAt = position;
    }

    /// The holder's agent has ended.
    private void end(Node holder, Node node) {
        if (holds(holder, node)) {
            claims.remove(node);
        }
    }

    private void claim(Node from, Node node, long position) {
        if (from.equals(claimant().orElse(null)) && claimable(node)) {
            claims.put(node, new Victim.Claim(from, position));
        }
    }

    private void proven(Node from, Node node, Proof proof) {
        if (proof.kind() == Proof.Kind.MEMBER) {
            // Who has stopped what is between rgmanager and cman; the fence domain vouches for nothing.
            return;
        }
        if (proof.kind() == Proof.Kind.AGENT) {
            end(from, node);
        }
        if (standing.present(node) && proof.byAgent()) {
            early.put(node, proof);
            return;
        }
        victim(node).ifPresent(named -> prove(named, proof));
    }

    /// Proof for one run is proof for all earlier runs of the same machine; an operator's word only for
    /// the run it names. When sides of a partition meet, cman may tell anew of a loss that one of them
    /// hadn't seen fenced: the earlier run then seems to be the later one, and whoever has looked at
    /// that hasn't looked at the other.
    private void prove(Victim named, Proof proof) {
        boolean word = proof.kind() == Proof.Kind.OVERRIDE;
        for (Victim victim : victims().values()) {
            boolean earlier =
                    victim.node().nodeid() == named.node().nodeid() && Victim.BY_LOSS.compare(victim, named) <= 0;
            if (victim.proof().isEmpty() && (word ? victim.node().equals(named.node()) : earlier)) {
                proofs.put(victim.node(), proof);
            }
        }
    }

    /// A run that has fallen silent meanwhile, and that nobody has been told of as fenced, is a victim
    /// again.
    private void alive(Node run, Proof proof) {
        early.remove(run, proof);
        if (proof.byAgent() && proof.equals(proofs.get(run))) {
            proofs.entrySet()
                    .removeIf(entry -> entry.getKey().nodeid() == run.nodeid()
                            && entry.getValue().equals(proof));
        }
    }

    boolean quorate() {
        return standing.quorate();
    }

    boolean started() {
        return started;
    }

    long ringSequence() {
        return standing.ringSequence();
    }

    long changedAt() {
        return changedAt;
    }

    /// By nodeid: members of the cluster.
    SortedMap<Integer, Node> members() {
        return standing.members();
    }

    /// Members of the fence domain.
    SortedSet<Node> view() {
        return standing.view();
    }

    SortedSet<Node> complete() {
        return complete;
    }

    /// Runs that were lost, and nodes that nobody had met at the start, until cman has told all groups
    /// of their proof.
    SortedMap<Node, Victim> victims() {
        var victims = new TreeMap<Node, Victim>();
        standing.lost()
                .forEach((run, loss) -> victims.put(
                        run,
                        victim(
                                run,
                                loss.position(),
                                loss.rank(),
                                Victim.Cause.of(loss.reason()),
                                standing.remains(run))));
        unmet.forEach(
                (run, known) -> victims.put(run, victim(run, known.since(), 0, Victim.Cause.STARTUP, known.remains())));
        return victims;
    }

    private Victim victim(Node run, long since, int rank, Victim.Cause cause, Remains remains) {
        return new Victim(
                run,
                since,
                rank,
                cause,
                remains,
                Optional.ofNullable(claims.get(run)),
                Optional.ofNullable(proofs.get(run)));
    }

    /// Whether recovery has to wait for it.
    boolean pending(Victim victim) {
        return victim.remains().all() || startable(victim.node().nodeid());
    }

    /// Whether recovery has to wait for anybody.
    boolean pending() {
        return victims().values().stream().anyMatch(this::pending);
    }

    Optional<Victim> victim(Node node) {
        return Optional.ofNullable(victims().get(node));
    }

    /// The last run of a node that is a victim and not yet proven harmless.
    Optional<Victim> latest(int nodeid) {
        return victims().values().stream()
                .filter(victim ->
                        victim.node().nodeid() == nodeid && victim.proof().isEmpty())
                .max(Victim.BY_LOSS);
    }

    /// Members against which an agent had success and that haven't given a sign of life since.
    SortedMap<Node, Proof> early() {
        return early;
    }

    /// Whether this very run is a member of the cluster.
    boolean present(Node run) {
        return standing.present(run);
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

    /// Whether agents could be started against the node now, were it claimed: never against a member.
    boolean startable(int nodeid) {
        return !standing.members().containsKey(nodeid);
    }

    boolean claimable(Node node) {
        return quorate()
                && started
                && startable(node.nodeid())
                && !claimed(node.nodeid())
                && latest(node.nodeid()).map(Victim::node).filter(node::equals).isPresent();
    }

    /// Whether an agent may be at work against any run of the node.
    boolean open(int nodeid) {
        return claimed(nodeid)
                || orphans.stream().anyMatch(orphan -> orphan.run().nodeid() == nodeid);
    }

    /// Claims by run; one may outlive its victim.
    SortedMap<Node, Victim.Claim> claims() {
        return claims;
    }

    boolean holds(Node holder, Node victim) {
        Victim.Claim claim = claims.get(victim);
        return claim != null && claim.holder().equals(holder);
    }

    /// Whether somebody holds a claim against any run of the node.
    boolean claimed(int nodeid) {
        return claims.keySet().stream().anyMatch(run -> run.nodeid() == nodeid);
    }

    byte[] snapshot() {
        var out = new Output(256).u8(SNAPSHOT_VERSION);
        standing.encode(out);
        out.bool(started).u64(changedAt).list(complete, Output::node);
        out.list(
                unmet.entrySet(),
                (o, e) -> e.getValue()
                        .remains()
                        .encode(o.node(e.getKey()).u64(e.getValue().since())));
        out.list(
                claims.entrySet(),
                (o, e) -> o.node(e.getKey())
                        .node(e.getValue().holder())
                        .u64(e.getValue().since()));
        out.list(orphans, (o, orphan) -> o.node(orphan.run()).node(orphan.holder()));
        out.list(proofs.entrySet(), (o, e) -> FenceCodec.proof(o.node(e.getKey()), e.getValue()));
        out.list(early.entrySet(), (o, e) -> FenceCodec.proof(o.node(e.getKey()), e.getValue()));
        out.list(last.entrySet(), (o, e) -> FenceCodec.proof(o.u32(e.getKey()), e.getValue()));
        out.list(paths.entrySet(), (o, e) -> {
            FenceCodec.path(o, e.getKey());
            FenceCodec.trial(o, e.getValue());
        });
        out.list(former.values(), (o, one) -> one.encode(o));
        return out.toBytes();
    }

    /// A state from its [#snapshot].
    static DomainState read(byte[] snapshot) throws MalformedMessage {
        var in = new Input(snapshot);
        int version = in.u8();
        if (version != SNAPSHOT_VERSION) {
            throw new MalformedMessage(
                    "fence domain's state of version " + version + ", this fenced has version " + SNAPSHOT_VERSION);
        }
        var state = new DomainState();
        state.standing = Standing.decode(in);
        state.started = in.bool();
        state.changedAt = in.u64();
        state.complete.addAll(in.list(MAX_ENTRIES, Input::node));
        in.list(MAX_ENTRIES, i -> state.unmet.put(i.node(), new Unmet(i.u64(), Remains.decode(i))));
        in.list(MAX_ENTRIES, i -> state.claims.put(i.node(), new Victim.Claim(i.node(), i.u64())));
        state.orphans.addAll(in.list(MAX_ENTRIES, i -> new Orphan(i.node(), i.node())));
        in.list(MAX_ENTRIES, i -> state.proofs.put(i.node(), FenceCodec.proof(i)));
        in.list(MAX_ENTRIES, i -> state.early.put(i.node(), FenceCodec.proof(i)));
        in.list(MAX_ENTRIES, i -> state.last.put(i.u32(Integer.MAX_VALUE), FenceCodec.proof(i)));
        in.list(MAX_ENTRIES, i -> state.paths.put(FenceCodec.path(i), FenceCodec.trial(i)));
        in.list(MAX_ENTRIES, Former::decode)
                .forEach(one -> state.former.put(one.fencing().nodeid(), one));
        in.end();
        return state;
    }
}
