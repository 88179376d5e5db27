package io.muster.pulse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.lvscf.LvsConfig.FloatingAddress;
import io.muster.lvscf.LvsConfig.Heartbeat;
import io.muster.lvscf.LvsConfig.Heartbeat.Format;
import io.muster.net.IpAddress;
import io.muster.pulse.HeartbeatCodec.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The table of Piranha's pulse, row by row, in its own format; keepalive 1 s, deadtime 3 s.
class PulseTest {
    private static final IpAddress PARTNER = IpAddress.parse("10.0.0.2").orElseThrow();
    private static final FloatingAddress VIP =
            new FloatingAddress(IpAddress.parse("10.0.0.100").orElseThrow(), "eth0:1", 24);

    private final List<PulseEffect> all = new ArrayList<>();
    private long now = 1_000;

    private static PulseSettings settings(boolean primary, boolean partner, boolean force) {
        var beat = new Heartbeat(539, 1_000, 3_000, Format.ORIGINAL, false, 60_000);
        return new PulseSettings(primary, partner, beat, Set.of(PARTNER), force, true, true, List.of(VIP));
    }

    /// The first of this life.
    private void sayLastWord(Pulse pulse) {
        on(pulse, new PulseEvent.LastWordSaid(1));
    }

    private Pulse started(boolean primary) {
        return started(settings(primary, true, false));
    }

    private Pulse started(PulseSettings settings) {
        var pulse = new Pulse(settings, new Random(1));
        on(pulse, new PulseEvent.Start());
        return pulse;
    }

    private List<PulseEffect> on(Pulse pulse, PulseEvent event) {
        List<PulseEffect> effects = pulse.on(event, now);
        all.addAll(effects);
        return effects;
    }

    private List<PulseEffect> hear(Pulse pulse, Word word) {
        return on(pulse, new PulseEvent.Received(0, PARTNER, HeartbeatCodec.encode(word), false));
    }

    /// Lets the core's own deadlines pass.
    private List<PulseEffect> passMs(Pulse pulse, long ms) {
        List<PulseEffect> effects = new ArrayList<>();
        long end = now + ms;
        while (pulse.nextDeadlineMs() <= end) {
            now = Math.max(now, pulse.nextDeadlineMs());
            effects.addAll(on(pulse, new PulseEvent.Tick()));
        }
        return effects;
    }

    private static boolean says(List<PulseEffect> effects, String text) {
        return effects.stream().anyMatch(e -> e.toString().contains(text));
    }

    private static int at(List<PulseEffect> effects, Class<? extends PulseEffect> kind) {
        for (int i = 0; i < effects.size(); i++) {
            if (kind.isInstance(effects.get(i))) {
                return i;
            }
        }
        throw new AssertionError("no " + kind.getSimpleName() + " in " + effects);
    }

    @Test
    void atStartWhatAFormerLifeLeftGoesFirst() {
        var pulse = new Pulse(settings(true, true, false), new Random(1));
        List<PulseEffect> effects = on(pulse, new PulseEvent.Start());
        assertTrue(says(effects, "STARTING PULSE AS MASTER"));
        assertTrue(at(effects, PulseEffect.DropAddresses.class) < at(effects, PulseEffect.StartLvsd.class));
        assertTrue(effects.contains(new PulseEffect.RunHook(false)));
        assertTrue(effects.contains(new PulseEffect.SwitchSync(false)));
    }

    @Test
    void stoppedPartnerIsTakenOverFromAtOnceAndNamed() {
        assertTrue(says(hear(started(true), Word.LVS_STOPPED), "backup inactive"));
        assertTrue(says(hear(started(false), Word.LVS_STOPPED), "primary inactive"));
    }

    @Test
    void runningPartnerIsLeftAlone() {
        Pulse pulse = started(true);
        hear(pulse, Word.LVS_RUNNING);
        assertEquals(Activity.STANDBY, pulse.activity());
    }

