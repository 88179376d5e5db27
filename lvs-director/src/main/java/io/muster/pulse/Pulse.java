package io.muster.pulse;

import io.muster.core.Core;
import io.muster.core.Incarnation;
import io.muster.lvs.LvsConfig.FloatingAddress;
import io.muster.lvs.LvsConfig.Heartbeat.Format;
import io.muster.pulse.Heartbeat.Wish;
import io.muster.pulse.PulseEffect.Announce;
import io.muster.pulse.PulseEffect.BulkSync;
import io.muster.pulse.PulseEffect.DropAddresses;
import io.muster.pulse.PulseEffect.Ended;
import io.muster.pulse.PulseEffect.Forward;
import io.muster.pulse.PulseEffect.PutAddresses;
import io.muster.pulse.PulseEffect.RunHook;
import io.muster.pulse.PulseEffect.Say;
import io.muster.pulse.PulseEffect.SayLastWord;
import io.muster.pulse.PulseEffect.Send;
import io.muster.pulse.PulseEffect.StartLvsd;
import io.muster.pulse.PulseEffect.StateChanged;
import io.muster.pulse.PulseEffect.SwitchSync;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// Decides which of two directors is active. Source of the rules: Piranha's pulse in LVS mode; what is Muster's own is
/// said where it stands, and in the decisions about pulse.
///
/// | heard or happened | active | standby |
/// |---|---|---|
/// | running | the backup says so once more and gives way; the primary announces its addresses again | stays |
/// | stopped | stays | takes over, unless inhibited |
/// | nothing for deadtime | stays | takes over, unless inhibited |
/// | link lost, lvsd dying over and over | hands over, inhibited | inhibited |
/// | stood still for longer than deadtime | gives way before anything else | listens for a whole deadtime |
///
/// Muster's own, where the format tells enough: of two that are stopped and able the primary takes over, so that a
/// common start has no quarrel; a primary that hears an active backup which hears nothing of it for a deadtime gives
/// way, since only it can know that talk reaches one way only; with `preempt = 1` the primary asks for its role, and
/// the backup gives way *before* the primary takes it.
///
/// A director that gives its role away and lives, to a partner that stands by, first drops its addresses, then says its
/// last word - every connection once more -, and only then "stopped" ([Activity#LEAVING], at most [#LAST_WORD_MS]).
///
/// Thread: the owner's.
public final class Pulse implements Core<PulseEvent, PulseEffect> {
    /// Announcements after the first, one [#ANNOUNCE_MS] apart.
    public static final int ANNOUNCEMENTS = 5;

    /// How long a director that gives its role away waits for its last word.
    public static final long LAST_WORD_MS = 500;

    static final long ANNOUNCE_MS = 1_000;
    private static final long QUARREL_MS = 5_000;

    /// A partner that lacks connections this long after it was sent all of them is sent them again.
    private static final long AGAIN_MS = 10_000;

    private static final long NEVER = Long.MAX_VALUE;

    private final PulseSettings settings;
    private final Incarnation self;
    private final Talk talk;
    private final long keepaliveMs;
    private final long deadtimeMs;
    private final Partner partner;
    private final Noise noise = new Noise();
    private final LvsdRestarts lvsd = new LvsdRestarts();
    private final Set<Inhibitor> inhibitors = new TreeSet<>();
    private final TreeSet<String> linksDown = new TreeSet<>();
    private List<FloatingAddress> addresses;
    private boolean preempt;
    private long preemptWaitMs;
    private List<PulseEffect> out = new ArrayList<>();

    private Activity activity = Activity.STANDBY;
    private long sinceMs;
    private String reason = "started";
    private boolean started;
    private long lastStepMs;
    private long nextSendMs = NEVER;
    private long nextRefreshMs = NEVER;
    private long nextAnnounceMs = NEVER;
    private int announcements;
    private long quietUntilMs = Long.MIN_VALUE;
    private long deferUntilMs = NEVER;
    private long deafSinceMs = NEVER;
    private long deafSequence;
    private long preemptSinceMs = NEVER;
    private boolean taking;
    private long connections;
    private int syncPermille;
    private long nextBulkMs = NEVER;
    private long words;
    private long wordUntilMs = NEVER;
    private boolean ending;
    private long beatsHeard;

