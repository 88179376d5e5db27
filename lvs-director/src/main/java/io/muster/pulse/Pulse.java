package io.muster.pulse;

import io.muster.core.Core;
import io.muster.core.Incarnation;
import io.muster.lvscf.LvsConfig.FloatingAddress;
import io.muster.pulse.PulseEffect.StartLvsd;
import io.muster.pulse.PulseState.Active;
import io.muster.pulse.PulseState.Ended;
import io.muster.pulse.PulseState.Leaving;
import io.muster.pulse.PulseState.Standby;
import io.muster.pulse.PulseState.Unstarted;
import io.muster.pulse.RoleRequest.Preempt;
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
/// | lvsd silent | started anew; again, or not to be ended: hands over, inhibited | the same, inhibited |
/// | stood still for longer than deadtime | gives way before anything else | listens for a whole deadtime |
///
/// Muster's own: whoever holds the addresses announces them after every change of what it knows of the
/// partner, and a few times more, since clients believe whoever announced last.
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
/// What a director is, and what it does on the way to being something else, is in [Role]; what the
/// partner says, and its silence, is judged in [Judgement].
///
/// Thread: the owner's.
public final class Pulse implements Core<PulseEvent, PulseEffect> {
    /// Announcements after the first, one [#ANNOUNCE_MS] apart.
    public static final int ANNOUNCEMENTS = 5;

    /// How long a director that gives its role away waits for its last word.
    public static final long LAST_WORD_MS = 500;

    static final long ANNOUNCE_MS = 1_000;

    /// From one to the next while the partner isn't heard: a primary that is heard by nobody announces, too, until it
    /// finds that out.
    static final long ANNOUNCE_SILENT_MS = 10_000;

    static final String STARTED = "started";

    private final PulseSettings settings;
    private final Incarnation self;
    private final long keepaliveMs;
    private final long deadtimeMs;
    private final Journal journal = new Journal();
    private final Conversation talk;
    private final Partner partner;
    private final LvsdRestarts lvsd = new LvsdRestarts();
    private final LvsdWatch watch = new LvsdWatch();
    private final Inhibitors inhibitors = new Inhibitors();
    private final FloatingAddresses floating;
    private final Connections connections = new Connections();
    private final Role role;
    private final Judgement judgement;
    private Preempt preempt;
    private long lastStepMs;

    /// @param dice for this run's incarnation; a secure one in a real daemon
    public Pulse(PulseSettings settings, RandomGenerator dice) {
        this(settings, Incarnation.random(dice));
    }

    private Pulse(PulseSettings settings, Incarnation self) {
        this.settings = settings;
        this.keepaliveMs = settings.heartbeat().keepaliveMs();
        this.deadtimeMs = settings.heartbeat().deadtimeMs();
        this.self = self;
        this.talk = new Conversation(settings, self, journal);
        this.partner = talk.partner;
        this.floating = new FloatingAddresses(settings, journal);
        this.role = new Role(settings, talk, floating, connections, inhibitors, journal);
        this.judgement = new Judgement(settings, role, talk, connections, inhibitors, journal);
        this.preempt =
                new Preempt(settings.heartbeat().preempt(), settings.heartbeat().preemptWaitMs());
    }

    /// All of it between two steps.
    public record Image(
            PulseSettings settings,
            Incarnation self,
            Conversation.Image talk,
            LvsdRestarts.Image lvsd,
            LvsdWatch.Image watch,
            Inhibitors.Image inhibitors,
            List<FloatingAddress> addresses,
            Connections.Image connections,
            Role.Image role,
            Preempt preempt,
            long lastStepMs) {}

    /// For a flight record.
    public Image image() {
        return new Image(
                settings,
                self,
                talk.image(),
                lvsd.image(),
                watch.image(),
                inhibitors.image(),
                floating.addresses(),
                connections.image(),
                role.image(),
                preempt,
                lastStepMs);
    }

