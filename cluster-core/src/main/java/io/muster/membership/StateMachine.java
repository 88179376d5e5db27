package io.muster.membership;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.group.Group;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Level;
import io.muster.group.GroupEntry.Reason;
import io.muster.group.GroupTable.Addressed;
import io.muster.group.Remains;
import io.muster.quorum.QuorumRules;
import io.muster.quorum.Tally;
import io.muster.quorum.VoteCount;
import io.muster.quorum.Voter;
import io.muster.totem.RingId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Changes [ClusterState] by one ordered message and writes the entries that follow from it. Knows
/// neither time nor which node it runs on.
final class StateMachine {
    private final ClusterState state;
    private final RingId ring;
    private final Log log;

    StateMachine(ClusterState state, RingId ring, Log log) {
        this.state = state;
        this.ring = ring;
        this.log = log;
    }

    /// Counts again and says so when being quorate has changed.
    void recount(boolean decrease) {
        boolean before = state.tally.quorate();
        state.tally = VoteCount.count(voters(), state.rules, state.tally, decrease);
        if (state.tally.quorate()) {
            state.lastQuorate = Optional.of(ring);
        }
        if (state.tally.quorate() != before) {
            log.all(new GroupEntry.Quorum(state.next(), state.tally.quorate()));
        }
    }

    private List<Voter> voters() {
        return state.members.values().stream().map(Member::voter).toList();
    }

    private void setVoters(Collection<Voter> voters) {
        for (Voter voter : voters) {
            state.members.replaceAll((n, m) -> n.nodeid() == voter.nodeid() ? m.withVoter(voter) : m);
        }
    }

    /// Writes a view and, behind it, what a newcomer must know.
    void view(Addressed view) {
        if (view.entry() instanceof GroupEntry.View entry && !entry.joined().isEmpty()) {
            state.configUntold.add(view.group());
        }
        log.to(view);
        String group = view.group();
        log.to(
                group,
                new GroupEntry.Membership(
                        state.next(), ring.sequence(), state.nodes(), List.of(), List.copyOf(state.unproven)));
        state.unmanaged.forEach((run, remains) -> log.to(group, new GroupEntry.Vouched(state.next(), run, remains)));
        log.to(group, new GroupEntry.Quorum(state.next(), state.tally.quorate()));
        for (Level level : Level.values()) {
            long upTo = state.groups.recovered(level);
            if (upTo > 0) {
                log.to(group, new GroupEntry.Recovered(state.next(), level, upTo));
            }
        }
    }

    private void viewIfAny(@Nullable Addressed view) {
        if (view != null) {
            view(view);
        }
    }

    /// A node's client joins a group. Of services, it answers from now on for what runs there.
    void join(String group, Optional<Level> level, Node from) {
        Addressed view = state.groups.join(group, level, from, state.next());
        boolean takesOver = view != null && state.managed(from) && state.unmanaged.remove(from) != null;
        viewIfAny(view);
        if (takesOver) {
            log.all(new GroupEntry.Vouched(state.next(), from, Remains.NONE));
        }
    }

    /// A node's client is out of a group. Nobody may take it for gone before it is known what it has left.
    void part(String name, Node from, Reason reason, Remains remains) {
        Group group = state.groups.group(name);
        boolean services = group != null
                && group.level().equals(Optional.of(Level.SERVICE))
                && group.members().containsKey(from);
        if (services) {
            leftBehind(from, remains);
        }
        viewIfAny(state.groups.leave(name, new Departure(from, reason, remains), state.next()));
    }

    /// What runs on a member's run, as its cman says, that nobody answers for. The run lives: this may be more than it
    /// was before.
    void leftBehind(Node run, Remains remains) {
        if (state.isUnproven(run)) {
            if (remains.none()) {
                prove(run, run.nodeid(), GroupEntry.STOPPED, 0);
            } else if (!remains.equals(state.remains(run))) {
                state.unproven.replaceAll(d -> d.node().equals(run) ? d.with(remains) : d);
                log.all(new GroupEntry.Vouched(state.next(), run, remains));
            }
        } else if (state.members.containsKey(run) && !remains.none()) {
            state.unmanaged.put(run, remains);
            log.all(new GroupEntry.Vouched(state.next(), run, remains));
        }
    }

