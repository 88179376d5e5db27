package io.muster.pulse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Incarnation;
import io.muster.lvscf.LvsConfig.FloatingAddress;
import io.muster.lvscf.LvsConfig.Heartbeat.Format;
import io.muster.net.IpAddress;
import io.muster.pulse.Heartbeat.Wish;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// How a director that lives gives its role away: addresses, last word, "stopped", in this order. A backup with its
/// primary standing by; keepalive 1 s, deadtime 3 s.
class HandOverTest {
    private static final IpAddress PARTNER = IpAddress.parse("10.0.0.2").orElseThrow();
    private static final FloatingAddress VIP =
            new FloatingAddress(IpAddress.parse("10.0.0.100").orElseThrow(), "eth0:1", 24);
    private static final Incarnation PRIMARY = new Incarnation(7, 7);

    private long now = 1_000;
    private long sequence;

    private Pulse active(boolean syncDaemon) {
        var beat = new io.muster.lvscf.LvsConfig.Heartbeat(539, 1_000, 3_000, Format.MUSTER, true, 60_000);
        var settings = new PulseSettings(false, true, beat, Set.of(PARTNER), true, syncDaemon, true, List.of(VIP));
        var pulse = new Pulse(settings, new Random(1));
        pulse.on(new PulseEvent.Start(), now);
        assertEquals(Activity.ACTIVE, pulse.activity());
        hear(pulse, false, Wish.ABLE);
        return pulse;
    }

    private List<PulseEffect> hear(Pulse pulse, boolean active, Wish wish) {
        var beat = new Heartbeat(true, PRIMARY, pulse.self(), ++sequence, 1, 0, active, wish, 0, 1000);
        return pulse.on(new PulseEvent.Received(0, PARTNER, signed(HeartbeatCodec.encode(beat)), true), now);
    }

    /// With a code nobody looks at.
    private static byte[] signed(byte[] octets) {
        return Arrays.copyOf(octets, HeartbeatCodec.BYTES);
    }

    /// Lets the core's own deadlines pass, with a partner that goes on standing by.
    private List<PulseEffect> passMs(Pulse pulse, long ms) {
        List<PulseEffect> effects = new ArrayList<>();
        long end = now + ms;
        while (pulse.nextDeadlineMs() <= end) {
            now = Math.max(now, pulse.nextDeadlineMs());
            effects.addAll(pulse.on(new PulseEvent.Tick(), now));
        }
        now = end;
        return effects;
    }

    private Heartbeat beat(PulseEffect effect) {
        try {
            byte[] octets = assertInstanceOf(PulseEffect.Send.class, effect).octets();
            return HeartbeatCodec.decode(signed(octets), true).orElseThrow();
        } catch (io.muster.core.MalformedMessage e) {
            throw new AssertionError(e);
        }
    }

    private List<Boolean> saidActive(List<PulseEffect> effects) {
        return effects.stream()
                .filter(PulseEffect.Send.class::isInstance)
                .map(e -> beat(e).active())
                .toList();
    }

    private static long word(List<PulseEffect> effects) {
        return effects.stream()
                .filter(PulseEffect.SayLastWord.class::isInstance)
                .map(e -> ((PulseEffect.SayLastWord) e).number())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no last word in " + effects));
    }

    private static boolean speaks(List<PulseEffect> effects) {
        return effects.stream().anyMatch(PulseEffect.SayLastWord.class::isInstance);
    }

    /// The addresses go first, the partner goes on hearing "running" until the word is out, and then "stopped".
    private void handsOver(Function<Pulse, List<PulseEffect>> cause, Activity after) {
        Pulse pulse = active(true);
        List<PulseEffect> first = cause.apply(pulse);
        int drop = first.indexOf(new PulseEffect.DropAddresses(List.of(VIP)));
        long number = word(first);
        assertTrue(drop >= 0 && drop < first.indexOf(new PulseEffect.SayLastWord(number)), first::toString);
        assertFalse(first.contains(new PulseEffect.SwitchSync(false)), first::toString);
        assertFalse(saidActive(first).contains(false), first::toString);
        assertEquals(Activity.LEAVING, pulse.activity());
        assertFalse(saidActive(passMs(pulse, 400)).contains(false));
        assertEquals(List.of(), pulse.on(new PulseEvent.LastWordSaid(number + 1), now), "another's");
        List<PulseEffect> last = pulse.on(new PulseEvent.LastWordSaid(number), now);
        assertEquals(after, pulse.activity());
        assertEquals(Set.of(false), Set.copyOf(saidActive(last)));
        assertTrue(last.contains(new PulseEffect.Forward(false)), last::toString);
        assertTrue(last.contains(new PulseEffect.SwitchSync(false)), last::toString);
        assertEquals(after == Activity.ENDED, last.contains(new PulseEffect.Ended()));
        assertFalse(speaks(passMs(pulse, 2_500)));
    }

    @Test
    void toldToStopItSaysItsLastWord() {
        handsOver(pulse -> pulse.on(new PulseEvent.Stop(), now), Activity.ENDED);
    }