    /// The director an [#image] was taken of, from there on.
    public static Pulse restored(Image image) {
        var it = new Pulse(image.settings(), image.self());
        it.talk.resume(image.talk());
        it.lvsd.resume(image.lvsd());
        it.watch.resume(image.watch());
        it.inhibitors.resume(image.inhibitors());
        it.floating.resume(image.addresses());
        it.connections.resume(image.connections());
        it.role.resume(image.role());
        it.preempt = image.preempt();
        it.lastStepMs = image.lastStepMs();
        return it;
    }

    @Override
    public List<PulseEffect> on(PulseEvent event, long nowMs) {
        journal.begin();
        if (!over()) {
            long gapMs = nowMs - lastStepMs;
            if (!(role.state() instanceof Unstarted) && gapMs > deadtimeMs) {
                stoodStill(gapMs, nowMs);
            }
        }
        if (!over()) {
            lastStepMs = nowMs;
            take(event, nowMs);
        }
        return journal.effects();
    }

    private void take(PulseEvent event, long nowMs) {
        switch (event) {
            case PulseEvent.Start() -> start(nowMs);
            case PulseEvent.Tick() -> tick(nowMs);
            case PulseEvent.Received received -> {
                // The sockets may have something before the first event has been posted.
                if (!(role.state() instanceof Unstarted)) {
                    talk.received(received, role.own(), nowMs).ifPresent(h -> judgement.heard(h, nowMs));
                }
            }
            case PulseEvent.Stalled(long ms) -> {
                partner.excuse(ms, keepaliveMs, nowMs);
                watch.excuse(ms);
                if (ms > keepaliveMs) {
                    talk.stoodStill(nowMs);
                }
                if (ms > deadtimeMs) {
                    stoodStill(ms, nowMs);
                }
            }
            case PulseEvent.Link(String device, boolean up) -> link(device, up, nowMs);
            case PulseEvent.LvsdEnded(String how) -> lvsdEnded(how, nowMs);
            case PulseEvent.LvsdAnswered(long number) -> watch.answered(number, nowMs);
            case PulseEvent.Connections(long count) -> connections.counted(count);
            case PulseEvent.BulkDone(Incarnation to, int permille) -> {
                if (talk.met().filter(to::equals).isPresent()) {
                    connections.sent(permille, nowMs);
                }
            }
            case PulseEvent.LastWordSaid(long number) -> {
                if (role.state() instanceof Leaving leaving && number == leaving.word()) {
                    role.leave(leaving, "the partner was sent every connection once more", nowMs);
                }
            }
            case PulseEvent.Reconfigured(List<FloatingAddress> now, boolean on, long waitMs) -> {
                preempt = new Preempt(on, waitMs);
                floating.change(now, role.state() instanceof Active);
            }
            case PulseEvent.Stop() -> role.stop(nowMs);
        }
    }

    @Override
    public long nextDeadlineMs() {
        PulseState state = role.state();
        if (state instanceof Unstarted || over()) {
            return Long.MAX_VALUE;
        }
        long next = Math.min(talk.nextMs(), state.nextMs());
        next = Math.min(next, Math.min(watch.nextMs(), lvsd.nextMs(inhibitors.childFailed())));
        boolean judges = state instanceof Standby && inhibitors.none() || partner.alive;
        return judges ? Math.min(next, partner.deadAtMs()) : next;
    }

    private boolean over() {
        return role.state() instanceof Ended;
    }

    private void start(long nowMs) {
        partner.listenFrom(nowMs);
        journal.say("STARTING PULSE AS " + (settings.primary() ? "MASTER" : "BACKUP"));
        role.begin(nowMs);
        if (settings.lvsd()) {
            lvsd.started(nowMs);
            startLvsd(nowMs);
        }
        talk.sendSoon(nowMs);
        if (settings.forceActive()) {
            role.take("--forceactive", nowMs);
        }
    }