    /// A run is lost or killed. One for each node and reason is enough: what ends the newer one ends the older, which
    /// therefore leaves its list to it.
    ///
    /// @return as the others are to be told
    Departure lose(Departure departure) {
        Departure lost = departure;
        for (Departure known : List.copyOf(state.unproven)) {
            if (known.node().equals(departure.node())) {
                state.unproven.remove(known);
            } else if (known.node().nodeid() == departure.node().nodeid() && known.reason() == departure.reason()) {
                state.unproven.remove(known);
                lost = lost.with(lost.remains().or(known.remains()));
            }
        }
        state.unproven.add(lost);
        state.forgetProof(departure.node());
        return lost;
    }

    /// A member goes at its own or the cluster's word.
    void depart(Departure going) {
        if (state.members.remove(going.node()) == null) {
            return;
        }
        state.unmanaged.remove(going.node());
        Reason reason = going.reason();
        Departure departure = reason == Reason.LOST || reason == Reason.KILLED ? lose(going) : going;
        if (!state.isUnproven(going.node())) {
            // It has left with nothing running.
            harmless(going.node());
        }
        state.disturbed = state.next();
        log.all(new GroupEntry.Membership(
                state.disturbed, ring.sequence(), state.nodes(), List.of(), List.of(departure)));
        if (reason == Reason.REMOVED) {
            setVoters(VoteCount.withoutRemoved(voters()));
        }
        recount(reason == Reason.REMOVED);
        state.groups.leaveAll(List.of(departure), state::next).forEach(this::view);
    }

    /// Less is left of a lost run; with nothing left it is harmless. Nobody can say that more is.
    void vouch(Node run, int byNodeid, Remains remains) {
        if (run.incarnation().equals(Incarnation.UNKNOWN)) {
            // A run that nobody has met is no lost one, but may be a victim all the same.
            if (remains.none()) {
                prove(run, byNodeid, GroupEntry.STOPPED, 0);
            } else {
                log.all(new GroupEntry.Vouched(state.next(), run, remains));
            }
        }
        Remains alive = state.unmanaged.get(run);
        if (alive != null && !alive.and(remains).equals(alive)) {
            Remains rest = alive.and(remains);
            if (rest.none()) {
                state.unmanaged.remove(run);
            } else {
                state.unmanaged.put(run, rest);
            }
            log.all(new GroupEntry.Vouched(state.next(), run, rest));
        }
        for (Departure departure : List.copyOf(state.unproven)) {
            if (!departure.node().equals(run)) {
                continue;
            }
            Remains rest = departure.remains().and(remains);
            if (rest.none()) {
                prove(run, byNodeid, GroupEntry.STOPPED, 0);
            } else if (!rest.equals(departure.remains())) {
                state.unproven.replaceAll(d -> d.node().equals(run) ? d.with(rest) : d);
                log.all(new GroupEntry.Vouched(state.next(), run, rest));
            }
        }
    }

    /// An operator's word takes one service off a run's list.
    void acknowledge(Node run, int byNodeid, String service, long atMs) {
        Remains listed = state.remains(run);
        if (!listed.all() && listed.bars(service)) {
            Remains rest = listed.without(service);
            if (rest.none() && state.isUnproven(run)) {
                prove(run, byNodeid, GroupEntry.OVERRIDE, atMs);
            } else {
                vouch(run, byNodeid, rest);
            }
        }
    }

    /// A run that has ended is harmless for ever. A side that was elsewhere then may still hold it for lost.
    private void harmless(Node run) {
        var runs = new ArrayList<>(state.proven.getOrDefault(run.nodeid(), List.of()));
        runs.remove(run);
        runs.add(run);
        int first = Math.max(0, runs.size() - ClusterState.MAX_PROVEN);
        state.proven.put(run.nodeid(), List.copyOf(runs.subList(first, runs.size())));
    }

