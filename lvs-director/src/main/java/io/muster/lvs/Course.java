package io.muster.lvs;

import io.muster.checks.HealthEvent;
import io.muster.lvs.LvsdEffect.Level;
import io.muster.lvs.LvsdState.Keeping;
import io.muster.lvs.LvsdState.Life;
import io.muster.lvs.LvsdState.Settling;
import io.muster.lvs.LvsdState.Stopped;
import io.muster.lvs.LvsdState.Stopping;
import io.muster.lvs.LvsdState.Unstarted;
import io.muster.lvscf.LvsConfig;

/// The course of an lvsd's life: the state it is in, the only door through which that changes, and what
/// belongs to each way through it. What is wanted in the table follows from the state.
///
/// | from | on | to |
/// |---|---|---|
/// | unstarted | started | settling |
/// | settling | the table is as wanted | keeping |
/// | settling, keeping | told to stop | stopping |
/// | stopping | everything of ours is gone, or can't be removed in time | stopped |
/// | unstarted | told to stop | stopped |
///
/// A reload changes what is wanted within settling or keeping.
///
/// Thread: the core's.
final class Course {
    private static final long STOP_MS = 5_000;

    private LvsdState state;
    private Goal goal;

    Course() {
        this(new Unstarted());
    }

    /// @param state as an image has it
    Course(LvsdState state) {
        this.state = state;
        goal = Goal.of(state.wanted());
    }

    LvsdState state() {
        return state;
    }

    Goal goal() {
        return goal;
    }

    Plan plan() {
        return goal.plan();
    }

    long wallMs(long nowMs) {
        return nowMs + state.life().wallOffsetMs();
    }

    /// Whether lvsd may still be given something new to do.
    boolean goesOn() {
        return !(state instanceof Stopping) && !over();
    }

    boolean over() {
        return state instanceof Stopped;
    }

    // ---- the door

    /// Enters another state and says so.
    private void enter(LvsdState next, String reason, Journal journal) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException("lvsd: " + state.word() + " -> " + next.word() + ": " + reason);
        }
        journal.add(new LvsdEffect.StateChanged(state.word(), next.word(), reason));
        swap(next);
    }

    private void swap(LvsdState next) {
        boolean otherwise = !state.wanted().equals(next.wanted());
        state = next;
        if (otherwise) {
            goal = Goal.of(next.wanted());
        }
    }

    // ---- the ways through it

    void start(LvsdEvent.Started started, Parts parts, long nowMs) {
        enter(new Settling(new Life(nowMs, started.wallOffsetMs()), started.config()), "started", parts.journal);
        parts.notes.found(started.holdings());
        parts.owned.addAll(started.holdings().owned());
        parts.drains.restore(started.holdings());
        parts.journal.add(new LvsdEffect.SetSysctls());
        configured(parts, nowMs);
        parts.looks.begin(nowMs);
    }

    /// The file has other wishes now.
    void reload(LvsConfig config, Parts parts, long nowMs) {
        Plan before = plan();
        switch (state) {
            case Settling settling -> swap(new Settling(settling.life(), config));
            case Keeping keeping -> swap(new Keeping(keeping.life(), config));
            case Unstarted _, Stopping _, Stopped _ -> {
                return;
            }
        }
        parts.tally.reloads++;
        parts.drains
                .endByHand(parts.view)
                .forEach(server -> parts.journal.log(Level.INFO, server + ": drain set by hand ends with the reload"));
        if (config.drainOnRemoval()) {
            parts.drains.removed(before, plan(), parts.view, wallMs(nowMs));
        }
        configured(parts, nowMs);
        parts.view.adopt(parts.health, before, plan(), parts.drains, nowMs);
        parts.quorums.reloaded(before, plan());
        parts.journal.log(Level.INFO, "reload: " + Summary.of(before, plan()));
    }

    private void configured(Parts parts, long nowMs) {
        plan().clashes().forEach(clash -> parts.journal.log(Level.WARN, clash));
        parts.heed(parts.health.on(new HealthEvent.Configured(plan().rules()), nowMs), plan());
        parts.drains.keepOnly(plan());
        parts.owned.addAll(plan().services().keySet());
        parts.dirty.addAll(parts.owned);
        parts.changes.retry();
        parts.journal.forgetAll();
    }

    /// The table is as wanted.
    void settled(Journal journal) {
        if (state instanceof Settling(Life life, LvsConfig config)) {
            enter(new Keeping(life, config), "the table is as wanted", journal);
            journal.add(new LvsdEffect.Ready());
        }
    }

    void stop(Parts parts, long nowMs) {
        switch (state) {
            case Unstarted _ -> {
                enter(new Stopped(Life.NONE, false), "told to stop", parts.journal);
                parts.journal.add(new LvsdEffect.Stopped(true));
            }
            case Settling _, Keeping _ -> {
                enter(new Stopping(state.life(), state.kept(), nowMs + STOP_MS), "told to stop", parts.journal);
                parts.heed(parts.health.on(new HealthEvent.Configured(plan().rules()), nowMs), plan());
                parts.drains.endByHand(parts.view);
                parts.dirty.addAll(parts.owned);
                parts.changes.retry();
                parts.looks.retry();
            }
            case Stopping _, Stopped _ -> {}
        }
    }

    /// @param clean whether everything of ours is gone
    void end(boolean clean, Parts parts) {
        parts.clients.answer(true);
        parts.clients.lookFailed("lvsd stops");
        parts.journal.add(new LvsdEffect.RestoreSysctls());
        String reason = clean ? "nothing of ours is left in the table" : "something of ours is left in the table";
        enter(new Stopped(state.life(), state.kept()), reason, parts.journal);
        parts.journal.add(new LvsdEffect.Stopped(clean));
    }
}