    @Test
    void withALinkLostItSaysItsLastWord() {
        handsOver(pulse -> pulse.on(new PulseEvent.Link("eth0", false), now), Activity.STANDBY);
    }

    @Test
    void toThePrimaryThatTakesItsRoleBackItSaysItsLastWord() {
        handsOver(pulse -> hear(pulse, false, Wish.TAKE), Activity.STANDBY);
    }

    @Test
    void withLvsdDyingOverAndOverItSaysItsLastWord() {
        handsOver(
                pulse -> {
                    for (int i = 0; i < LvsdRestarts.MOST; i++) {
                        pulse.on(new PulseEvent.LvsdEnded("killed"), now);
                    }
                    return pulse.on(new PulseEvent.LvsdEnded("killed"), now);
                },
                Activity.STANDBY);
    }

    /// The partner's half: `preempt` may be set while pulse runs.
    @Test
    void aPrimaryThatIsToldToPreemptAsksForItsRole() {
        var beat = new io.muster.lvscf.LvsConfig.Heartbeat(539, 1_000, 3_000, Format.MUSTER, false, 60_000);
        var settings = new PulseSettings(true, true, beat, Set.of(PARTNER), false, false, true, List.of(VIP));
        var pulse = new Pulse(settings, new Random(1));
        pulse.on(new PulseEvent.Start(), now);
        assertFalse(wishes(pulse, 10).contains(Wish.TAKE), "preempt = 0");
        pulse.on(new PulseEvent.Reconfigured(List.of(VIP), true, 60_000), now);
        assertTrue(wishes(pulse, 10).contains(Wish.TAKE));
        pulse.on(new PulseEvent.Reconfigured(List.of(VIP), false, 60_000), now);
        assertFalse(wishes(pulse, 10).contains(Wish.TAKE), "preempt = 0 again");
    }

    /// What it says in some seconds with an active backup.
    private List<Wish> wishes(Pulse pulse, int seconds) {
        List<Wish> wishes = new ArrayList<>();
        for (int i = 0; i < seconds; i++) {
            var beat = new Heartbeat(
                    false, PRIMARY, pulse.self(), ++sequence, Long.MAX_VALUE, 0, true, Wish.ABLE, 0, 1000);
            pulse.on(new PulseEvent.Received(0, PARTNER, signed(HeartbeatCodec.encode(beat)), true), now);
            passMs(pulse, 1_000).stream()
                    .filter(PulseEffect.Send.class::isInstance)
                    .forEach(e -> wishes.add(beat(e).wish()));
        }
        return wishes;
    }

    @Test
    void aWordThatIsNeverSaidHoldsUpForHalfASecond() {
        Pulse pulse = active(true);
        word(hear(pulse, false, Wish.TAKE));
        assertFalse(saidActive(passMs(pulse, Pulse.LAST_WORD_MS - 1)).contains(false));
        List<PulseEffect> late = passMs(pulse, 1);
        assertTrue(saidActive(late).contains(false), late::toString);
        assertEquals(Activity.STANDBY, pulse.activity());
        assertTrue(late.stream().anyMatch(e -> e.toString().contains("not said within 500 ms")), late::toString);
    }

    @Test
    void stopWhileItLeavesEndsItAfterTheWord() {
        Pulse pulse = active(true);
        long number = word(hear(pulse, false, Wish.TAKE));
        assertEquals(List.of(), pulse.on(new PulseEvent.Stop(), now));
        assertTrue(pulse.on(new PulseEvent.LastWordSaid(number), now).contains(new PulseEffect.Ended()));
    }

    @Test
    void thereIsNoWordWhereNobodyListens() {
        Pulse noDaemon = active(false);
        assertFalse(speaks(noDaemon.on(new PulseEvent.Stop(), now)));
        assertEquals(Activity.ENDED, noDaemon.activity());

        Pulse quarrel = active(true);
        assertFalse(speaks(hear(quarrel, true, Wish.ABLE)));
        assertEquals(Activity.STANDBY, quarrel.activity(), "the primary is active");

        Pulse primary = activePrimary();
        hearBackup(primary, true);
        assertFalse(speaks(primary.on(new PulseEvent.Link("eth0", false), now)), "the backup is active too");
        assertEquals(Activity.STANDBY, primary.activity());

        Pulse alone = active(true);
        passMs(alone, 3_000);
        assertFalse(speaks(alone.on(new PulseEvent.Stop(), now)));
        assertEquals(Activity.ENDED, alone.activity(), "the partner is silent");

        Pulse stalled = active(true);
        assertFalse(speaks(stalled.on(new PulseEvent.Stalled(3_001), now)));
        assertEquals(Activity.STANDBY, stalled.activity(), "the partner may be active");
    }

    private Pulse activePrimary() {
        var beat = new io.muster.lvscf.LvsConfig.Heartbeat(539, 1_000, 3_000, Format.MUSTER, false, 60_000);
        var pulse = new Pulse(
                new PulseSettings(true, true, beat, Set.of(PARTNER), true, true, true, List.of(VIP)), new Random(1));
        pulse.on(new PulseEvent.Start(), now);
        return pulse;
    }

