package io.muster.ccs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.ccs.Choice.InForce;
import io.muster.config.ConfigVersion;
import io.muster.core.CauseId;
import io.muster.core.Drive;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.simulator.TwoReplicas;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Rules that chaos needs luck to meet, one log each: three nodes, version 4 in force under attempt
/// [#FIRST]; what is proposed next is attempt [#SECOND], since attempts are numbered by their positions.
class CcsStateTest {
    private static final Node ONE = new Node(1, new Incarnation(0, 1));
    private static final Node TWO = new Node(2, new Incarnation(0, 2));
    private static final Node THREE = new Node(3, new Incarnation(0, 3));
    private static final Document V4 = Texts.document(3, 4, "old");
    private static final Document V5 = Texts.document(3, 5, "new");
    private static final Document V6 = Texts.document(3, 6, "newer");

    private static final long FIRST = 7;
    private static final long SECOND = 11;

    private final ConfigLog core = new ConfigLog(ONE);
    private final CcsState state = new CcsState();
    private final TwoReplicas<GroupEntry, CcsEvent, CcsEffect> contract = new TwoReplicas<>(() -> new ConfigLog(ONE));
    private final List<CcsMessage> sent = new ArrayList<>();
    private long position;
    private long nowMs = 1_000;

    private void entry(GroupEntry entry) {
        state.apply(entry);
        contract.apply(entry);
        core.apply(entry);
        drive(new Drive.Applied<>(entry));
    }

    private void drive(Drive<GroupEntry, CcsEvent> why) {
        for (CcsEffect effect : core.drive(why, nowMs)) {
            if (effect instanceof CcsEffect.Send(CcsMessage message)) {
                sent.add(message);
            }
        }
    }

    private void says(Node from, boolean regular, CcsMessage message) {
        entry(new GroupEntry.Message(++position, from, regular, message.encode(), CauseId.NONE));
    }

    private void says(Node from, CcsMessage message) {
        says(from, true, message);
    }

    private void members(Node... nodes) {
        entry(new GroupEntry.View(++position, List.of(nodes), List.of(), List.of()));
        entry(new GroupEntry.Membership(++position, 8, List.of(nodes), List.of(), List.of()));
    }

    private static CcsMessage has(Document file, long fileAttempt) {
        return new CcsMessage.Report(new OnDisk(file.version(), fileAttempt, ConfigVersion.NONE, 0, 1, 3));
    }

    private static CcsMessage staged(Document file, long fileAttempt, Document staged, long attempt) {
        return new CcsMessage.Report(new OnDisk(file.version(), fileAttempt, staged.version(), attempt, 1, 3));
    }

    private static CcsMessage proposal(Document document, int probationSec) {
        return new CcsMessage.Propose(7, probationSec, document.octets());
    }

    private Document inForce() {
        return state.choice().inForce().orElseThrow();
    }

    private Optional<Long> underWay() {
        return state.choice().pending().map(Pending::attempt);
    }

    @BeforeEach
    void versionFourIsInForce() {
        members(ONE, TWO, THREE);
        entry(new GroupEntry.Quorum(++position, true));
        for (Node node : List.of(ONE, TWO, THREE)) {
            says(node, has(V4, 0));
        }
        says(ONE, new CcsMessage.Elected(V4.octets()));
        assertEquals(new InForce(V4, FIRST, Optional.empty(), Optional.empty()), state.choice());
        for (Node node : List.of(ONE, TWO, THREE)) {
            says(node, has(V4, FIRST));
        }
    }

    @Test
    void whatComesInATransitionalConfigurationTakesItsNumberAndStartsNothing() {
        says(TWO, false, proposal(V5, 0));
        assertEquals(Optional.empty(), underWay());
        says(TWO, false, new CcsMessage.Revert(V4.version()));
        says(TWO, false, new CcsMessage.Elected(V4.octets()));
        says(TWO, proposal(V5, 0));
        assertEquals(Optional.of(SECOND + 3), underWay());
    }

    @Test
    void onlyTheAttemptThatTakesTooLongIsGivenUp() {
        says(TWO, proposal(V5, 0));
        says(ONE, new CcsMessage.Abandon(FIRST));
        assertEquals(Optional.of(SECOND), underWay());
        says(ONE, false, new CcsMessage.Abandon(SECOND));
        assertEquals(Optional.of(SECOND), underWay());
        says(ONE, new CcsMessage.Abandon(SECOND));
        assertEquals(Optional.empty(), underWay());
        assertEquals(V4, inForce());
    }

    @Test
    void aProbationEndsInNothingWhileAnUpdateIsUnderWay() {
        onProbation();
        says(TWO, proposal(V6, 0));
        says(ONE, new CcsMessage.Revert(V5.version()));
        assertEquals(Optional.of(SECOND + 3), underWay());
        assertEquals(Optional.of(V5.version()), state.onProbation());
    }

    private void onProbation() {
        says(TWO, proposal(V5, 60));
        says(ONE, staged(V4, FIRST, V5, SECOND));
        says(TWO, staged(V4, FIRST, V5, SECOND));
        assertEquals(V5, inForce());
    }

    @Test
    void onlyTheVersionOnProbationIsConfirmedOrGoesBack() {
        onProbation();
        says(ONE, new CcsMessage.Confirm(V4.version()));
        says(ONE, new CcsMessage.Revert(V4.version()));
        assertEquals(Optional.of(V5.version()), state.onProbation());
        says(ONE, new CcsMessage.Confirm(V5.version()));
        assertEquals(Optional.empty(), state.onProbation());
        assertEquals(V5, inForce());
    }

