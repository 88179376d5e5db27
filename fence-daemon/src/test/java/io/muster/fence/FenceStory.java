package io.muster.fence;

import io.muster.core.CauseId;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordCodec;
import io.muster.driver.Recordable;
import io.muster.driver.Recorder;
import io.muster.group.GroupEntry;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import io.muster.member.daemon.Records;
import io.muster.model.Changes;
import io.muster.model.ModelNode;
import io.muster.simulator.NetworkOptions;
import io.muster.simulator.Transcript;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Tells what happens to a fence domain for an expert of fencing: what a domain agrees on under the
/// names of those who agree, once; what a node does and logs under its own.
final class FenceStory {
    private static final String QUIET = ".*( is a victim: | done by ).*";

    private final FenceSite site;
    private final Transcript told;
    private final Set<String> agreed = new HashSet<>();
    private long beganMs;
    private boolean telling;
    private boolean stays;
    private boolean owing = true;

    FenceStory(String name, FenceDocument document, String... about) {
        site = new FenceSite(1, document, NetworkOptions.calm(300));
        told = Transcript.of(FenceStory.class, name);
        List.of(about).forEach(told::note);
        site.agents().prompt();
        site.model().watch(this::records);
    }

    FenceSite site() {
        return site;
    }

    /// Tells also how each fenced comes to be a member of the domain.
    FenceStory stays() {
        stays = true;
        return this;
    }

    /// Switches these on and waits until their domain stands. The story begins then.
    FenceStory given(int... nodeids) {
        for (int nodeid : nodeids) {
            site.boot(nodeid);
        }
        runMs(10_000);
        return begin();
    }

    /// From here on it is told.
    FenceStory begin() {
        beganMs = site.model().simulation().nowMs();
        telling = true;
        return this;
    }

    FenceStory runMs(long ms) {
        site.model().simulation().runForMs(ms);
        return this;
    }

    /// What somebody does, on a line of its own after an empty one.
    FenceStory act(String what, Runnable deed) {
        told.add("");
        tell("operator", what);
        deed.run();
        return this;
    }

    FenceStory pullsPlugs(int... nodeids) {
        String names = java.util.Arrays.stream(nodeids).mapToObj(id -> "n" + id).collect(Collectors.joining(" and "));
        return act(
                "pulls the plug of " + names,
                () -> java.util.Arrays.stream(nodeids).forEach(site::powerOff));
    }

    FenceStory switchesOn(int nodeid) {
        return act("switches n" + nodeid + " on", () -> site.boot(nodeid));
    }

    /// `fence_ack_manual`, typed on a node, for the latest victim of another.
    FenceStory acknowledges(int at, int victim) {
        return act("n" + at + "# fence_ack_manual n" + victim, () -> {
            Node run = site.report(site.node(at)).victims().stream()
                    .map(DomainReport.VictimLine::node)
                    .filter(node -> node.nodeid() == victim)
                    .findFirst()
                    .orElseThrow();
            site.acknowledge(site.node(at), run, answer -> tell("n" + at, "answers: " + answer));
        });
    }

    /// `fence_tool ls`, in short.
    FenceStory ls(int at) {
        DomainReport report = site.report(site.node(at));
        String victims = report.victims().stream()
                .map(line -> name(line.node()) + (line.claimedBy() == 0 ? "" : " claimed by n" + line.claimedBy()))
                .collect(Collectors.joining(", "));
        tell(
                "ls on n" + at,
                "members " + report.members().stream().map(id -> "n" + id).collect(Collectors.joining(" "))
                        + "; wait state " + report.waitState() + "; victims " + (victims.isEmpty() ? "none" : victims));
        return this;
    }

    void end() {
        told.check();
    }

    private void tell(String who, String what) {
        if (telling) {
            told.add(site.model().simulation().nowMs() - beganMs, who, what);
        }
    }

    /// Of a run: later ones are numbered.
    private String name(Node run) {
        int life = site.truth().life(run);
        return "n" + run.nodeid()
                + (run.incarnation().equals(Incarnation.UNKNOWN)
                        ? " (never met)"
                        : life > 1 ? " (run " + life + ")" : "");
    }

    private static String names(Collection<Node> nodes) {
        return nodes.stream().map(node -> "n" + node.nodeid()).collect(Collectors.joining(","));
    }

    private Records records(ModelNode node) {
        return new Records() {
            @Override
            public <E, F> Open<E, F> core(String name, Recordable<E, F> core, FlightRecorder.Limits limits) {
                return stays && name.equals("fenced-stay") ? Open.by(tells(node)) : Open.none();
            }

            @Override
            public <E, F> Open<ReplicaEvent<E>, ReplicaEffect<F>> replica(
                    String daemon, String factory, RecordCodec codec, Replica<E, F> replica) {
                return !daemon.equals("fenced") ? Open.none() : Open.by(new Teller<>(node, replica));
            }
        };
    }

    private <E, F> Recorder<E, F> tells(ModelNode node) {
        return Changes.of(
                change -> tell("n" + node.nodeid(), change.from() + " -> " + change.to() + ": " + change.reason()));
    }