    private void tick(long nowMs) {
        if (nowMs >= partner.deadAtMs()) {
            judgement.silence(nowMs);
        }
        if (role.state() instanceof Leaving leaving && nowMs >= leaving.untilMs()) {
            role.leave(leaving, "last word not said within " + LAST_WORD_MS + " ms", nowMs);
        }
        if (over()) {
            return;
        }
        judgement.askForRole(preempt, nowMs);
        talk.tick(role.own(), nowMs);
        role.tick(nowMs);
        if (settings.lvsd() && lvsd.due(nowMs)) {
            startLvsd(nowMs);
        }
        watchLvsd(nowMs);
        if (lvsd.settled(nowMs) && inhibitors.childRecovers()) {
            journal.say("lvsd has settled");
        }
    }

    private void stoodStill(long ms, long nowMs) {
        if (settings.partner()) {
            talk.stoodStill(nowMs);
            if (role.state() instanceof Active) {
                String why = "stood still for " + ms + " ms, longer than deadtime: the partner may be active";
                role.giveUp(why, false, nowMs);
            } else if (role.state() instanceof Leaving leaving) {
                role.leave(leaving, "stood still for " + ms + " ms", nowMs);
            }
            partner.listenFrom(nowMs);
        } else if (role.state() instanceof Active active) {
            role.renew(active, nowMs);
        }
        talk.sendSoon(nowMs);
    }

    private void link(String device, boolean up, long nowMs) {
        if (!inhibitors.link(device, up)) {
            return;
        }
        if (inhibitors.linksUp()) {
            journal.say("link of " + device + " is back");
            partner.listenFrom(nowMs);
            return;
        }
        journal.warn("link of " + device + (up ? " is back, not so " : " lost: ") + inhibitors.linksDown());
        if (role.state() instanceof Active) {
            role.handOver("link of " + device + " lost", false, nowMs);
        }
    }

    private void startLvsd(long nowMs) {
        watch.started(nowMs);
        journal.add(new StartLvsd());
    }

    /// The table goes on forwarding without lvsd, but to dead real servers, too.
    private void watchLvsd(long nowMs) {
        if (watch.tooLong(nowMs)) {
            String why = "no sign of life for " + watch.silentMs(nowMs) / 1000 + " s";
            journal.warn("lvsd doesn't work: " + why + ": ended");
            journal.add(new PulseEffect.EndLvsd(why));
        } else if (watch.stays(nowMs)) {
            journal.warn("lvsd doesn't work and can't be ended: no ground to be active on");
            noGround("lvsd doesn't work and can't be ended", nowMs);
        }
        long question = watch.question(nowMs);
        if (question > 0) {
            journal.add(new PulseEffect.AskLvsd(question));
        }
    }

    private void lvsdEnded(String how, long nowMs) {
        boolean hung = watch.ended();
        boolean tooOften = lvsd.died(hung, nowMs);
        journal.warn(
                "lvsd ended: " + how + (tooOften ? ": once too often, next start in 10 s" : ": starting it again"));
        if (tooOften && hung) {
            noGround("lvsd didn't work twice within ten minutes", nowMs);
        } else if (tooOften && role.state() instanceof Active) {
            inhibitors.childFails();
            role.handOver("lvsd dies over and over", false, nowMs);
        }
        if (lvsd.due(nowMs)) {
            startLvsd(nowMs);
        }
    }

    /// Without a partner the role stays: the table still knows the real servers that live, and nobody else does.
    private void noGround(String why, long nowMs) {
        if (!settings.partner()) {
            return;
        }
        inhibitors.childFails();
        if (role.state() instanceof Active) {
            role.handOver(why, false, nowMs);
        }
    }

    PulseSettings settings() {
        return settings;
    }

    public Activity activity() {
        return role.state().activity();
    }

    /// Since when it has been so, in monotonic milliseconds.
    public long sinceMs() {
        return role.state().sinceMs();
    }

    /// Why it has been so since then.
    public String reason() {
        return role.state().reason();
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