    @Test
    void silenceOfADeadtimeMakesActive() {
        Pulse pulse = started(false);
        hear(pulse, Word.LVS_RUNNING);
        passMs(pulse, 2_999);
        assertEquals(Activity.STANDBY, pulse.activity());
        assertTrue(says(passMs(pulse, 1_001), "partner dead: activating lvs"));
        assertEquals(Activity.ACTIVE, pulse.activity());
        passMs(pulse, 20_000);
        assertEquals(Activity.ACTIVE, pulse.activity());
    }

    @Test
    void addressesComeBeforeAnnouncementsAndTheTableMayForwardBeforeThem() {
        Pulse pulse = started(true);
        List<PulseEffect> effects = hear(pulse, Word.LVS_STOPPED);
        int put = at(effects, PulseEffect.PutAddresses.class);
        assertTrue(effects.indexOf(new PulseEffect.Forward(true)) < put);
        assertTrue(put < at(effects, PulseEffect.Announce.class));
        assertTrue(put < at(effects, PulseEffect.SwitchSync.class));
        assertEquals(Pulse.ANNOUNCEMENTS, announced(pulse, 5_000));
    }

    private long announced(Pulse pulse, long ms) {
        return passMs(pulse, ms).stream()
                .filter(PulseEffect.Announce.class::isInstance)
                .count();
    }

    @Test
    void whoHoldsTheAddressesAnnouncesThemAfterEveryChangeOfWhatItKnowsOfThePartner() {
        Pulse pulse = started(true);
        hear(pulse, Word.LVS_STOPPED);
        announced(pulse, 5_000);
        long silent = announced(pulse, 30_000);
        assertTrue(silent >= Pulse.ANNOUNCEMENTS, "when it falls silent: " + silent);
        assertEquals(3, announced(pulse, 30_000), "and now and then while it is");
        at(hear(pulse, Word.LVS_STOPPED), PulseEffect.Announce.class);
    }

    @Test
    void lifetimesAreRenewedThriceWithinOne() {
        Pulse pulse = started(true);
        var put = (PulseEffect.PutAddresses) hear(pulse, Word.LVS_STOPPED).stream()
                .filter(PulseEffect.PutAddresses.class::isInstance)
                .findFirst()
                .orElseThrow();
        assertEquals(3, put.lifetimeS());
        long renewed = passMs(pulse, 3_000).stream()
                .filter(PulseEffect.PutAddresses.class::isInstance)
                .count();
        assertEquals(3, renewed);
    }

    @Test
    void theBackupSaysRunningOnceMoreBeforeItGivesWay() {
        Pulse pulse = started(false);
        hear(pulse, Word.LVS_STOPPED);
        List<PulseEffect> effects = hear(pulse, Word.LVS_RUNNING);
        assertEquals(Activity.STANDBY, pulse.activity());
        List<byte[]> sent = effects.stream()
                .filter(PulseEffect.Send.class::isInstance)
                .map(e -> ((PulseEffect.Send) e).octets())
                .toList();
        assertEquals(2, sent.size());
        assertTrue(java.util.Arrays.equals(HeartbeatCodec.encode(Word.LVS_RUNNING), sent.getFirst()));
        assertTrue(java.util.Arrays.equals(HeartbeatCodec.encode(Word.LVS_STOPPED), sent.getLast()));
        assertTrue(at(effects, PulseEffect.DropAddresses.class) < effects.indexOf(lastSend(effects)));
    }