    private final class Teller<E, F> implements Recorder<ReplicaEvent<E>, ReplicaEffect<F>> {
        private final String who;
        private final Replica<E, F> replica;
        private Optional<DomainState> before = Optional.empty();

        Teller(ModelNode node, Replica<E, F> replica) {
            this.who = "n" + node.nodeid();
            this.replica = replica;
        }

        @Override
        public void after(
                long nowMs, CauseId id, CauseId parent, ReplicaEvent<E> event, List<ReplicaEffect<F>> effects) {
            if (event instanceof ReplicaEvent.Local<E>(E local)
                    && local instanceof FenceEvent.QuorateChecked(long _, boolean quorate)) {
                tell(who, "cman says: " + (quorate ? "quorate" : "not quorate"));
            }
            if (event instanceof ReplicaEvent.Entry<E>(GroupEntry entry) && replica.synced()) {
                DomainState now = state();
                before.ifPresent(then -> agreed(entry, then, now));
                before = Optional.of(now);
            }
            for (ReplicaEffect<F> effect : effects) {
                if (effect instanceof ReplicaEffect.Perform<F>(F inner) && inner instanceof FenceEffect wanted) {
                    does(wanted);
                }
            }
        }

        private DomainState state() {
            try {
                return DomainState.read(replica.snapshot());
            } catch (MalformedMessage e) {
                throw new AssertionError(e);
            }
        }

        private void does(FenceEffect effect) {
            switch (effect) {
                case FenceEffect.CheckQuorate _ -> tell(who, "asks cman whether the cluster is quorate");
                case FenceEffect.RunAgent run ->
                    tell(
                            who,
                            "starts " + run.call().agent() + " against n"
                                    + run.victim().nodeid());
                case FenceEffect.StopAgent _ -> tell(who, "ends its agent");
                case FenceEffect.ReportRecovered(long upTo) -> recovered(upTo);
                case FenceEffect.Log(FenceEffect.Level level, String text) -> {
                    if (!text.matches(QUIET)) {
                        tell(who, "log: " + (level == FenceEffect.Level.INFO ? "" : level + " ") + text);
                    }
                }
                case FenceEffect.Propose _, FenceEffect.ReportFenced _, FenceEffect.Answer _ -> {}
            }
        }

        /// Said after each change; told after victims only.
        private void recovered(long upTo) {
            if (owing) {
                owing = !telling;
                together(group(state()), upTo, "no victim is left: recovery may go on");
            }
        }

        /// Those who are here to agree.
        private static String group(DomainState state) {
            return names(
                    state.view().stream().filter(state.members()::containsValue).toList());
        }

        private void agreed(GroupEntry entry, DomainState then, DomainState now) {
            String group = group(now);
            long at = entry.position();
            for (Node run : now.members().values()) {
                if (!then.members().containsValue(run)) {
                    together(group, at, name(run) + " joins the cluster");
                }
            }
            for (Node run : then.view()) {
                if (!now.view().contains(run) && now.members().containsValue(run)) {
                    together(group, at, "fenced of " + name(run) + " is gone");
                }
            }
            now.victims().forEach((run, victim) -> {
                Optional<Victim> was = then.victim(run);
                if (was.isEmpty()) {
                    String cause = victim.cause().name().toLowerCase(java.util.Locale.ROOT);
                    owing = true;
                    together(group, at, name(run) + " is a victim: " + cause);
                }
                changed(group, at, was, victim);
            });
            if (entry instanceof GroupEntry.Fenced fenced
                    && then.victim(fenced.victim()).isPresent()) {
                together(group, at, name(fenced.victim()) + " is fenced: " + fenced.how());
            }
            if (now.quorate() != then.quorate()) {
                together(group, at, now.quorate() ? "quorum is gained" : "quorum is lost");
            }
            if (now.started() && !then.started()) {
                together(group, at, "the domain starts");
            }
            for (Node run : now.complete()) {
                if (now.started() == then.started() && !then.complete().contains(run)) {
                    together(group, at, name(run) + " has completed the domain");
                }
            }
        }

        private void changed(String group, long at, Optional<Victim> was, Victim victim) {
            Optional<Node> before = was.flatMap(Victim::claim).map(Victim.Claim::holder);
            Optional<Node> holder = victim.claim().map(Victim.Claim::holder);
            String run = name(victim.node());
            if (was.flatMap(Victim::proof).isEmpty() && victim.proof().isPresent()) {
                Proof proof = victim.proof().get();
                together(group, at, run + " is harmless: n" + proof.byNodeid() + " " + word(proof));
            } else if (before.isPresent() && !before.equals(holder)) {
                together(group, at, "the claim of " + name(before.get()) + " to " + run + " ends");
            }
            if (holder.isPresent() && !before.equals(holder)) {
                together(group, at, name(holder.get()) + " claims " + run);
            }
        }

        private static String word(Proof proof) {
            return switch (proof.kind()) {
                case AGENT -> "has fenced it with " + proof.how();
                case OVERRIDE -> "has an operator's word";
                case EXTERNAL -> "has fenced it by hand";
                case MEMBER -> "has stopped whatever it may have left behind";
            };
        }

        private void together(String group, long position, String what) {
            if (agreed.add(group + "/" + position + "/" + what)) {
                tell(group, what);
            }
        }
    }
}
