package io.muster.member;

import io.muster.core.Core;
import io.muster.core.Node;
import io.muster.member.StayEffect.Loudness;
import io.muster.member.StayPolicy.Awaits;
import io.muster.member.StayPolicy.Preparation;
import io.muster.member.StayState.Away;
import io.muster.member.StayState.Joining;
import io.muster.member.StayState.Member;
import io.muster.member.StayState.Outside;
import io.muster.member.StayState.Over;
import io.muster.member.StayState.Parting;
import io.muster.member.StayState.Preparing;
import io.muster.member.StayState.PreparingAlone;
import io.muster.member.StayState.Reaching;
import io.muster.member.StayState.Stopping;
import io.muster.member.StayState.Unborn;
import io.muster.member.StayState.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A daemon's stay in its group, from looking for cman to its own end: when to connect, what to wait for,
/// when to join again, what a hang-up means, when to stop alone.
///
/// | from | on | to |
/// |---|---|---|
/// | unborn | begin | preparing alone, or reaching |
/// | preparing alone | prepared | reaching |
/// | away | retry time | reaching |
/// | reaching | reached | preparing, outside, waiting or joining |
/// | reaching | unreachable | away, or over when it has been looked for long enough or was here before |
/// | preparing | prepared | outside, waiting or joining |
/// | outside | wanted | waiting or joining |
/// | waiting | all holds | joining |
/// | joining | joined | member |
/// | member | not wanted | outside |
/// | member | told to end | parting, or over |
/// | parting | handed over | over |
/// | parting | nobody listens for too long | stopping |
/// | any connected | hang-up | away, reaching, stopping or over, as the policy says |
/// | stopping | stopped alone | over |
/// | any | preparation fails | over |
///
/// Thread: the owner's event loop.
public final class Stay implements Core<StayEvent, StayEffect> {
    /// Between two looks of one that waits, and between a refusal and the next try. The connection of a
    /// predecessor that was killed may not have ended yet.
    static final long AGAIN_MS = 250;

    /// How long a node without quorum waits for others to hear that it stops.
    static final long NOBODY_LISTENS_MS = 15_000;

    /// The whole of it, for flight records.
    public record Image(StayPolicy policy, StayState state, boolean wanted, boolean prepared, boolean ready) {}

    private final StayPolicy policy;
    private StayState state = new Unborn();
    private boolean wanted;
    private boolean prepared;
    private boolean ready;
    private List<StayEffect> out = new ArrayList<>();

    public Stay(StayPolicy policy) {
        this.policy = policy;
    }

    /// As it was.
    public static Stay of(Image image) {
        var stay = new Stay(image.policy);
        stay.state = image.state;
        stay.wanted = image.wanted;
        stay.prepared = image.prepared;
        stay.ready = image.ready;
        return stay;
    }

    public Image image() {
        return new Image(policy, state, wanted, prepared, ready);
    }

    /// Whether this daemon is in its group.
    public boolean member() {
        return state instanceof Member || state instanceof Parting;
    }

    /// Whether all is over.
    public boolean over() {
        return state instanceof Over;
    }

    /// The word for where it stands.
    public String word() {
        return state.word();
    }

    @Override
    public List<StayEffect> on(StayEvent event, long nowMs) {
        out = new ArrayList<>();
        if (!(state instanceof Over)) {
            take(event, nowMs);
        }
        return out;
    }

    private void take(StayEvent event, long nowMs) {
        switch (event) {
            case StayEvent.Begin(boolean join) -> begin(join, nowMs);
            case StayEvent.Prepared() -> prepared(nowMs);
            case StayEvent.Unprepared(String why) -> end(false, why);
            case StayEvent.Reached(Node self, String nodeName) -> reached(self, nodeName);
            case StayEvent.Unreachable(String why, boolean absent) -> unreachable(why, absent, nowMs);
            case StayEvent.HungUp(String why) -> hungUp(why, nowMs);
            case StayEvent.Looked looked -> looked(looked, nowMs);
            case StayEvent.NotSeen() -> {
                if (state instanceof Waiting(Node self, long _, String told)) {
                    state = new Waiting(self, nowMs + AGAIN_MS, told);
                }
            }
            case StayEvent.Joined() -> joined();
            case StayEvent.Refused(String why) -> refused(why, nowMs);
            case StayEvent.Want(boolean in) -> want(in);
            case StayEvent.Synced() -> {
                if (state instanceof Member(Node self, boolean _, boolean quorate)) {
                    state = new Member(self, true, quorate);
                }
            }
            case StayEvent.Quorum(boolean quorate) -> quorum(quorate, nowMs);
            case StayEvent.AskedToLeave(boolean idle) -> out.add(new StayEffect.AnswerShutdown(mayLeave(idle)));
            case StayEvent.Stop(long limitMs) -> stop(limitMs, nowMs);
            case StayEvent.HandedOver() -> {
                if (state instanceof Parting) {
                    partAndEnd();
                }
            }
            case StayEvent.StoppedAlone(List<String> unclean) -> stoppedAlone(unclean);
            case StayEvent.Tick() -> tick(nowMs);
        }
    }