    /// @param dice for this run's incarnation; a secure one in a real daemon
    public Pulse(PulseSettings settings, RandomGenerator dice) {
        this.settings = settings;
        this.keepaliveMs = settings.heartbeat().keepaliveMs();
        this.deadtimeMs = settings.heartbeat().deadtimeMs();
        this.partner = new Partner(deadtimeMs);
        this.addresses = settings.addresses();
        this.preempt = settings.heartbeat().preempt();
        this.preemptWaitMs = settings.heartbeat().preemptWaitMs();
        this.self = Incarnation.random(dice);
        this.talk = settings.heartbeat().format() == Format.MUSTER
                ? new MusterTalk(settings.primary(), self, deadtimeMs)
                : new OriginalTalk(keepaliveMs);
    }

    @Override
    public List<PulseEffect> on(PulseEvent event, long nowMs) {
        out = new ArrayList<>();
        if (activity == Activity.ENDED) {
            return out;
        }
        if (started && nowMs - lastStepMs > deadtimeMs) {
            stoodStill(nowMs - lastStepMs, nowMs);
            if (activity == Activity.ENDED) {
                return out;
            }
        }
        lastStepMs = nowMs;
        switch (event) {
            case PulseEvent.Start() -> start(nowMs);
            case PulseEvent.Tick() -> tick(nowMs);
            case PulseEvent.Received(int path, var from, byte[] octets, boolean genuine) -> {
                if (settings.sources().contains(from)) {
                    received(octets, genuine, nowMs);
                } else {
                    refuse(Rejection.FOREIGN_SOURCE, "heartbeat from " + from + ", which isn't the partner", nowMs);
                }
            }
            case PulseEvent.Stalled(long ms) -> {
                partner.excuse(ms, keepaliveMs, nowMs);
                if (ms > keepaliveMs) {
                    talk.stoodStill(nowMs);
                }
                if (ms > deadtimeMs) {
                    stoodStill(ms, nowMs);
                }
            }
            case PulseEvent.Link(String device, boolean up) -> link(device, up, nowMs);
            case PulseEvent.LvsdEnded(String how) -> lvsdEnded(how, nowMs);
            case PulseEvent.Connections(long count) -> connections = count;
            case PulseEvent.BulkDone(Incarnation to, int permille) -> {
                if (talk.partner().filter(to::equals).isPresent()) {
                    syncPermille = permille;
                    nextBulkMs = permille == 1000 ? nowMs + AGAIN_MS : NEVER;
                }
            }
            case PulseEvent.LastWordSaid(long number) -> {
                if (activity == Activity.LEAVING && number == words) {
                    leave("the partner was sent every connection once more", nowMs);
                }
            }
            case PulseEvent.Reconfigured(List<FloatingAddress> now, boolean preempt, long preemptWaitMs) -> {
                this.preempt = preempt;
                this.preemptWaitMs = preemptWaitMs;
                reconfigure(now);
            }
            case PulseEvent.Stop() -> stop(nowMs);
        }
        return out;
    }

    @Override
    public long nextDeadlineMs() {
        if (!started || activity == Activity.ENDED) {
            return NEVER;
        }
        long next = Math.min(Math.min(nextSendMs, wordUntilMs), Math.min(nextRefreshMs, nextAnnounceMs));
        next = Math.min(next, lvsd.nextMs(inhibitors.contains(Inhibitor.CHILDFAIL)));
        boolean judges = activity == Activity.STANDBY ? inhibitors.isEmpty() : partner.alive;
        return judges || partner.alive ? Math.min(next, partner.deadAtMs()) : next;
    }

