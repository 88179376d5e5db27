package io.muster.lvs;

import io.muster.checks.CheckResult;
import io.muster.checks.Health;
import io.muster.checks.HealthEvent;
import io.muster.checks.Target;
import io.muster.core.Core;
import io.muster.driver.Dice;
import io.muster.ipvs.IpvsError;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.Timeouts;
import io.muster.lvs.LvsdEffect.Level;
import io.muster.lvs.LvsdState.Keeping;
import io.muster.lvs.LvsdState.Settling;
import io.muster.lvs.LvsdState.Stopped;
import io.muster.lvs.LvsdState.Stopping;
import io.muster.lvs.LvsdState.Unstarted;
import io.muster.lvs.Underway.What;
import io.muster.lvscf.LvsConfig;
import java.util.List;

/// Brings the table to what lvs.cf, the checks and the operator's drains ask for, and keeps it there,
/// whoever else writes to it and whenever lvsd dies.
///
/// Level-triggered: what is wanted is computed from what is known now ([Desired]), compared with the
/// table as it was last seen ([TableView]), and the difference becomes operations. Nothing depends on
/// having seen a change happen.
///
/// - **Ours** are the services of lvs.cf with all their destinations, and those in [Holdings], which are
///   written before a service is made. Everything else is foreign and never touched.
/// - **Looking** is every second, at as much as is needed ([Looks]). Somebody else's change is so undone
///   within one.
/// - **One thing at a time** is asked of the outside: a read, a list of operations, or a write of the
///   holdings.
/// - **A weight of 0 set by hand** is kept, as a drain. Which zeros are our own stands in the holdings.
/// - **After a restart** a server that is in the table counts as up until a check of it fails.
///
/// Where in its life lvsd is, and what that asks for, is in [Course].
///
/// Source of the rules: lvsd and nanny of Piranha 0.8, which do all this by edge; what differs is said in
/// `docs/decisions/0115`.
public final class Reconciler implements Core<LvsdEvent, LvsdEffect> {
    /// Thousands of operations take two seconds; a disk that needs longer than this is no disk to work with.
    private static final long ANSWER_MS = 15_000;

    private final Course course;
    private final Parts parts;

    /// @param dice for the spread of the checks
    public Reconciler(Dice dice) {
        course = new Course();
        parts = new Parts(new Health(dice));
    }

    /// All of it between two steps.
    public record Image(LvsdState state, Parts.Image parts) {}

    /// For a flight record.
    public Image image() {
        return new Image(course.state(), parts.image());
    }

    /// The lvsd an [#image] was taken of, from there on.
    public static Reconciler restored(Image image) {
        return new Reconciler(image);
    }

    private Reconciler(Image image) {
        course = new Course(image.state());
        parts = new Parts(image.parts(), course.plan());
    }

    @Override
    public List<LvsdEffect> on(LvsdEvent event, long nowMs) {
        parts.journal.begin();
        if (!course.over()) {
            take(event, nowMs);
            proceed(nowMs);
        }
        return parts.journal.effects();
    }

    @Override
    public long nextDeadlineMs() {
        return switch (course.state()) {
            case Unstarted _, Stopped _ -> Long.MAX_VALUE;
            case Stopping stopping -> Math.min(stopping.untilMs(), nextWorkMs());
            case Settling _, Keeping _ ->
                Math.min(parts.looks.tried() ? parts.health.nextDeadlineMs() : Long.MAX_VALUE, nextWorkMs());
        };
    }

    private long nextWorkMs() {
        long next = Long.MAX_VALUE;
        long drained = parts.drains.nextDeadlineMs();
        if (drained != Long.MAX_VALUE && parts.view.seen()) {
            next = drained - course.state().life().wallOffsetMs();
        }
        if (parts.underway.nothing()) {
            next = Math.min(next, parts.looks.nextDeadlineMs());
            if (!parts.dirty.isEmpty() && parts.view.seen()) {
                next = Math.min(next, parts.changes.notBeforeMs());
            }
            if (parts.notes.failing() && parts.view.seen()) {
                next = Math.min(next, Math.max(parts.notes.notBeforeMs(), parts.changes.notBeforeMs()));
            }
        }
        return next;
    }