    // ---- towards the group

    private void begin(boolean join, long nowMs) {
        if (!(state instanceof Unborn)) {
            return;
        }
        wanted = join;
        if (policy.preparation() == Preparation.FIRST) {
            enter(new PreparingAlone(), "begins");
            out.add(new StayEffect.Prepare(""));
        } else {
            reach(nowMs);
        }
        if (policy.lookForMs() == Long.MAX_VALUE) {
            ready();
        }
    }

    private void reach(long nowMs) {
        long until = policy.lookForMs() == Long.MAX_VALUE ? Long.MAX_VALUE : nowMs + policy.lookForMs();
        connect(new Reaching(until, false, Optional.empty()), "looks for cman");
    }

    private void connect(Reaching next, String reason) {
        enter(next, reason);
        out.add(new StayEffect.Connect());
    }

    private void prepared(long nowMs) {
        prepared = true;
        switch (state) {
            case PreparingAlone() -> reach(nowMs);
            case Preparing(Node self) -> proceed(self, "prepared");
            default -> {}
        }
    }

    private void reached(Node self, String nodeName) {
        if (!(state instanceof Reaching(long _, boolean _, Optional<Node> former))) {
            // Told to end meanwhile.
            out.add(new StayEffect.HangUp());
            return;
        }
        if (former.isPresent() && !former.get().equals(self)) {
            say(Loudness.ERROR, "cluster is down, exiting");
            out.add(new StayEffect.HangUp());
            end(false, "cman is gone");
        } else if (policy.preparation() == Preparation.REACHED && !prepared) {
            enter(new Preparing(self), "reached cman");
            out.add(new StayEffect.Prepare(nodeName));
        } else {
            proceed(self, "reached cman");
        }
    }

    private void unreachable(String why, boolean absent, long nowMs) {
        if (!(state instanceof Reaching(long untilMs, boolean told, Optional<Node> former))) {
            return;
        }
        if (former.isPresent()) {
            say(Loudness.ERROR, "cluster is down, exiting");
            end(false, "cman is gone");
        } else if (untilMs != Long.MAX_VALUE && (!absent || nowMs >= untilMs)) {
            end(false, "cman: " + why);
        } else {
            if (!told) {
                say(Loudness.INFO, "waiting for cman: " + why);
            }
            enter(new Away(nowMs + policy.retryMs(), untilMs, true), "no cman");
        }
    }

    /// Connected and prepared: what is next.
    private void proceed(Node self, String reason) {
        ready();
        if (!wanted) {
            enter(new Outside(self), reason);
        } else if (policy.awaits() == Awaits.NOTHING) {
            ask(self, "", reason);
        } else {
            enter(new Waiting(self, Long.MAX_VALUE, ""), reason);
            out.add(new StayEffect.Look());
        }
    }

    private void looked(StayEvent.Looked looked, long nowMs) {
        if (!(state instanceof Waiting(Node self, long _, String told))) {
            return;
        }
        String wait = "";
        if (looked.agreed() != looked.have()) {
            wait = "waiting for cluster.conf version " + looked.agreed() + " to come to this node";
        } else if (looked.fenceable() && !looked.complete()) {
            wait = "waiting for the fence domain";
        }
        if (wait.isEmpty()) {
            ask(self, "", "nothing to wait for");
            return;
        }
        if (!wait.equals(told)) {
            say(looked.agreed() != looked.have() ? Loudness.WARN : Loudness.INFO, wait);
        }
        state = new Waiting(self, nowMs + AGAIN_MS, wait);
    }

