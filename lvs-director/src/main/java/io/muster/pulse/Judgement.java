package io.muster.pulse;

import io.muster.lvscf.LvsConfig.Heartbeat.Format;
import io.muster.pulse.Heartbeat.Wish;
import io.muster.pulse.PulseEffect.RunHook;
import io.muster.pulse.PulseState.Active;
import io.muster.pulse.PulseState.Ended;
import io.muster.pulse.PulseState.Leaving;
import io.muster.pulse.PulseState.Standby;
import io.muster.pulse.PulseState.Unheard;
import io.muster.pulse.PulseState.Unstarted;
import io.muster.pulse.RoleRequest.Preempt;
import java.util.Optional;

/// What the partner's words, and its silence, mean for this director's role.
///
/// Source of the rules: as of [Pulse], which has them in a table.
///
/// Thread: the core's.
final class Judgement {
    /// From one answer to a partner that is active too to the next.
    private static final long QUARREL_MS = 5_000;

    private final PulseSettings settings;
    private final long deadtimeMs;
    private final Role role;
    private final Conversation talk;
    private final Partner partner;
    private final Connections connections;
    private final Inhibitors inhibitors;
    private final Journal journal;

    Judgement(
            PulseSettings settings,
            Role role,
            Conversation talk,
            Connections connections,
            Inhibitors inhibitors,
            Journal journal) {
        this.settings = settings;
        this.deadtimeMs = settings.heartbeat().deadtimeMs();
        this.role = role;
        this.talk = talk;
        this.partner = talk.partner;
        this.connections = connections;
        this.inhibitors = inhibitors;
        this.journal = journal;
    }

    /// Nothing was heard for a deadtime.
    void silence(long nowMs) {
        boolean was = partner.alive;
        partner.lost();
        if (role.state() instanceof Standby && inhibitors.none()) {
            role.take(settings.partner() ? "partner dead: activating lvs" : "no partner: activating lvs", nowMs);
            return;
        }
        if (was && role.state() instanceof Active active) {
            role.announce(active, nowMs);
        }
        if (was) {
            journal.warn("partner dead" + (role.state() instanceof Standby ? ": not taking over: " + inhibitors : ""));
        }
        if (role.state() instanceof Leaving leaving) {
            role.leave(leaving, "the partner is silent", nowMs);
        }
    }

    /// The partner has said something that counts.
    void heard(Talk.Heard h, long nowMs) {
        boolean wasActive = partner.active;
        boolean appeared = partner.heard(h, nowMs);
        if (appeared) {
            journal.say("partner is there: " + (h.active() ? "active" : "not active"));
            connections.partnerAppeared();
            role.bulkSync();
        } else if (connections.toSendAgain(partner, nowMs)) {
            role.bulkSync();
        }
        if (h.met()) {
            // It may not know this run of ours yet.
            role.send(nowMs);
        }
        if (h.active()) {
            heardRunning(h, appeared || !wasActive, nowMs);
        } else {
            heardStopped(h, appeared || wasActive, nowMs);
        }
    }

    /// @param news whether it wasn't known to be there and active
    private void heardRunning(Talk.Heard h, boolean news, long nowMs) {
        if (inhibitors.childRecovers()) {
            journal.say("partner is active: CHILDFAIL is over");
        }
        switch (role.state()) {
            case Standby standby -> role.revise(standby.deferring(Long.MAX_VALUE));
            case Active active -> quarrel(active, h, news, nowMs);
            case Leaving leaving -> role.leave(leaving, "the partner is active", nowMs);
            case Unstarted _, Ended _ -> {}
        }
    }

    private void quarrel(Active active, Talk.Heard h, boolean news, long nowMs) {
        if (!settings.primary()) {
            role.send(nowMs);
            role.giveUp("the primary is active too", false, nowMs);
            return;
        }
        Active now = active.with(unheard(active.unheard(), h, nowMs));
        role.revise(now);
        if (now.unheard().filter(since -> nowMs - since.sinceMs() >= deadtimeMs).isPresent()) {
            role.giveUp("the backup is active and hears nothing of us", false, nowMs);
        } else if (news || nowMs >= now.quietUntilMs()) {
            journal.warn("partner active: resending arps");
            journal.add(new RunHook(true));
            role.announce(now.quiet(nowMs + QUARREL_MS), nowMs);
        }
    }

    /// Whether an active backup has heard nothing of us since a deadtime before, while we heard it, and
    /// since when that is so.
    private Optional<Unheard> unheard(Optional<Unheard> before, Talk.Heard h, long nowMs) {
        if (h.heardAgeMs() <= deadtimeMs
                || before.filter(since -> h.heardSequence() > since.sequence()).isPresent()) {
            return Optional.empty();
        }
        if (before.isPresent()) {
            return before;
        }
        var begins = new Unheard(nowMs, talk.sequence());
        role.send(nowMs);
        return Optional.of(begins);
    }

    /// @param news whether it wasn't known to be there and stopped. What it announced while nobody heard it, clients
    ///     may still believe
    private void heardStopped(Talk.Heard h, boolean news, long nowMs) {
        switch (role.state()) {
            case Active active -> {
                Active now = active.with(Optional.<Unheard>empty());
                role.revise(now);
                if (!settings.primary() && h.wish() == Wish.TAKE) {
                    role.handOver("the primary takes its role back", false, nowMs);
                } else if (news) {
                    role.announce(now, nowMs);
                }
            }
            case Standby standby -> role.revise(standby.with(RoleRequest.NONE));
            case Unstarted _, Leaving _, Ended _ -> {}
        }
        if (role.state() instanceof Standby standby) {
            maybeTake(standby, h, nowMs);
        }
    }

    private void maybeTake(Standby standby, Talk.Heard h, long nowMs) {
        if (!inhibitors.none() || !h.fresh()) {
            return;
        }
        if (!settings.primary() && h.wish() != Wish.UNABLE) {
            // The primary hears us, too, and takes over; if it doesn't, talk reaches one way only.
            long until = standby.deferUntilMs() == Long.MAX_VALUE ? nowMs + deadtimeMs : standby.deferUntilMs();
            role.revise(standby.deferring(until));
            if (nowMs < until) {
                return;
            }
        }
        role.take(settings.partnerRole() + " inactive: activating lvs", nowMs);
    }

    /// As far as there is reason to, and it is wanted.
    void askForRole(Preempt preempt, long nowMs) {
        if (!(role.state() instanceof Standby standby)) {
            return;
        }
        boolean eligible = preempt.on()
                && settings.heartbeat().format() == Format.MUSTER
                && settings.primary()
                && inhibitors.none()
                && partner.alive
                && partner.active;
        boolean has = !settings.syncDaemon() || connections.has(partner);
        RoleRequest next = eligible ? standby.request().next(preempt, has, deadtimeMs, nowMs) : RoleRequest.NONE;
        role.revise(standby.with(next));
        if (next.asking() && !standby.request().asking()) {
            journal.say("asking the backup for the primary's role: " + connections.here() + " of " + partner.connections
                    + " connections here after " + (nowMs - next.sinceMs()) + " ms");
            talk.sendSoon(nowMs);
        }
    }
}