    private void start(long nowMs) {
        started = true;
        sinceMs = nowMs;
        partner.listenFrom(nowMs);
        say("STARTING PULSE AS " + (settings.primary() ? "MASTER" : "BACKUP"));
        out.add(new DropAddresses(addresses));
        out.add(new Forward(false));
        out.add(new SwitchSync(false));
        out.add(new RunHook(false));
        if (settings.lvsd()) {
            lvsd.started(nowMs);
            out.add(new StartLvsd());
        }
        if (settings.partner()) {
            nextSendMs = nowMs;
        }
        if (settings.forceActive()) {
            activate("--forceactive", nowMs);
        }
    }

    private void tick(long nowMs) {
        if (nowMs >= partner.deadAtMs()) {
            silence(nowMs);
        }
        if (nowMs >= wordUntilMs) {
            leave("last word not said within " + LAST_WORD_MS + " ms", nowMs);
        }
        if (activity == Activity.ENDED) {
            return;
        }
        askForRole(nowMs);
        if (nowMs >= nextSendMs) {
            send(nowMs);
            nextSendMs = nextSendMs + keepaliveMs > nowMs ? nextSendMs + keepaliveMs : nowMs + keepaliveMs;
        }
        if (nowMs >= nextRefreshMs) {
            out.add(new PutAddresses(addresses, settings.lifetimeS(), false));
            nextRefreshMs = nowMs + settings.refreshMs();
        }
        if (nowMs >= nextAnnounceMs) {
            announceAgain(nowMs);
        }
        if (settings.lvsd() && lvsd.due(nowMs)) {
            out.add(new StartLvsd());
        }
        if (lvsd.settled(nowMs) && inhibitors.remove(Inhibitor.CHILDFAIL)) {
            say("lvsd has settled");
        }
    }

    private void silence(long nowMs) {
        boolean was = partner.alive;
        partner.lost();
        if (activity == Activity.STANDBY && inhibitors.isEmpty()) {
            activate(settings.partner() ? "partner dead: activating lvs" : "no partner: activating lvs", nowMs);
        } else if (was) {
            warn("partner dead" + (activity == Activity.STANDBY ? ": not taking over: " + inhibitors : ""));
        }
        if (activity == Activity.LEAVING) {
            leave("the partner is silent", nowMs);
        }
    }

    private void stoodStill(long ms, long nowMs) {
        if (settings.partner()) {
            talk.stoodStill(nowMs);
            if (activity == Activity.ACTIVE) {
                giveUp("stood still for " + ms + " ms, longer than deadtime: the partner may be active", nowMs);
            } else if (activity == Activity.LEAVING) {
                leave("stood still for " + ms + " ms", nowMs);
            }
            partner.listenFrom(nowMs);
        } else if (activity == Activity.ACTIVE) {
            out.add(new PutAddresses(addresses, settings.lifetimeS(), true));
            announce(nowMs);
        }
        nextSendMs = settings.partner() ? nowMs : NEVER;
    }

    private void received(byte[] octets, boolean genuine, long nowMs) {
        switch (talk.received(octets, genuine, own(), nowMs)) {
            case Talk.Refused(Rejection why, String text) -> refuse(why, text, nowMs);
            case Talk.Greet(byte[] answer) -> {
                refuse(Rejection.UNBOUND, "", nowMs);
                out.add(new Send(answer));
            }
            case Talk.Heard h -> heard(h, nowMs);
        }
    }

    private void refuse(Rejection why, String text, long nowMs) {
        noise.heard(why, text, nowMs).ifPresent(this::warn);
    }

    private void heard(Talk.Heard h, long nowMs) {
        beatsHeard++;
        boolean wasActive = partner.active;
        boolean appeared = partner.heard(h, nowMs);
        if (appeared) {
            say("partner is there: " + (h.active() ? "active" : "not active"));
            syncPermille = 0;
            bulkSync();
        } else if (nowMs >= nextBulkMs && partner.connections * 100 < connections * 99) {
            bulkSync();
        }
        if (h.met()) {
            // It may not know this run of ours yet.
            send(nowMs);
        }
        if (h.active()) {
            heardRunning(h, wasActive, nowMs);
        } else {
            heardStopped(h, wasActive, nowMs);
        }
    }

