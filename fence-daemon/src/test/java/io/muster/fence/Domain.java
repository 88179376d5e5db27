package io.muster.fence;

import io.muster.core.CauseId;
import io.muster.core.Drive;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// One core under a hand-driven log: what the tests of single rules need. Its own proposals are ordered
/// at once.
final class Domain {
    final FenceDomain core;
    final Node self;
    final List<FenceEffect> effects = new ArrayList<>();
    private final Deque<FenceEffect.Propose> proposals = new ArrayDeque<>();
    private boolean ordering = true;
    private boolean regular = true;
    long position;
    long now = 1000;

    Domain(int nodeid, Settings settings) {
        self = node(nodeid);
        core = new FenceDomain(self, settings.made(), FenceSettings.Overrides.NONE);
    }

    static Node node(int nodeid) {
        return run(nodeid, 1);
    }

    static Node run(int nodeid, int run) {
        return new Node(nodeid, new Incarnation(nodeid * 100L + run, 1));
    }

    static List<Node> nodes(int... nodeids) {
        var all = new ArrayList<Node>();
        for (int nodeid : nodeids) {
            all.add(node(nodeid));
        }
        return all;
    }

    /// The domain as it is after a start with these nodes, quorate, everybody complete.
    Domain started(int... nodeids) {
        view(nodeids);
        members(nodes(nodeids), List.of());
        quorum(true);
        at(now + 10_000);
        effects.clear();
        return this;
    }

    Domain view(int... nodeids) {
        return entry(new GroupEntry.View(++position, nodes(nodeids), List.of(), List.of()));
    }

    Domain viewLost(Node lost, int... nodeids) {
        return entry(
                new GroupEntry.View(++position, nodes(nodeids), List.of(), List.of(new Departure(lost, Reason.LOST))));
    }

    Domain members(List<Node> members, List<Departure> left) {
        return entry(new GroupEntry.Membership(++position, 8, members, List.of(), left));
    }

    /// The node falls silent.
    Domain lose(Node lost, int... remaining) {
        members(nodes(remaining), List.of(new Departure(lost, Reason.LOST)));
        return viewLost(lost, remaining);
    }

    Domain quorum(boolean quorate) {
        return entry(new GroupEntry.Quorum(++position, quorate));
    }

    Domain message(Node from, FenceMessage message) {
        return entry(new GroupEntry.Message(++position, from, true, FenceCodec.encode(message), CauseId.NONE));
    }

    Domain entry(GroupEntry entry) {
        core.apply(entry);
        take(core.drive(new Drive.Applied<>(entry), now));
        return this;
    }

    Domain event(FenceEvent event) {
        take(core.drive(new Drive.Local<>(event), now));
        return this;
    }

    Domain at(long nowMs) {
        while (core.nextDeadlineMs() <= nowMs) {
            now = Math.max(now, core.nextDeadlineMs());
            take(core.drive(new Drive.Tick<>(), now));
        }
        now = nowMs;
        return this;
    }

    /// From here on proposals wait for [#order].
    Domain hold() {
        ordering = false;
        return this;
    }

    Domain order(boolean inRegularConfiguration) {
        // What is proposed anew in a transitional configuration waits for the next one.
        ordering = inRegularConfiguration;
        regular = inRegularConfiguration;
        drain();
        regular = true;
        return this;
    }

    private void take(List<FenceEffect> now) {
        effects.addAll(now);
        for (FenceEffect effect : now) {
            if (effect instanceof FenceEffect.Propose propose) {
                proposals.add(propose);
            }
        }
        if (ordering) {
            drain();
        }
    }

    private void drain() {
        int bound = proposals.size();
        while (!proposals.isEmpty() && (regular || bound-- > 0)) {
            byte[] payload = proposals.poll().payload();
            entry(new GroupEntry.Message(++position, self, regular, payload, CauseId.NONE));
        }
    }

    /// Answers the check that was asked last.
    Domain confirm(boolean quorate) {
        long check = last(FenceEffect.CheckQuorate.class).orElseThrow().check();
        return event(new FenceEvent.QuorateChecked(check, quorate));
    }

    Domain agentEnds(int status) {
        long run = last(FenceEffect.RunAgent.class).orElseThrow().run();
        return event(new FenceEvent.AgentDone(run, status, "Connection timed out\n", 100, 42));
    }

    <T extends FenceEffect> Optional<T> last(Class<T> type) {
        return all(type).reduce((first, second) -> second);
    }

    <T extends FenceEffect> java.util.stream.Stream<T> all(Class<T> type) {
        return effects.stream().filter(type::isInstance).map(type::cast);
    }

    List<String> log() {
        return all(FenceEffect.Log.class).map(FenceEffect.Log::text).toList();
    }

    boolean asked() {
        return last(FenceEffect.CheckQuorate.class).isPresent();
    }

    Optional<String> agent() {
        return last(FenceEffect.RunAgent.class).map(run -> run.call().agent());
    }

    boolean proven(Node victim) {
        return core.state().victim(victim).orElseThrow().proof().isPresent();
    }

    boolean isVictim(Node node) {
        return core.state().victim(node).isPresent();
    }
}
