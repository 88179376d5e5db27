package io.muster.pulse;

import io.muster.core.Core;
import io.muster.core.Incarnation;
import io.muster.lvs.LvsConfig.FloatingAddress;
import io.muster.lvs.LvsConfig.Heartbeat.Format;
import io.muster.pulse.Heartbeat.Wish;
import io.muster.pulse.PulseEffect.BulkSync;
import io.muster.pulse.PulseEffect.Ended;
import io.muster.pulse.PulseEffect.Forward;
import io.muster.pulse.PulseEffect.RunHook;
import io.muster.pulse.PulseEffect.Say;
import io.muster.pulse.PulseEffect.SayLastWord;
import io.muster.pulse.PulseEffect.StartLvsd;
import io.muster.pulse.PulseEffect.StateChanged;
import io.muster.pulse.PulseEffect.SwitchSync;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.random.RandomGenerator;

/// Decides which of two directors is active. Source of the rules: Piranha's pulse in LVS mode; what is
/// Muster's own is said where it stands, and in the decisions about pulse.
///
/// | heard or happened | active | standby |
/// |---|---|---|
/// | running | the backup says so once more and gives way; the primary announces its addresses again | stays |
/// | stopped | stays | takes over, unless inhibited |
/// | nothing for deadtime | stays | takes over, unless inhibited |
/// | link lost, lvsd dying over and over | hands over, inhibited | inhibited |
/// | stood still for longer than deadtime | gives way before anything else | listens for a whole deadtime |
///
/// Muster's own, where the format tells enough: of two that are stopped and able the primary takes
/// over, so that a common start has no quarrel; a primary that hears an active backup which hears
/// nothing of it for a deadtime gives way, since only it can know that talk reaches one way only; with
/// `preempt = 1` the primary asks for its role, and the backup gives way *before* the primary takes it.
///
/// A director that gives its role away and lives, to a partner that stands by, first drops its addresses,
/// then says its last word - every connection once more -, and only then "stopped" ([Activity#LEAVING],
/// at most [#LAST_WORD_MS]).
///
/// Thread: the owner's.
public final class Pulse implements Core<PulseEvent, PulseEffect> {
    /// Announcements after the first, one [#ANNOUNCE_MS] apart.
    public static final int ANNOUNCEMENTS = 5;

    /// How long a director that gives its role away waits for its last word.
    public static final long LAST_WORD_MS = 500;

    static final long ANNOUNCE_MS = 1_000;
    private static final long QUARREL_MS = 5_000;

    private static final long NEVER = Long.MAX_VALUE;

    private final PulseSettings settings;
    private final Incarnation self;
    private final Conversation talk;
    private final long keepaliveMs;
    private final long deadtimeMs;
    private final Partner partner;
    private final LvsdRestarts lvsd = new LvsdRestarts();
    private final Inhibitors inhibitors = new Inhibitors();
    private final FloatingAddresses floating;
    private final RoleRequest request;
    private final Connections connections = new Connections();
    private List<PulseEffect> out = new ArrayList<>();

    private Activity activity = Activity.STANDBY;
    private long sinceMs;
    private String reason = "started";
    private boolean started;
    private long lastStepMs;
    private long quietUntilMs = Long.MIN_VALUE;
    private long deferUntilMs = NEVER;
    private long deafSinceMs = NEVER;
    private long deafSequence;
    private long words;
    private long wordUntilMs = NEVER;
    private boolean ending;

    /// @param dice for this run's incarnation; a secure one in a real daemon
    public Pulse(PulseSettings settings, RandomGenerator dice) {
        this(settings, Incarnation.random(dice));
    }

    private Pulse(PulseSettings settings, Incarnation self) {
        this.settings = settings;
        this.keepaliveMs = settings.heartbeat().keepaliveMs();
        this.deadtimeMs = settings.heartbeat().deadtimeMs();
        this.self = self;
        this.talk = new Conversation(settings, self);
        this.partner = talk.partner;
        this.floating = new FloatingAddresses(settings);
        this.request = new RoleRequest(settings);
    }

    /// All of it between two steps.
    public record Image(
            PulseSettings settings,
            Incarnation self,
            Conversation.Image talk,
            LvsdRestarts.Image lvsd,
            Inhibitors.Image inhibitors,
            FloatingAddresses.Image floating,
            RoleRequest.Image request,
            Connections.Image connections,
            Activity activity,
            long sinceMs,
            String reason,
            boolean started,
            long lastStepMs,
            long quietUntilMs,
            long deferUntilMs,
            long deafSinceMs,
            long deafSequence,
            long words,
            long wordUntilMs,
            boolean ending) {}

