package io.muster.pulse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Incarnation;
import io.muster.lvscf.LvsConfig.Heartbeat;
import io.muster.lvscf.LvsConfig.Heartbeat.Format;
import io.muster.net.IpAddress;
import io.muster.pulse.PulseState.Active;
import io.muster.pulse.PulseState.Ended;
import io.muster.pulse.PulseState.Leaving;
import io.muster.pulse.PulseState.Standby;
import io.muster.pulse.PulseState.Unstarted;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What the door of a director lets through, and that there is no other.
class RoleTest {
    private static final IpAddress PARTNER = IpAddress.parse("10.0.0.2").orElseThrow();
    private static final Upkeep UPKEEP = new Upkeep(1_500, 1_600, 2);

    /// The table in the comment of [Role]: from which state (row) to which (column, in the same order).
    private static final String TABLE = """
            Unstarted          . x . . . x
            Standby            . . x . . x
            Active             . x . x x x
            Leaving            . x . . . .
            Leaving and ending . . . . . x
            Ended              . . . . . .
            """;

    private static final List<PulseState> STATES = List.of(
            new Unstarted(),
            new Standby(1_000, "why"),
            new Active(1_000, "why", UPKEEP),
            new Leaving(1_000, "why", 1, 1_500, false),
            new Leaving(1_000, "why", 1, 1_500, true),
            new Ended(1_000, "why"));

    @Test
    void eachTransitionIsInTheTableOrNone() {
        List<String> rows = TABLE.lines().toList();
        for (int from = 0; from < STATES.size(); from++) {
            String cells = rows.get(from).substring(19).replace(" ", "");
            for (int to = 0; to < STATES.size(); to++) {
                assertEquals(
                        cells.charAt(to) == 'x',
                        STATES.get(from).mayBecome(STATES.get(to)),
                        STATES.get(from) + " -> " + STATES.get(to));
            }
        }
    }

    @Test
    void whatIsNotInTheTableIsOurOwnMistakeAndNamesBothStates() {
        Pulse pulse = pulse();
        pulse.on(new PulseEvent.Start(), 1_000);
        Role role = at(new Standby(1_000, "started"));
        var wrong = assertThrows(
                IllegalStateException.class,
                () -> role.leave(new Leaving(1_000, "link lost", 1, 1_500, false), "x", 2));
        assertTrue(wrong.getMessage().startsWith("primary: Standby["), wrong.getMessage());
        assertTrue(wrong.getMessage().contains("] -> Standby["), wrong.getMessage());
        assertTrue(wrong.getMessage().endsWith(": link lost: x"), wrong.getMessage());
        assertThrows(IllegalStateException.class, () -> role.revise(new Active(1_000, "why", UPKEEP)));
        assertEquals(new Standby(1_000, "started"), role.state());
        assertThrows(IllegalStateException.class, () -> pulse.on(new PulseEvent.Start(), 1_001), "started twice");
    }

    private static Pulse pulse() {
        return new Pulse(settings(), new Random(1));
    }

    private static PulseSettings settings() {
        var beat = new Heartbeat(539, 1_000, 3_000, Format.ORIGINAL, false, 60_000);
        return new PulseSettings(true, true, beat, Set.of(PARTNER), false, true, true, List.of());
    }

    private static Role at(PulseState state) {
        var journal = new Journal();
        var settings = settings();
        var role = new Role(
                settings,
                new Conversation(settings, new Incarnation(1, 1), journal),
                new FloatingAddresses(settings, journal),
                new Connections(),
                new Inhibitors(),
                journal);
        role.resume(new Role.Image(state, 0));
        return role;
    }

    /// It was said by nobody that a director which stood by has ended.
    @Test
    void eachChangeIsOneLineForTheLogWithItsReason() {
        Pulse pulse = pulse();
        assertEquals(List.of(), changes(pulse.on(new PulseEvent.Start(), 1_000)));
        assertEquals(
                List.of(new PulseEffect.StateChanged(Activity.STANDBY, Activity.ENDED, "told to stop")),
                changes(pulse.on(new PulseEvent.Stop(), 1_001)));
        Pulse unstarted = pulse();
        List<PulseEffect> last = unstarted.on(new PulseEvent.Stop(), 1_000);
        assertEquals(
                List.of(new PulseEffect.StateChanged(Activity.STANDBY, Activity.ENDED, "told to stop")), changes(last));
        assertEquals(new PulseEffect.Ended(), last.getLast(), "nothing comes after this");
    }

    private static List<PulseEffect> changes(List<PulseEffect> effects) {
        return effects.stream()
                .filter(PulseEffect.StateChanged.class::isInstance)
                .toList();
    }

    /// A socket is open before the first event is posted.
    @Test
    void whatIsHeardBeforeTheStartDoesNotCount() {
        Pulse pulse = pulse();
        byte[] stopped = HeartbeatCodec.encode(HeartbeatCodec.Word.LVS_STOPPED);
        assertEquals(List.of(), pulse.on(new PulseEvent.Received(0, PARTNER, stopped, false), 1_000));
        assertFalse(pulse.partnerStatus(1_000).alive());
        List<PulseEffect> start = pulse.on(new PulseEvent.Start(), 1_001);
        assertEquals(
                Optional.empty(),
                start.stream()
                        .filter(PulseEffect.PutAddresses.class::isInstance)
                        .findAny());
        assertEquals(Activity.STANDBY, pulse.activity());
        List<PulseEffect> taken = pulse.on(new PulseEvent.Received(0, PARTNER, stopped, false), 1_002);
        assertTrue(taken.stream().anyMatch(PulseEffect.PutAddresses.class::isInstance), taken::toString);
        assertEquals(Activity.ACTIVE, pulse.activity());
    }
}