    /// Of a primary that has heard this backup just now.
    private void hearFresh(Pulse backup, boolean active) {
        var beat =
                new Heartbeat(true, PRIMARY, backup.self(), ++sequence, Long.MAX_VALUE, 0, active, Wish.ABLE, 0, 1000);
        backup.on(new PulseEvent.Received(0, PARTNER, signed(HeartbeatCodec.encode(beat)), true), now);
    }

    private void hearBackup(Pulse pulse, boolean active) {
        hearBackup(pulse, active, Long.MAX_VALUE, 0);
    }

    private void hearBackup(Pulse pulse, boolean active, long heard, long heardAgeMs) {
        var beat =
                new Heartbeat(false, PRIMARY, pulse.self(), ++sequence, heard, heardAgeMs, active, Wish.ABLE, 0, 1000);
        pulse.on(new PulseEvent.Received(0, PARTNER, signed(HeartbeatCodec.encode(beat)), true), now);
    }

    /// It had begun to wait, then the primary took the role, and much later it gives it away.
    @Test
    void aBackupDefersToItsPrimaryAnewEachTimeThatTheRoleIsFree() {
        var beat = new io.muster.lvscf.LvsConfig.Heartbeat(539, 1_000, 3_000, Format.MUSTER, false, 60_000);
        var backup = new Pulse(
                new PulseSettings(false, true, beat, Set.of(PARTNER), false, true, true, List.of(VIP)), new Random(1));
        backup.on(new PulseEvent.Start(), now);
        passMs(backup, 100);
        hearFresh(backup, false);
        for (int second = 0; second < 10; second++) {
            passMs(backup, 1_000);
            hearFresh(backup, true);
        }
        passMs(backup, 1_000);
        hearFresh(backup, false);
        assertEquals(Activity.STANDBY, backup.activity());
        for (int second = 0; second < 3; second++) {
            passMs(backup, 1_000);
            hearFresh(backup, false);
        }
        assertEquals(Activity.ACTIVE, backup.activity(), "for a deadtime nobody came");
    }

    @Test
    void aPrimaryGivesWayToAnActiveBackupThatHearsNothingOfItForADeadtime() {
        Pulse primary = activePrimary();
        hearBackup(primary, true);
        for (int second = 1; second <= 4; second++) {
            assertEquals(Activity.ACTIVE, primary.activity(), "second " + second);
            passMs(primary, 1_000);
            hearBackup(primary, true, 1, 3_000 + second * 1_000);
        }
        assertEquals(Activity.STANDBY, primary.activity());
    }

    @Test
    void whoGaveWayListensForAWholeDeadtimeBeforeItTakesTheRoleAgain() {
        Pulse pulse = active(true);
        passMs(pulse, 2_800);
        long number = word(pulse.on(new PulseEvent.Link("eth0", false), now));
        pulse.on(new PulseEvent.Link("eth0", true), now);
        passMs(pulse, 100);
        pulse.on(new PulseEvent.LastWordSaid(number), now);
        assertEquals(Activity.STANDBY, pulse.activity());
        passMs(pulse, 2_999);
        assertEquals(Activity.STANDBY, pulse.activity());
        passMs(pulse, 1);
        assertEquals(Activity.ACTIVE, pulse.activity());
    }

    @Test
    void whoEndsSaysThatItCanNotTakeOverAnyMore() {
        Pulse pulse = active(true);
        long number = word(pulse.on(new PulseEvent.Stop(), now));
        List<PulseEffect> effects = passMs(pulse, 400);
        effects.addAll(pulse.on(new PulseEvent.LastWordSaid(number), now));
        List<Wish> wishes = effects.stream()
                .filter(PulseEffect.Send.class::isInstance)
                .map(e -> beat(e).wish())
                .toList();
        assertEquals(Set.of(Wish.UNABLE), Set.copyOf(wishes));
    }

    @Test
    void aPrimaryAsksForItsRoleOnlyWhenItHasBeenThereForADeadtime() {
        var beat = new io.muster.lvscf.LvsConfig.Heartbeat(539, 1_000, 3_000, Format.MUSTER, true, 60_000);
        var settings = new PulseSettings(true, true, beat, Set.of(PARTNER), false, false, true, List.of(VIP));
        var pulse = new Pulse(settings, new Random(1));
        pulse.on(new PulseEvent.Start(), now);
        assertFalse(wishes(pulse, 2).contains(Wish.TAKE));
        assertTrue(wishes(pulse, 3).contains(Wish.TAKE));
    }

    @Test
    void thePartnersTakeOverOrDeathEndsTheWord() {
        Pulse taken = active(true);
        hear(taken, false, Wish.TAKE);
        hear(taken, true, Wish.ABLE);
        assertEquals(Activity.STANDBY, taken.activity());

        Pulse left = active(true);
        now += 2_800;
        left.on(new PulseEvent.Tick(), now);
        left.on(new PulseEvent.Stop(), now);
        assertEquals(Activity.LEAVING, left.activity());
        passMs(left, 200);
        assertEquals(Activity.ENDED, left.activity());
    }
}
