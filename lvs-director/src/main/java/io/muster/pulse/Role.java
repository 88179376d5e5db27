package io.muster.pulse;

import io.muster.pulse.Heartbeat.Wish;
import io.muster.pulse.PulseEffect.BulkSync;
import io.muster.pulse.PulseEffect.Ended;
import io.muster.pulse.PulseEffect.Forward;
import io.muster.pulse.PulseEffect.RunHook;
import io.muster.pulse.PulseEffect.SayLastWord;
import io.muster.pulse.PulseEffect.StateChanged;
import io.muster.pulse.PulseEffect.SwitchSync;
import io.muster.pulse.PulseState.Active;
import io.muster.pulse.PulseState.Leaving;
import io.muster.pulse.PulseState.Standby;
import io.muster.pulse.PulseState.Unstarted;

/// What a director is now, and the only door through which that changes, with what belongs to each way
/// through it. [Pulse] decides when.
///
/// | from | on | to |
/// |---|---|---|
/// | unstarted | start | standby |
/// | standby | a partner that is silent, or stopped and fresh; `--forceactive` | active |
/// | active | a reason to go, and a partner that stands by and synchronises | leaving |
/// | active | a reason to go | standby |
/// | leaving | last word said, or not in time; partner active or silent; stood still | standby |
/// | active, leaving | as to standby, when told to stop | ended |
/// | unstarted, standby | told to stop | ended |
///
/// What the partner and the clients wait for comes before the line in the log.
///
/// Thread: the core's.
final class Role {
    private final PulseSettings settings;
    private final Conversation talk;
    private final FloatingAddresses floating;
    private final Connections connections;
    private final Inhibitors inhibitors;
    private final Journal journal;
    private PulseState state = new Unstarted();
    private long words;

    Role(
            PulseSettings settings,
            Conversation talk,
            FloatingAddresses floating,
            Connections connections,
            Inhibitors inhibitors,
            Journal journal) {
        this.settings = settings;
        this.talk = talk;
        this.floating = floating;
        this.connections = connections;
        this.inhibitors = inhibitors;
        this.journal = journal;
    }

    /// All of it.
    ///
    /// @param words last words asked for so far
    record Image(PulseState state, long words) {}

    Image image() {
        return new Image(state, words);
    }

    void resume(Image image) {
        state = image.state();
        words = image.words();
    }

    PulseState state() {
        return state;
    }

    // ---- the door

    /// Enters another state and says so.
    ///
    /// @param reason for the log: the state's own, or that and more
    private void enter(PulseState next, String reason) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException(settings.role() + ": " + state + " -> " + next + ": " + reason);
        }
        Activity before = state.activity();
        state = next;
        // One that starts stands by already, for all that anybody sees.
        if (before != next.activity()) {
            journal.add(new StateChanged(before, next.activity(), reason));
        }
    }

    /// The same state, but more is known.
    void revise(PulseState same) {
        if (same.getClass() != state.getClass()) {
            throw new IllegalStateException(settings.role() + ": " + state + " isn't " + same);
        }
        state = same;
    }

    // ---- the ways through it

    /// Drops first what a former life may have left.
    void begin(long nowMs) {
        floating.drop();
        journal.add(new Forward(false));
        journal.add(new SwitchSync(false));
        journal.add(new RunHook(false));
        enter(new Standby(nowMs, Pulse.STARTED), Pulse.STARTED);
    }

    void take(String why, long nowMs) {
        journal.add(new Forward(true));
        journal.add(new RunHook(true));
        var active = new Active(nowMs, why, floating.announce(floating.take(nowMs), nowMs));
        send(active, nowMs);
        journal.add(new SwitchSync(true));
        enter(active, why);
        connections.roleTaken(talk.partner.alive, nowMs);
    }

    /// To a partner that stands by: it hears "running" until it knows all connections. One that is
    /// active, silent or without a sync daemon doesn't listen.
    void handOver(String why, boolean ends, long nowMs) {
        if (!settings.syncDaemon() || !talk.partner.alive || talk.partner.active) {
            giveUp(why, ends, nowMs);
            return;
        }
        floating.drop();
        enter(new Leaving(nowMs, why, ++words, nowMs + Pulse.LAST_WORD_MS, ends), why);
        journal.add(new SayLastWord(words));
    }

    /// The second half of a hand-over.
    ///
    /// @param how the waiting for the last word has ended
    void leave(Leaving leaving, String how, long nowMs) {
        go(leaving.ends(), leaving.reason(), leaving.reason() + ": " + how, nowMs);
    }

    void giveUp(String why, boolean ends, long nowMs) {
        floating.drop();
        go(ends, why, why, nowMs);
    }

    /// Says so, and then does what can wait.
    private void go(boolean ends, String why, String line, long nowMs) {
        PulseState next = ends ? new PulseState.Ended(nowMs, why) : new Standby(nowMs, why);
        sayStopped(next, nowMs);
        journal.add(new Forward(false));
        journal.add(new SwitchSync(false));
        journal.add(new RunHook(false));
        enter(next, line);
        if (ends) {
            journal.add(new Ended());
        } else {
            talk.partner.listenFrom(nowMs);
        }
    }

    private void sayStopped(PulseState next, long nowMs) {
        send(next, nowMs);
        if (next.ends()) {
            // Once more: a lost one would cost the clients a deadtime.
            send(next, nowMs);
        }
    }

    /// Told to stop. One that is leaving ends with its last word.
    void stop(long nowMs) {
        String why = "told to stop";
        switch (state) {
            case Active _ -> handOver(why, true, nowMs);
            case Leaving leaving -> revise(leaving.ending());
            case Unstarted _, Standby _ -> {
                var ended = new PulseState.Ended(nowMs, why);
                sayStopped(ended, nowMs);
                enter(ended, why);
                journal.add(new Ended());
            }
            case PulseState.Ended _ -> {}
        }
    }

    // ---- what the active one does meanwhile

    /// Renews and announces what is due.
    void tick(long nowMs) {
        if (state instanceof Active active) {
            boolean silent = settings.partner() && !talk.partner.alive;
            revise(active.with(floating.tick(active.upkeep(), silent, nowMs)));
        }
    }

    /// Once more, and then as after a take-over.
    void announce(Active active, long nowMs) {
        revise(active.with(floating.announce(active.upkeep(), nowMs)));
    }

    /// Sets the addresses again, which may have run out.
    void renew(Active active, long nowMs) {
        revise(active.with(floating.announce(floating.take(nowMs), nowMs)));
    }

    void bulkSync() {
        if (settings.syncDaemon() && state instanceof Active) {
            connections.sending();
            talk.met().ifPresent(to -> journal.add(new BulkSync(to)));
        }
    }

    // ---- what is said of it

    /// A heartbeat out of turn.
    void send(long nowMs) {
        send(state, nowMs);
    }

    private void send(PulseState as, long nowMs) {
        talk.send(own(as), nowMs);
    }

    Talk.Own own() {
        return own(state);
    }

    private Talk.Own own(PulseState as) {
        Wish wish = !inhibitors.none() || as.ends() ? Wish.UNABLE : as.asks().asking() ? Wish.TAKE : Wish.ABLE;
        boolean running = as instanceof Active || as instanceof Leaving;
        return new Talk.Own(running, wish, connections.here(), connections.permille());
    }
}