    private void take(LvsdEvent event, long nowMs) {
        switch (event) {
            case LvsdEvent.Started started -> course.start(started, parts, nowMs);
            case LvsdEvent.TableRead read -> {
                if (parts.underway.landed(read.request(), What.READ)) {
                    Sight.taken(read, course, parts, nowMs);
                }
            }
            case LvsdEvent.FingerprintRead(long number, long print, List<ServiceEntry> part) -> {
                if (parts.underway.landed(number, What.CHEAP_READ)) {
                    parts.looks.cheap(print, part, nowMs);
                }
            }
            case LvsdEvent.ReadFailed(long number, String reason) -> {
                if (parts.underway.landed(number, What.READ) || parts.underway.landed(number, What.CHEAP_READ)) {
                    parts.looks.failed(reason, nowMs);
                    parts.clients.lookFailed(reason);
                }
            }
            case LvsdEvent.Applied(long number, List<IpvsError> results) -> {
                if (parts.underway.landed(number, What.APPLY) && parts.changes.done(results, nowMs)) {
                    parts.looks.wanted();
                }
            }
            case LvsdEvent.ApplyFailed(long number, String reason) -> {
                if (parts.underway.landed(number, What.APPLY)) {
                    parts.changes.failed(reason, nowMs);
                    parts.looks.wanted();
                }
            }
            case LvsdEvent.HoldingsWritten(long number) -> {
                if (parts.underway.landed(number, What.WRITE)) {
                    parts.notes.done();
                }
            }
            case LvsdEvent.HoldingsFailed(long number, String reason) -> {
                if (parts.underway.landed(number, What.WRITE)) {
                    parts.notes.failed(reason, nowMs);
                }
            }
            case LvsdEvent.Checked(Target target, long ticket, var result) -> {
                parts.tally.checks++;
                parts.tally.checksFailed += result.outcome() == CheckResult.Outcome.FAILED ? 1 : 0;
                parts.heed(parts.health.on(new HealthEvent.Checked(target, ticket, result), nowMs), course.plan());
            }
            case LvsdEvent.Reloaded(LvsConfig config) -> course.reload(config, parts, nowMs);
            case LvsdEvent.Drain wanted -> {
                if (course.goesOn()) {
                    parts.clients.drain(wanted, course.plan(), course.wallMs(nowMs), this::touched);
                } else {
                    parts.clients.refuse(wanted.client(), "lvsd stops");
                }
            }
            case LvsdEvent.Undrain wanted -> {
                if (course.goesOn()) {
                    parts.clients.undrain(wanted, course.plan(), this::touched);
                } else {
                    parts.clients.refuse(wanted.client(), "lvsd stops");
                }
            }
            case LvsdEvent.Refresh(long client) -> {
                parts.clients.looks(client);
                parts.looks.wanted();
            }
            case LvsdEvent.Stop() -> course.stop(parts, nowMs);
            case LvsdEvent.Tick() -> {}
        }
    }

    private void touched(RealServer server) {
        parts.dirty.add(server.service());
    }

    /// Whatever is to be done next, if nothing is under way.
    private void proceed(long nowMs) {
        if (course.state() instanceof Unstarted || course.over()) {
            return;
        }
        if (parts.looks.tried()) {
            parts.heed(parts.health.on(new HealthEvent.Tick(), nowMs), course.plan());
        }
        long wallMs = course.wallMs(nowMs);
        if (parts.view.seen() && wallMs >= parts.drains.nextDeadlineMs()) {
            parts.drains.progress(parts.view, wallMs).forEach(parts.journal::add);
            parts.dirty.addAll(parts.owned);
        }
        if (course.state() instanceof Stopping stopping && nowMs >= stopping.untilMs()) {
            parts.journal.log(Level.ERROR, "not everything of ours could be removed from the table");
            course.end(false, parts);
            return;
        }
        if (!parts.underway.nothing()) {
            return;
        }
        boolean may = parts.view.seen() && parts.looks.fresh(nowMs) && parts.changes.over(nowMs);
        // Thousands of checks a minute change nothing: they mustn't cost more than asking whether they
        // do.
        boolean reason = !parts.dirty.isEmpty() || !(course.state() instanceof Keeping) || parts.notes.failing();
        if ((may && reason || parts.clients.waiting()) && reconcile(may, nowMs)) {
            return;
        }
        parts.looks.take(parts.owned, nowMs);
    }

    /// @param may whether the table may be changed; otherwise only the holdings are written, for those
    ///     who wait
    /// @return whether something is under way now
    private boolean reconcile(boolean may, long nowMs) {
        Goal goal = course.goal();
        List<IpvsOp> wanted =
                may ? Desired.operations(parts.dirty, goal.plan(), parts.view, parts, parts.drains) : List.of();
        Timeouts unset = Words.missing(goal.timeouts(), parts.changes.timeouts());
        if (may && !unset.equals(Goal.LEFT)) {
            wanted.add(new IpvsOp.SetTimeouts(unset));
        }
        if (may) {
            parts.changes.refusals().keepOnly(wanted);
        }
        wanted.forEach(parts.drains::willApply);
        // After an apply without an answer a service may be there that was never seen.
        if (may
                && !parts.changes.uncertain()
                && parts.owned.size() > goal.plan().services().size()) {
            parts.owned.removeIf(id -> !goal.plan().services().containsKey(id) && parts.view.get(id) == null);
        }
        boolean durable = parts.notes.durable(parts.owned, parts.drains);
        if (durable) {
            parts.notes.well();
        } else if (parts.notes.write(parts.owned, parts.drains, nowMs)) {
            return true;
        }
        parts.clients.answer(durable);
        if (!may) {
            return false;
        }
        if (!wanted.isEmpty()) {
            parts.changes.launch(wanted, nowMs);
            return true;
        }
        if (course.state() instanceof Stopping) {
            // Nothing of ours was seen, but something may have been put there since: one more look.
            if (!parts.changes.uncertain()) {
                course.end(true, parts);
            }
            return course.over();
        }
        course.settled(parts.journal);
        return false;
    }

    /// Whether what was asked of the outside last is answered, or may still be in good time: while it isn't, nothing
    /// that checks find out gets into the table. Thread: the owner's.
    public boolean works(long nowMs) {
        return parts.underway.nothing() || nowMs - parts.underway.sinceMs() < ANSWER_MS;
    }

    /// The word for where it stands, as in the log.
    String word() {
        return course.state().word();
    }

    /// How things stand, by the last look at the table. Thread: the owner's.
    public LvsdStatus status(long nowMs) {
        return StatusOf.lvsd(course, parts, nowMs);
    }
}