    /// @param atMs when it was said, on the clock of whoever said it; 0 when that isn't known
    void prove(Node victim, int byNodeid, String how, long atMs) {
        long position = state.next();
        state.unproven.removeIf(d -> d.node().equals(victim));
        state.forgetTheGone();
        if (!victim.incarnation().equals(Incarnation.UNKNOWN) && !state.members.containsKey(victim)) {
            // Only of the dead: who lives may begin anew what it has stopped.
            harmless(victim);
        }
        if (!victim.incarnation().equals(Incarnation.UNKNOWN) || !how.equals(GroupEntry.STOPPED)) {
            // A node that only says that it found nothing of an earlier run hasn't been fenced.
            state.fenced.put(victim.nodeid(), new LastFenced(victim, byNodeid, how, position, atMs));
        }
        log.all(new GroupEntry.Fenced(position, victim, byNodeid, how));
    }

    /// Whether expected votes may be set to this.
    boolean admissibleExpected(int setter, int votes) {
        List<Voter> changed = VoteCount.withExpected(voters(), setter, votes);
        return VoteCount.admissibleQuorum(changed, state.rules, state.tally).isPresent();
    }

    /// Whether a node's votes may be set to this.
    boolean admissibleVotes(int nodeid, int votes) {
        return VoteCount.admissibleQuorum(withVotes(nodeid, votes), state.rules, state.tally)
                .isPresent();
    }

    private List<Voter> withVotes(int nodeid, int votes) {
        return voters().stream()
                .map(v -> v.nodeid() == nodeid ? v.withVotes(votes) : v)
                .toList();
    }

    void setExpected(int setter, int votes) {
        if (admissibleExpected(setter, votes)) {
            setVoters(VoteCount.withExpected(voters(), setter, votes));
            recount(true);
        }
    }

    void setVotes(int nodeid, int votes) {
        if (admissibleVotes(nodeid, votes)) {
            setVoters(withVotes(nodeid, votes));
            recount(true);
        }
    }

    void setDevice(Node node, String name, int votes) {
        Member member = state.members.get(node);
        if (member != null) {
            // Other votes of a living device may lower quorum; a device that comes or goes may not.
            boolean changed = member.deviceVotes() > 0 && votes > 0;
            state.members.put(node, member.withDevice(votes, name));
            recount(changed);
        }
    }

    /// The cluster has this configuration from here on.
    ///
    /// @param agreed whether ccsd has agreed on it
    void configure(CmanSettings settings, boolean agreed) {
        boolean news = settings.configVersion() != state.configVersion
                || !settings.configSha256().equals(state.configSha256);
        QuorumRules before = state.rules;
        state.configured.forEach((nodeid, entry) -> {
            if (!settings.nodes().containsKey(nodeid) && state.concerns(nodeid)) {
                state.leaving.put(nodeid, entry);
            }
        });
        state.leaving.keySet().removeAll(settings.nodes().keySet());
        state.configure(settings);
        // Who holds it already keeps the votes that an operator has given it since.
        state.members.replaceAll((node, member) -> !news && state.holds(member)
                ? member
                : member.withConfig(
                        settings.nodes().containsKey(node.nodeid()) ? settings.votesOf(node.nodeid()) : member.votes(),
                        settings.expectedVotes(),
                        settings.configVersion(),
                        settings.configSha256()));
        if (news || agreed != state.configAgreed) {
            state.groups.groups().forEach(group -> state.configUntold.add(group.name()));
        }
        state.configAgreed = agreed;
        // A cluster that was quorate doesn't start to wait for all because the file now says so.
        if (!before.waitForAll() && state.tally.quorate()) {
            state.tally = new Tally(state.tally.total(), state.tally.expected(), state.tally.quorum(), true, true);
        }
        recount(true);
    }

    /// Says which configuration is in force to those that wait for it, once all members hold it. The
    /// document is put in where it is handed out.
    private void tellConfiguration() {
        if (!state.configUntold.isEmpty() && state.holders().size() == state.members.size()) {
            state.configUntold.forEach(group -> log.to(
                    group,
                    new GroupEntry.Config(
                            state.next(), state.configVersion, state.configSha256, state.configAgreed, new byte[0])));
            state.configUntold.clear();
        }
    }

    /// What follows by itself from what has been written: newcomers hear of the configuration, recovery
    /// passes the levels that are done.
    void advance() {
        tellConfiguration();
        new TreeMap<>(state.groups.advance(state.disturbed, state.mandatory))
                .forEach((level, upTo) -> log.all(new GroupEntry.Recovered(state.next(), level, upTo)));
    }
}