    /// For a flight record.
    public Image image() {
        return new Image(
                settings,
                self,
                talk.image(),
                lvsd.image(),
                inhibitors.image(),
                floating.image(),
                request.image(),
                connections.image(),
                activity,
                sinceMs,
                reason,
                started,
                lastStepMs,
                quietUntilMs,
                deferUntilMs,
                deafSinceMs,
                deafSequence,
                words,
                wordUntilMs,
                ending);
    }

    /// The director an [#image] was taken of, from there on.
    public static Pulse restored(Image image) {
        var it = new Pulse(image.settings(), image.self());
        it.talk.resume(image.talk());
        it.lvsd.resume(image.lvsd());
        it.inhibitors.resume(image.inhibitors());
        it.floating.resume(image.floating());
        it.request.resume(image.request());
        it.connections.resume(image.connections());
        it.activity = image.activity();
        it.sinceMs = image.sinceMs();
        it.reason = image.reason();
        it.started = image.started();
        it.lastStepMs = image.lastStepMs();
        it.quietUntilMs = image.quietUntilMs();
        it.deferUntilMs = image.deferUntilMs();
        it.deafSinceMs = image.deafSinceMs();
        it.deafSequence = image.deafSequence();
        it.words = image.words();
        it.wordUntilMs = image.wordUntilMs();
        it.ending = image.ending();
        return it;
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
            case PulseEvent.Received received ->
                talk.received(received, own(), out, nowMs).ifPresent(h -> heard(h, nowMs));
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
            case PulseEvent.Connections(long count) -> connections.counted(count);
            case PulseEvent.BulkDone(Incarnation to, int permille) -> {
                if (talk.met().filter(to::equals).isPresent()) {
                    connections.sent(permille, nowMs);
                }
            }
            case PulseEvent.LastWordSaid(long number) -> {
                if (activity == Activity.LEAVING && number == words) {
                    leave("the partner was sent every connection once more", nowMs);
                }
            }
            case PulseEvent.Reconfigured(List<FloatingAddress> now, boolean preempt, long preemptWaitMs) -> {
                request.configure(preempt, preemptWaitMs);
                floating.change(now, activity == Activity.ACTIVE, out);
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
        long next = Math.min(Math.min(talk.nextMs(), wordUntilMs), floating.nextMs());
        next = Math.min(next, lvsd.nextMs(inhibitors.childFailed()));
        boolean judges = activity == Activity.STANDBY ? inhibitors.none() : partner.alive;
        return judges || partner.alive ? Math.min(next, partner.deadAtMs()) : next;
    }

    private void start(long nowMs) {
        started = true;
        sinceMs = nowMs;
        partner.listenFrom(nowMs);
        say("STARTING PULSE AS " + (settings.primary() ? "MASTER" : "BACKUP"));
        floating.drop(out);
        out.add(new Forward(false));
        out.add(new SwitchSync(false));
        out.add(new RunHook(false));
        if (settings.lvsd()) {
            lvsd.started(nowMs);
            out.add(new StartLvsd());
        }
        talk.sendSoon(nowMs);
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
        talk.tick(own(), out, nowMs);
        floating.tick(out, nowMs);
        if (settings.lvsd() && lvsd.due(nowMs)) {
            out.add(new StartLvsd());
        }
        if (lvsd.settled(nowMs) && inhibitors.childRecovers()) {
            say("lvsd has settled");
        }
    }

    private void silence(long nowMs) {
        boolean was = partner.alive;
        partner.lost();
        if (activity == Activity.STANDBY && inhibitors.none()) {
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
            floating.take(out, nowMs);
            floating.announce(out, nowMs);
        }
        talk.sendSoon(nowMs);
    }

    private void heard(Talk.Heard h, long nowMs) {
        boolean wasActive = partner.active;
        boolean appeared = partner.heard(h, nowMs);
        if (appeared) {
            say("partner is there: " + (h.active() ? "active" : "not active"));
            connections.partnerAppeared();
            bulkSync();
        } else if (connections.toSendAgain(partner, nowMs)) {
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
        if (inhibitors.childRecovers()) {
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
            floating.announce(out, nowMs);
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
        request.forget();
        if (activity == Activity.ACTIVE) {
            if (!settings.primary() && h.wish() == Wish.TAKE) {
                handOver("the primary takes its role back", nowMs);
            } else if (wasActive) {
                floating.announce(out, nowMs);
            }
        }
        if (activity != Activity.STANDBY) {
            return;
        }
        if (!inhibitors.none() || !h.fresh()) {
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

    private void askForRole(long nowMs) {
        boolean eligible = settings.heartbeat().format() == Format.MUSTER
                && settings.primary()
                && activity == Activity.STANDBY
                && inhibitors.none()
                && partner.alive
                && partner.active;
        boolean has = !settings.syncDaemon() || connections.has(partner);
        if (request.begins(eligible, has, nowMs)) {
            say("asking the backup for the primary's role: " + connections.here() + " of " + partner.connections
                    + " connections here after " + request.waitedMs(nowMs) + " ms");
            talk.sendSoon(nowMs);
        }
    }

    private void activate(String why, long nowMs) {
        deferUntilMs = NEVER;
        request.forget();
        out.add(new Forward(true));
        out.add(new RunHook(true));
        floating.take(out, nowMs);
        Activity before = enter(Activity.ACTIVE, why, nowMs);
        floating.announce(out, nowMs);
        send(nowMs);
        out.add(new SwitchSync(true));
        out.add(new StateChanged(before, activity, why));
        quietUntilMs = Long.MIN_VALUE;
        connections.roleTaken(partner.alive, nowMs);
    }

    /// To a partner that stands by: it hears "running" until it knows all connections. One that is
    /// active, silent or without a sync daemon doesn't listen.
    private void handOver(String why, long nowMs) {
        if (!settings.syncDaemon() || !partner.alive || partner.active) {
            giveUp(why, nowMs);
            return;
        }
        dropAddresses();
        Activity before = enter(Activity.LEAVING, why, nowMs);
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
        dropAddresses();
        Activity before = enter(ending ? Activity.ENDED : Activity.STANDBY, why, nowMs);
        gone(before, why, nowMs);
    }

    private void dropAddresses() {
        floating.drop(out);
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
        if (!inhibitors.link(device, up)) {
            return;
        }
        if (inhibitors.linksUp()) {
            say("link of " + device + " is back");
            partner.listenFrom(nowMs);
            return;
        }
        warn("link of " + device + (up ? " is back, not so " : " lost: ") + inhibitors.linksDown());
        if (activity == Activity.ACTIVE) {
            handOver("link of " + device + " lost", nowMs);
        }
    }

    private void lvsdEnded(String how, long nowMs) {
        boolean tooOften = lvsd.died(nowMs);
        warn("lvsd ended: " + how + (tooOften ? ": once too often, next start in 10 s" : ": starting it again"));
        if (tooOften && activity == Activity.ACTIVE) {
            inhibitors.childFails();
            handOver("lvsd dies over and over", nowMs);
        }
        if (lvsd.due(nowMs)) {
            out.add(new StartLvsd());
        }
    }

    private void bulkSync() {
        if (settings.syncDaemon() && activity == Activity.ACTIVE) {
            connections.sending();
            talk.met().ifPresent(to -> out.add(new BulkSync(to)));
        }
    }

    private void send(long nowMs) {
        talk.send(own(), out, nowMs);
    }

    private Talk.Own own() {
        Wish wish = !inhibitors.none() || ending ? Wish.UNABLE : request.asking() ? Wish.TAKE : Wish.ABLE;
        boolean running = activity == Activity.ACTIVE || activity == Activity.LEAVING;
        return new Talk.Own(running, wish, connections.here(), connections.permille());
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
        return inhibitors.all();
    }

    /// What moves with the role, as last read.
    public List<FloatingAddress> addresses() {
        return floating.addresses();
    }

    /// What came to the port and didn't count.
    public SortedMap<Rejection, Long> rejections() {
        return talk.rejections();
    }

    /// This run.
    public Incarnation self() {
        return self;
    }

    /// The run of the partner this director has met.
    public Optional<Incarnation> met() {
        return talk.met();
    }

    /// What is known of the partner.
    public PulseStatus.PartnerStatus partnerStatus(long nowMs) {
        return talk.status(nowMs);
    }

    public long connections() {
        return connections.here();
    }

    /// How much of our connections the partner has been sent as a whole.
    public int syncPermille() {
        return connections.permille();
    }
}