    private void heardRunning(Talk.Heard h, boolean wasActive, long nowMs) {
        deferUntilMs = NEVER;
        if (inhibitors.remove(Inhibitor.CHILDFAIL)) {
            say("partner is active: CHILDFAIL is over");
        }
        if (activity == Activity.LEAVING) {
            leave("the partner is active", nowMs);
        }
        if (activity != Activity.ACTIVE) {
            return;
        }
        if (!settings.primary()) {
            send(nowMs);
            giveUp("the primary is active too", nowMs);
        } else if (deaf(h, nowMs)) {
            giveUp("the backup is active and hears nothing of us", nowMs);
        } else if (!wasActive || nowMs >= quietUntilMs) {
            quietUntilMs = nowMs + QUARREL_MS;
            warn("partner active: resending arps");
            out.add(new RunHook(true));
            announce(nowMs);
        }
    }

    /// Whether an active backup has heard nothing of us for a deadtime in which we heard it.
    private boolean deaf(Talk.Heard h, long nowMs) {
        if (h.heardAgeMs() <= deadtimeMs || (deafSinceMs != NEVER && h.heardSequence() > deafSequence)) {
            deafSinceMs = NEVER;
            return false;
        }
        if (deafSinceMs == NEVER) {
            deafSinceMs = nowMs;
            deafSequence = talk.sequence();
            send(nowMs);
        }
        return nowMs - deafSinceMs >= deadtimeMs;
    }

    private void heardStopped(Talk.Heard h, boolean wasActive, long nowMs) {
        deafSinceMs = NEVER;
        preemptSinceMs = NEVER;
        taking = false;
        if (activity == Activity.ACTIVE) {
            if (!settings.primary() && h.wish() == Wish.TAKE) {
                handOver("the primary takes its role back", nowMs);
            } else if (wasActive) {
                announce(nowMs);
            }
        }
        if (activity != Activity.STANDBY) {
            return;
        }
        if (!inhibitors.isEmpty() || !h.fresh()) {
            return;
        }
        if (!settings.primary() && h.wish() != Wish.UNABLE) {
            // The primary hears us, too, and takes over; if it doesn't, talk reaches one way only.
            deferUntilMs = deferUntilMs == NEVER ? nowMs + deadtimeMs : deferUntilMs;
            if (nowMs < deferUntilMs) {
                return;
            }
        }
        activate(settings.partnerRole() + " inactive: activating lvs", nowMs);
    }

    /// `preempt = 1`: the primary, standing by while the backup is active, asks for its role when it has been there
    /// for a deadtime and has the connections, or has waited for them long enough.
    private void askForRole(long nowMs) {
        boolean eligible = preempt
                && settings.heartbeat().format() == Format.MUSTER
                && settings.primary()
                && activity == Activity.STANDBY
                && inhibitors.isEmpty()
                && partner.alive
                && partner.active;
        if (!eligible) {
            preemptSinceMs = NEVER;
            taking = false;
            return;
        }
        preemptSinceMs = preemptSinceMs == NEVER ? nowMs : preemptSinceMs;
        long waitedMs = nowMs - preemptSinceMs;
        boolean has = !settings.syncDaemon()
                || (partner.syncPermille == 1000 && connections * 100 >= partner.connections * 99)
                || waitedMs >= preemptWaitMs;
        if (!taking && has && waitedMs >= deadtimeMs) {
            taking = true;
            say("asking the backup for the primary's role: " + connections + " of " + partner.connections
                    + " connections here after " + waitedMs + " ms");
            nextSendMs = nowMs;
        }
    }