    private void ask(Node self, String refusal, String reason) {
        enter(new Joining(self, Long.MAX_VALUE, refusal), reason);
        out.add(new StayEffect.Join(policy.group(), policy.level(), policy.silentMs(), policy.requiredMs()));
    }

    private void joined() {
        if (!(state instanceof Joining(Node self, long _, String _))) {
            return;
        }
        if (!wanted) {
            out.add(new StayEffect.Part(policy.group()));
            enter(new Outside(self), "not wanted any more");
            return;
        }
        enter(new Member(self, false, false), "taken by cman");
        out.add(new StayEffect.Enter(self));
        say(Loudness.INFO, "joining " + policy.title() + " as node " + self);
    }

    private void refused(String why, long nowMs) {
        if (!(state instanceof Joining(Node self, long _, String refusal))) {
            return;
        }
        if (!wanted) {
            enter(new Outside(self), "not wanted any more");
            return;
        }
        if (!why.equals(refusal)) {
            say(Loudness.WARN, "can't join " + policy.title() + " yet: " + why);
        }
        state = new Joining(self, nowMs + AGAIN_MS, why);
    }

    private void want(boolean in) {
        wanted = in;
        if (in && state instanceof Outside(Node self)) {
            proceed(self, "wanted");
        } else if (!in && state instanceof Member(Node self, boolean _, boolean _)) {
            part();
            enter(new Outside(self), "not wanted any more");
            say(Loudness.INFO, "left " + policy.title());
        } else if (!in && state instanceof Waiting(Node self, long _, String _)) {
            enter(new Outside(self), "not wanted any more");
        } else if (!in
                && state instanceof Joining(Node self, long againAtMs, String _)
                && againAtMs != Long.MAX_VALUE) {
            enter(new Outside(self), "not wanted any more");
        }
    }

    // ---- in the group

    private void quorum(boolean quorate, long nowMs) {
        switch (state) {
            case Member(Node self, boolean synced, boolean _) -> {
                out.add(new StayEffect.Bar(!quorate));
                state = new Member(self, synced, quorate);
            }
            case Parting(Node self, long deadlineMs, long barredSinceMs) -> {
                out.add(new StayEffect.Bar(!quorate));
                long since = quorate ? Long.MAX_VALUE : Math.min(barredSinceMs, nowMs);
                state = new Parting(self, deadlineMs, since);
            }
            default -> {}
        }
    }

    private boolean mayLeave(boolean idle) {
        return switch (policy.mayLeave()) {
            case ALWAYS -> true;
            case OUTSIDE -> !member();
            case IDLE -> idle;
        };
    }

    private void hungUp(String why, long nowMs) {
        Optional<Node> self = self();
        if (self.isEmpty()) {
            return;
        }
        boolean stopping = state instanceof Parting;
        if (member()) {
            out.add(new StayEffect.Exit());
        }
        out.add(new StayEffect.Abandon());
        switch (policy.hangUp()) {
            case RETURN -> {
                say(Loudness.WARN, "cman is gone: " + why + ": doing without until it is back");
                enter(new Away(nowMs + policy.retryMs(), Long.MAX_VALUE, true), why);
            }
            case SAME_RUN -> {
                say(Loudness.WARN, "connection to cman ended: " + why);
                connect(new Reaching(Long.MAX_VALUE, true, self), why);
            }
            case STOP -> {
                out.add(new StayEffect.Bar(true));
                say(Loudness.ERROR, "cman is gone (" + why + "): stopping all services");
                stopAlone(stopping, "cman: " + why, Long.MAX_VALUE);
            }
        }
    }

    // ---- towards the end

    private void stop(long limitMs, long nowMs) {
        switch (state) {
            case Member(Node self, boolean synced, boolean quorate) -> {
                // Without the group's state this run has started nothing.
                if (policy.handsOver() && synced) {
                    enter(new Parting(self, nowMs + limitMs, quorate ? Long.MAX_VALUE : nowMs), "told to end");
                    out.add(new StayEffect.HandOver());
                } else {
                    partAndEnd();
                }
            }
            case Parting _ -> {}
            case Stopping(boolean _, String why, long deadlineMs) ->
                state = new Stopping(true, why, Math.min(deadlineMs, nowMs + limitMs));
            case Outside _, Waiting _, Preparing _, Joining _ -> {
                out.add(new StayEffect.HangUp());
                end(true, "told to end");
            }
            case Unborn _, PreparingAlone _, Away _, Reaching _, Over _ -> end(true, "told to end");
        }
    }