    private static PulseEffect lastSend(List<PulseEffect> effects) {
        return effects.reversed().stream()
                .filter(PulseEffect.Send.class::isInstance)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void thePrimaryThatHearsRunningAnnouncesAgain() {
        Pulse pulse = started(true);
        hear(pulse, Word.LVS_STOPPED);
        passMs(pulse, 8_000);
        hear(pulse, Word.LVS_STOPPED);
        List<PulseEffect> effects = hear(pulse, Word.LVS_RUNNING);
        assertTrue(says(effects, "partner active: resending arps"));
        assertTrue(effects.contains(new PulseEffect.RunHook(true)));
        at(effects, PulseEffect.Announce.class);
        assertEquals(Activity.ACTIVE, pulse.activity());
    }

    @Test
    void aQuarrelIsAnsweredEveryFiveSecondsAndNotWithEveryHeartbeat() {
        Pulse pulse = started(true);
        hear(pulse, Word.LVS_STOPPED);
        assertTrue(says(hear(pulse, Word.LVS_RUNNING), "resending arps"));
        int answered = 0;
        for (int second = 0; second < 12; second++) {
            now += 1_000;
            answered += says(hear(pulse, Word.LVS_RUNNING), "resending arps") ? 1 : 0;
        }
        assertEquals(2, answered);
    }

    @Test
    void lostLinkGivesTheRoleUpUntilItIsBack() {
        Pulse pulse = started(true);
        hear(pulse, Word.LVS_STOPPED);
        on(pulse, new PulseEvent.Link("eth0", false));
        sayLastWord(pulse);
        assertEquals(Activity.STANDBY, pulse.activity());
        hear(pulse, Word.LVS_STOPPED);
        passMs(pulse, 10_000);
        assertEquals(Activity.STANDBY, pulse.activity());
        on(pulse, new PulseEvent.Link("eth0", true));
        hear(pulse, Word.LVS_STOPPED);
        assertEquals(Activity.ACTIVE, pulse.activity());
    }

    @Test
    void lvsdIsStartedAgainThriceThenTheRoleGoesUntilThePartnerWasActive() {
        Pulse pulse = started(true);
        hear(pulse, Word.LVS_STOPPED);
        for (int i = 0; i < 3; i++) {
            assertTrue(on(pulse, new PulseEvent.LvsdEnded("status 1")).contains(new PulseEffect.StartLvsd()));
            assertEquals(Activity.ACTIVE, pulse.activity());
        }
        List<PulseEffect> effects = on(pulse, new PulseEvent.LvsdEnded("status 1"));
        assertFalse(effects.contains(new PulseEffect.StartLvsd()));
        assertEquals(Set.of(Inhibitor.CHILDFAIL), pulse.inhibitors());
        sayLastWord(pulse);
        hear(pulse, Word.LVS_STOPPED);
        assertEquals(Activity.STANDBY, pulse.activity());
        hear(pulse, Word.LVS_RUNNING);
        assertTrue(passMs(pulse, 11_000).contains(new PulseEffect.StartLvsd()));
        assertEquals(Activity.ACTIVE, pulse.activity(), "the partner fell silent");
    }

    /// Answers what is asked of lvsd, until time is over or it says something else.
    private List<PulseEffect> passAnsweringMs(Pulse pulse, long ms) {
        List<PulseEffect> effects = new ArrayList<>();
        long end = now + ms;
        while (pulse.nextDeadlineMs() <= end) {
            now = Math.max(now, pulse.nextDeadlineMs());
            for (PulseEffect effect : on(pulse, new PulseEvent.Tick())) {
                effects.add(effect);
                if (effect instanceof PulseEffect.AskLvsd(long number)) {
                    on(pulse, new PulseEvent.LvsdAnswered(number));
                }
            }
        }
        return effects;
    }

    private static long ends(List<PulseEffect> effects) {
        return effects.stream().filter(PulseEffect.EndLvsd.class::isInstance).count();
    }

    @Test
    void anLvsdThatAnswersIsLeftAloneAndOneThatDoesntIsEndedAndStartedAgain() {
        Pulse pulse = started(settings(true, false, false));
        assertEquals(0, ends(passAnsweringMs(pulse, 100_000)));
        long heardMs = now;
        assertEquals(0, ends(passMs(pulse, LvsdWatch.SILENT_MS - 1)), "still in time");
        List<PulseEffect> effects = passMs(pulse, heardMs + LvsdWatch.SILENT_MS - now);
        assertEquals(1, ends(effects));
        assertTrue(says(effects, "lvsd doesn't work: no sign of life for 6 s"));
        assertTrue(on(pulse, new PulseEvent.LvsdEnded("no sign of life")).contains(new PulseEffect.StartLvsd()));
        assertEquals(Activity.ACTIVE, pulse.activity());
    }

    @Test
    void anLvsdThatNeverAnswersHasAMinute() {
        Pulse pulse = started(settings(true, false, false));
        long startedMs = now;
        assertEquals(0, ends(passMs(pulse, LvsdWatch.START_MS - 1)));
        assertEquals(1, ends(passMs(pulse, startedMs + LvsdWatch.START_MS - now)));
    }

    private Pulse withAHungLvsd(PulseSettings settings) {
        Pulse pulse = started(settings);
        on(pulse, new PulseEvent.LvsdAnswered(1));
        now += 1;
        passAnsweringMs(pulse, settings.partner() ? 0 : 4_000);
        hear(pulse, Word.LVS_STOPPED);
        long end = now + 10_000;
        while (now < end && ends(passMs(pulse, 500)) == 0) {
            now += 100;
            hear(pulse, Word.LVS_STOPPED);
        }
        assertEquals(Activity.ACTIVE, pulse.activity());
        return pulse;
    }

    @Test
    void anLvsdThatHangsTwiceIsNoGroundToBeActiveOn() {
        Pulse pulse = withAHungLvsd(settings(true, true, false));
        on(pulse, new PulseEvent.LvsdEnded("killed"));
        assertEquals(Set.of(), pulse.inhibitors());
        long end = now + 70_000;
        while (now < end && ends(passMs(pulse, 500)) == 0) {
            now += 100;
            hear(pulse, Word.LVS_STOPPED);
        }
        on(pulse, new PulseEvent.LvsdEnded("killed"));
        assertEquals(Set.of(Inhibitor.CHILDFAIL), pulse.inhibitors());
        assertEquals(Activity.LEAVING, pulse.activity());
    }

    @Test
    void anLvsdThatCantBeEndedIsNoGroundEither() {
        Pulse pulse = withAHungLvsd(settings(true, true, false));
        long end = now + 6_000;
        while (now < end) {
            hear(pulse, Word.LVS_STOPPED);
            passMs(pulse, 500);
            now += 500;
        }
        assertEquals(Set.of(Inhibitor.CHILDFAIL), pulse.inhibitors());
        assertFalse(pulse.activity() == Activity.ACTIVE);
    }

    /// The table knows at least the real servers that lived; nobody else forwards anything.
    @Test
    void aloneTheRoleStaysWhateverLvsdDoes() {
        Pulse pulse = withAHungLvsd(settings(true, false, false));
        on(pulse, new PulseEvent.LvsdEnded("killed"));
        passMs(pulse, 70_000);
        on(pulse, new PulseEvent.LvsdEnded("killed"));
        passMs(pulse, 70_000);
        assertEquals(Activity.ACTIVE, pulse.activity());
    }

    @Test
    void whoStoodStillItselfGivesLvsdAsMuchTime() {
        Pulse pulse = started(settings(true, false, false));
        on(pulse, new PulseEvent.LvsdAnswered(1));
        passAnsweringMs(pulse, 10_000);
        now += 20_000;
        List<PulseEffect> effects = new ArrayList<>(on(pulse, new PulseEvent.Stalled(20_000)));
        effects.addAll(passMs(pulse, 500));
        assertEquals(0, ends(effects));
    }

    @Test
    void aloneItWaitsForOneDeadtimeAndSendsNothing() {
        Pulse pulse = started(settings(true, false, false));
        List<PulseEffect> effects = passMs(pulse, 3_000);
        assertEquals(Activity.ACTIVE, pulse.activity());
        assertTrue(effects.stream().noneMatch(PulseEffect.Send.class::isInstance));
        on(pulse, new PulseEvent.Stalled(60_000));
        assertEquals(Activity.ACTIVE, pulse.activity(), "there is nobody to give way to");
    }

    /// Nothing else wakes it.
    @Test
    void aloneItRenewsItsAddressesBeforeTheirLifetimeEnds() {
        Pulse pulse = started(settings(true, false, false));
        passMs(pulse, 3_000);
        long renewed = passMs(pulse, 9_000).stream()
                .filter(PulseEffect.PutAddresses.class::isInstance)
                .count();
        assertTrue(renewed >= 8, "renewed " + renewed + " times in 9 s");
    }

    @Test
    void forcedItIsActiveAtOnce() {
        assertEquals(Activity.ACTIVE, started(settings(true, true, true)).activity());
    }

    @Test
    void stallLongerThanDeadtimeGivesUpBeforeAnythingElse() {
        Pulse pulse = started(true);
        hear(pulse, Word.LVS_STOPPED);
        now += 3_001;
        // No word of a stall from the driver: the core sees the gap by itself.
        List<PulseEffect> effects = hear(pulse, Word.LVS_STOPPED);
        assertInstanceOf(PulseEffect.DropAddresses.class, effects.getFirst());
        assertEquals(Activity.STANDBY, pulse.activity(), "what waited in the socket is history");
        now += 1_001;
        hear(pulse, Word.LVS_STOPPED);
        assertEquals(Activity.ACTIVE, pulse.activity());
    }

    @Test
    void suspendedMachineGivesUpThoughItsClockStoodStill() {
        Pulse pulse = started(true);
        hear(pulse, Word.LVS_STOPPED);
        assertInstanceOf(
                PulseEffect.DropAddresses.class,
                on(pulse, new PulseEvent.Stalled(3_001)).getFirst());
    }

    @Test
    void stopDropsAddressesAndThenSaysSoTwice() {
        Pulse pulse = started(true);
        hear(pulse, Word.LVS_STOPPED);
        List<PulseEffect> effects = new ArrayList<>(on(pulse, new PulseEvent.Stop()));
        effects.addAll(on(pulse, new PulseEvent.LastWordSaid(1)));
        assertInstanceOf(PulseEffect.DropAddresses.class, effects.getFirst());
        assertEquals(
                2, effects.stream().filter(PulseEffect.Send.class::isInstance).count());
        assertInstanceOf(PulseEffect.Ended.class, effects.getLast());
        assertTrue(hear(pulse, Word.LVS_STOPPED).isEmpty());
        assertEquals(Long.MAX_VALUE, pulse.nextDeadlineMs());
    }

    @Test
    void foreignAndMeaninglessPacketsAreCountedAndSaidOnce() {
        Pulse pulse = started(true);
        IpAddress stranger = IpAddress.parse("10.0.0.3").orElseThrow();
        for (int i = 0; i < 3; i++) {
            on(pulse, new PulseEvent.Received(0, stranger, HeartbeatCodec.encode(Word.LVS_STOPPED), false));
            on(pulse, new PulseEvent.Received(0, PARTNER, new byte[3], false));
            hear(pulse, Word.FOS_RUNNING);
            byte[] muster = new byte[HeartbeatCodec.BYTES];
            muster[0] = 'M';
            muster[1] = 'P';
            muster[2] = 'L';
            muster[3] = 'S';
            on(pulse, new PulseEvent.Received(0, PARTNER, muster, false));
        }
        assertEquals(Activity.STANDBY, pulse.activity());
        assertEquals(
                "{FOREIGN_SOURCE=3, MALFORMED=3, OTHER_FORMAT=3, INCOMPATIBLE=3}",
                pulse.rejections().toString());
        assertEquals(
                4,
                all.stream()
                        .filter(e -> e instanceof PulseEffect.Say(boolean warning, String text) && warning)
                        .count());
    }

    @Test
    void rereadAddressesComeAndGoWhileActive() {
        Pulse pulse = started(true);
        hear(pulse, Word.LVS_STOPPED);
        var other = new FloatingAddress(IpAddress.parse("10.0.0.101").orElseThrow(), "eth0:2", 24);
        List<PulseEffect> effects = on(pulse, new PulseEvent.Reconfigured(List.of(other), false, 0));
        assertTrue(effects.contains(new PulseEffect.DropAddresses(List.of(VIP))));
        assertTrue(effects.contains(new PulseEffect.PutAddresses(List.of(other), 3, true)));
    }
}