    private void activate(String why, long nowMs) {
        deferUntilMs = NEVER;
        preemptSinceMs = NEVER;
        taking = false;
        out.add(new Forward(true));
        out.add(new RunHook(true));
        out.add(new PutAddresses(addresses, settings.lifetimeS(), true));
        Activity before = enter(Activity.ACTIVE, why, nowMs);
        announce(nowMs);
        send(nowMs);
        out.add(new SwitchSync(true));
        out.add(new StateChanged(before, activity, why));
        nextRefreshMs = nowMs + settings.refreshMs();
        quietUntilMs = Long.MIN_VALUE;
        // A partner that was active has them all.
        syncPermille = partner.alive ? 1000 : 0;
        nextBulkMs = nowMs + AGAIN_MS;
    }

    /// To a partner that stands by: it hears "running" until it knows all connections. One that is active, silent or
    /// without a sync daemon doesn't listen.
    private void handOver(String why, long nowMs) {
        if (!settings.syncDaemon() || !partner.alive || partner.active) {
            giveUp(why, nowMs);
            return;
        }
        out.add(new DropAddresses(addresses));
        Activity before = enter(Activity.LEAVING, why, nowMs);
        addressesGone();
        out.add(new StateChanged(before, activity, why));
        out.add(new SayLastWord(++words));
        wordUntilMs = nowMs + LAST_WORD_MS;
    }

    /// The second half of a hand-over.
    private void leave(String how, long nowMs) {
        wordUntilMs = NEVER;
        Activity before = enter(ending ? Activity.ENDED : Activity.STANDBY, reason, nowMs);
        gone(before, reason + ": " + how, nowMs);
    }

    private void giveUp(String why, long nowMs) {
        out.add(new DropAddresses(addresses));
        Activity before = enter(ending ? Activity.ENDED : Activity.STANDBY, why, nowMs);
        addressesGone();
        gone(before, why, nowMs);
    }

    private void addressesGone() {
        nextRefreshMs = NEVER;
        nextAnnounceMs = NEVER;
        announcements = 0;
        deferUntilMs = NEVER;
        deafSinceMs = NEVER;
    }

    /// Says so, and then what can wait.
    private void gone(Activity before, String why, long nowMs) {
        send(nowMs);
        if (ending) {
            // Once more: a lost one would cost the clients a deadtime.
            send(nowMs);
        }
        out.add(new Forward(false));
        out.add(new SwitchSync(false));
        out.add(new RunHook(false));
        out.add(new StateChanged(before, activity, why));
        if (ending) {
            out.add(new Ended());
        } else {
            partner.listenFrom(nowMs);
        }
    }

    private Activity enter(Activity next, String why, long nowMs) {
        if (next == activity) {
            throw new IllegalStateException("already " + next + ": " + why);
        }
        Activity before = activity;
        activity = next;
        sinceMs = nowMs;
        reason = why;
        return before;
    }

    private void stop(long nowMs) {
        ending = true;
        switch (activity) {
            case ACTIVE -> handOver("told to stop", nowMs);
            case STANDBY -> {
                enter(Activity.ENDED, "told to stop", nowMs);
                send(nowMs);
                send(nowMs);
                out.add(new Ended());
            }
            // After the last word.
            case LEAVING, ENDED -> {}
        }
    }

    private void link(String device, boolean up, long nowMs) {
        boolean changed = up ? linksDown.remove(device) : linksDown.add(device);
        if (!changed) {
            return;
        }
        if (!linksDown.isEmpty()) {
            inhibitors.add(Inhibitor.LINKFAIL);
            warn("link of " + device + (up ? " is back, not so " : " lost: ") + linksDown);
            if (activity == Activity.ACTIVE) {
                handOver("link of " + device + " lost", nowMs);
            }
        } else {
            inhibitors.remove(Inhibitor.LINKFAIL);
            say("link of " + device + " is back");
            partner.listenFrom(nowMs);
        }
    }