    private void part() {
        out.add(new StayEffect.Part(policy.group()));
        out.add(new StayEffect.Exit());
        out.add(new StayEffect.Abandon());
    }

    private void partAndEnd() {
        part();
        out.add(new StayEffect.HangUp());
        end(true, "told to end");
    }

    private void stopAlone(boolean told, String why, long deadlineMs) {
        enter(new Stopping(told, why, deadlineMs), why);
        out.add(new StayEffect.StopAlone());
    }

    private void stoppedAlone(List<String> unclean) {
        if (!(state instanceof Stopping(boolean told, String why, long _))) {
            return;
        }
        if (!unclean.isEmpty()) {
            say(Loudness.ERROR, "#69 Unclean stop of " + unclean);
        }
        end(told, why);
    }

    private void tick(long nowMs) {
        switch (state) {
            case Away(long retryAtMs, long untilMs, boolean told)
            when nowMs >= retryAtMs -> connect(new Reaching(untilMs, told, Optional.empty()), "looks for cman again");
            case Waiting(Node self, long lookAtMs, String told)
            when nowMs >= lookAtMs -> {
                state = new Waiting(self, Long.MAX_VALUE, told);
                out.add(new StayEffect.Look());
            }
            case Joining(Node self, long againAtMs, String refusal)
            when nowMs >= againAtMs -> ask(self, refusal, "asks again");
            case Parting(Node _, long deadlineMs, long _) when nowMs >= deadlineMs -> giveUp();
            case Parting(Node _, long deadlineMs, long sinceMs)
            when nowMs >= nobodyListensAtMs(sinceMs) -> {
                // Nobody takes the word that all is stopped: it is stopped all the same.
                out.add(new StayEffect.Exit());
                out.add(new StayEffect.Abandon());
                stopAlone(true, "nobody to hand over to", deadlineMs);
            }
            case Stopping(boolean told, String why, long deadlineMs) when nowMs >= deadlineMs -> giveUp();
            default -> {}
        }
    }

    /// The others see to what may still run here: they fence this node.
    private void giveUp() {
        say(Loudness.ERROR, "services couldn't be handed over: ends anyway");
        end(true, "not handed over in time");
    }

    private static long nobodyListensAtMs(long barredSinceMs) {
        return barredSinceMs == Long.MAX_VALUE ? Long.MAX_VALUE : barredSinceMs + NOBODY_LISTENS_MS;
    }

    private void end(boolean told, String why) {
        enter(new Over(), why);
        out.add(new StayEffect.End(told, why));
    }

    @Override
    public long nextDeadlineMs() {
        return switch (state) {
            case Away away -> away.retryAtMs();
            case Waiting waiting -> waiting.lookAtMs();
            case Joining joining -> joining.againAtMs();
            case Parting parting -> Math.min(parting.deadlineMs(), nobodyListensAtMs(parting.barredSinceMs()));
            case Stopping stopping -> stopping.deadlineMs();
            case Unborn _, PreparingAlone _, Reaching _, Preparing _, Outside _, Member _, Over _ -> Long.MAX_VALUE;
        };
    }

    // ---- the one door

    /// Moves on, and says so.
    private void enter(StayState next, String reason) {
        if (!StayTable.allows(state, next)) {
            throw new IllegalStateException(policy.group() + ": " + state + " -> " + next + ": " + reason);
        }
        if (!state.word().equals(next.word())) {
            out.add(new StayEffect.StateChanged(state.word(), next.word(), reason));
        }
        state = next;
    }

    private Optional<Node> self() {
        return switch (state) {
            case Preparing(Node self) -> Optional.of(self);
            case Outside(Node self) -> Optional.of(self);
            case Waiting waiting -> Optional.of(waiting.self());
            case Joining joining -> Optional.of(joining.self());
            case Member member -> Optional.of(member.self());
            case Parting parting -> Optional.of(parting.self());
            case Unborn _, PreparingAlone _, Away _, Reaching _, Stopping _, Over _ -> Optional.empty();
        };
    }

    private void ready() {
        if (!ready) {
            ready = true;
            out.add(new StayEffect.Ready());
        }
    }

    private void say(Loudness loudness, String text) {
        out.add(new StayEffect.Say(loudness, text));
    }
}