    @Test
    void afterAChangeOfMembersNothingIsInForceBeforeTheWordOnQuorum() {
        says(TWO, proposal(V5, 0));
        says(ONE, staged(V4, FIRST, V5, SECOND));
        entry(new GroupEntry.Membership(++position, 9, List.of(ONE), List.of(), List.of()));
        says(ONE, false, has(V4, FIRST));
        assertEquals(V4, inForce());
        entry(new GroupEntry.Quorum(++position, false));
        assertEquals(V4, inForce());
    }

    @Test
    void whoIsntInTheGroupHasNoSay() {
        says(TWO, proposal(V5, 0));
        says(ONE, staged(V4, FIRST, V5, SECOND));
        Node stranger = new Node(2, new Incarnation(0, 9));
        says(stranger, staged(V4, FIRST, V5, SECOND));
        assertEquals(V4, inForce());
    }

    @Test
    void whatHasComeToNothingInATransitionalConfigurationIsSaidAgainAtOnce() {
        drive(new Drive.Local<>(
                new CcsEvent.Found(new OnDisk(V4.version(), FIRST, ConfigVersion.NONE, 0, 1, 3), List.of(V4))));
        says(TWO, proposal(V5, 0));
        nowMs += CcsState.UPDATE_MS;
        drive(new Drive.Tick<>());
        List<CcsMessage> once = List.of(new CcsMessage.Abandon(SECOND));
        assertEquals(once, sent);
        nowMs += 10;
        drive(new Drive.Tick<>());
        assertEquals(once, sent);
        says(ONE, false, new CcsMessage.Abandon(SECOND));
        assertEquals(List.of(new CcsMessage.Abandon(SECOND), new CcsMessage.Abandon(SECOND)), sent);
        says(ONE, new CcsMessage.Abandon(SECOND));
        assertEquals(2, sent.size());
    }

    @Test
    void whatHasComeAndIsDoneIsntSaidAgain() {
        drive(new Drive.Local<>(
                new CcsEvent.Found(new OnDisk(V4.version(), FIRST, ConfigVersion.NONE, 0, 1, 3), List.of(V4))));
        nowMs += 100_000;
        drive(new Drive.Tick<>());
        assertEquals(List.of(), sent);
        assertEquals(Long.MAX_VALUE, core.nextDeadlineMs());
    }

    /// Its disk may have been changed while it was away.
    @Test
    void whoJoinsAgainSaysAgainWhatItHas() {
        entry(new GroupEntry.View(++position, List.of(ONE, TWO, THREE), List.of(TWO), List.of()));
        assertEquals(Set.of(ONE, THREE), state.reports().keySet());
    }

    @Test
    void afterItsStateWasReplacedANodeSaysAllItHasToSayAgain() throws MalformedMessage {
        var disk = new OnDisk(V4.version(), FIRST, ConfigVersion.NONE, 0, 1, 3);
        entry(new GroupEntry.View(++position, List.of(ONE, TWO, THREE), List.of(ONE), List.of()));
        drive(new Drive.Local<>(new CcsEvent.Found(disk, List.of(V4))));
        assertEquals(List.of(new CcsMessage.Report(disk)), sent);
        core.restore(core.snapshot());
        drive(new Drive.Restored<>());
        assertEquals(List.of(new CcsMessage.Report(disk), new CcsMessage.Report(disk)), sent);
    }

    private GroupEntry cmanHas(Document document, boolean agreed) {
        return new GroupEntry.Config(
                ++position, document.version().number(), document.version().sha256(), agreed, document.octets());
    }

    /// Its cmans have lived on, and know better than any disk.
    @Test
    void aGroupThatBeginsAfreshTakesWhatCmanHasInForce() {
        var fresh = new CcsState();
        for (GroupEntry entry : List.of(
                new GroupEntry.View(++position, List.of(ONE, TWO), List.of(ONE, TWO), List.of()),
                new GroupEntry.Membership(++position, 8, List.of(ONE, TWO), List.of(), List.of()),
                new GroupEntry.Quorum(++position, true),
                cmanHas(V5, true))) {
            fresh.apply(entry);
        }
        long attempt = position;
        assertEquals(new InForce(V5, attempt, Optional.empty(), Optional.empty()), fresh.choice());
        fresh.apply(new GroupEntry.Message(++position, ONE, true, has(V6, 0).encode(), CauseId.NONE));
        fresh.apply(new GroupEntry.Message(++position, TWO, true, has(V4, 0).encode(), CauseId.NONE));
        assertEquals(V5, fresh.choice().inForce().orElseThrow(), "a newer file beats nothing");
    }

    /// A cluster that has just begun goes by what its first nodes came with; what is staged may be later.
    @Test
    void whatNobodyHasAgreedToIsNotTaken() {
        var fresh = new CcsState();
        fresh.apply(new GroupEntry.View(++position, List.of(ONE), List.of(ONE), List.of()));
        fresh.apply(cmanHas(V5, false));
        assertEquals(Optional.empty(), fresh.choice().inForce());
        entry(cmanHas(V5, false));
        assertEquals(V4, inForce());
    }

    @Test
    void whatCmanHasInForceEndsAnUpdateThatItOvertakes() {
        says(TWO, proposal(V6, 0));
        entry(cmanHas(V5, true));
        assertEquals(V5, inForce());
        assertEquals(Optional.empty(), underWay());
        assertEquals(List.of(new Outcome(TWO, 7, false, V5.version() + " is in force")), state.outcomes());
    }

    @Test
    void whatCmanHasYetToHearOfStays() {
        says(TWO, proposal(V5, 0));
        says(ONE, staged(V4, FIRST, V5, SECOND));
        says(TWO, staged(V4, FIRST, V5, SECOND));
        entry(cmanHas(V4, true));
        assertEquals(V5, inForce());
    }
}