    private void lvsdEnded(String how, long nowMs) {
        boolean tooOften = lvsd.died(nowMs);
        warn("lvsd ended: " + how + (tooOften ? ": once too often, next start in 10 s" : ": starting it again"));
        if (tooOften && activity == Activity.ACTIVE) {
            inhibitors.add(Inhibitor.CHILDFAIL);
            handOver("lvsd dies over and over", nowMs);
        }
        if (lvsd.due(nowMs)) {
            out.add(new StartLvsd());
        }
    }

    private void reconfigure(List<FloatingAddress> now) {
        List<FloatingAddress> gone =
                addresses.stream().filter(a -> !now.contains(a)).toList();
        List<FloatingAddress> come =
                now.stream().filter(a -> !addresses.contains(a)).toList();
        addresses = now;
        if (!gone.isEmpty()) {
            out.add(new DropAddresses(gone));
        }
        if (activity == Activity.ACTIVE && !come.isEmpty()) {
            out.add(new PutAddresses(come, settings.lifetimeS(), true));
            out.add(new Announce(come));
        }
        if (!gone.isEmpty() || !come.isEmpty()) {
            say("addresses reread: " + gone.size() + " gone, " + come.size() + " new");
        }
    }

    private void announce(long nowMs) {
        out.add(new Announce(addresses));
        announcements = ANNOUNCEMENTS;
        nextAnnounceMs = nowMs + ANNOUNCE_MS;
    }

    private void announceAgain(long nowMs) {
        out.add(new Announce(addresses));
        announcements--;
        nextAnnounceMs = announcements > 0 ? nowMs + ANNOUNCE_MS : NEVER;
        if (announcements == 0) {
            say("gratuitous lvs arps finished");
        }
    }

    private void bulkSync() {
        if (settings.syncDaemon() && activity == Activity.ACTIVE) {
            nextBulkMs = NEVER;
            talk.partner().ifPresent(to -> out.add(new BulkSync(to)));
        }
    }

    private void send(long nowMs) {
        if (settings.partner()) {
            out.add(new Send(talk.next(own(), nowMs)));
        }
    }

    private Talk.Own own() {
        Wish wish = !inhibitors.isEmpty() || ending ? Wish.UNABLE : taking ? Wish.TAKE : Wish.ABLE;
        boolean running = activity == Activity.ACTIVE || activity == Activity.LEAVING;
        return new Talk.Own(running, wish, connections, syncPermille);
    }

    private void say(String text) {
        out.add(new Say(false, text));
    }

    private void warn(String text) {
        out.add(new Say(true, text));
    }

    PulseSettings settings() {
        return settings;
    }

    public Activity activity() {
        return activity;
    }

    /// Since when it has been so, in monotonic milliseconds.
    public long sinceMs() {
        return sinceMs;
    }

    /// Why it has been so since then.
    public String reason() {
        return reason;
    }

    public Set<Inhibitor> inhibitors() {
        return Set.copyOf(inhibitors);
    }

    /// What moves with the role, as last read.
    public List<FloatingAddress> addresses() {
        return addresses;
    }

    /// What came to the port and didn't count.
    public SortedMap<Rejection, Long> rejections() {
        return noise.counts();
    }

    /// This run.
    public Incarnation self() {
        return self;
    }

    /// The run of the partner this director has met.
    public Optional<Incarnation> met() {
        return talk.partner();
    }

    /// What is known of the partner.
    public PulseStatus.PartnerStatus partnerStatus(long nowMs) {
        return new PulseStatus.PartnerStatus(
                partner.alive,
                partner.everHeard ? nowMs - partner.heardMs : -1,
                partner.active,
                partner.wish,
                talk.partner().map(Incarnation::toString).orElse(""),
                partner.connections,
                beatsHeard);
    }

    public long connections() {
        return connections;
    }

    /// How much of our connections the partner has been sent as a whole.
    public int syncPermille() {
        return syncPermille;
    }
}
