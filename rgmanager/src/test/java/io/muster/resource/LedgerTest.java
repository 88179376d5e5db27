package io.muster.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.MalformedMessage;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What was started is known to whoever comes after: the ledger.
class LedgerTest {
    private static final String S = "service:s";
    private static final String ONE = "<service name='s'><app name='a'/></service>";
    private static final String OTHER = "<service name='s'><app name='b'/></service>";

    private final TreeStage stage = new TreeStage();

    private TreeResult end() {
        long ticket = stage.stopEverything();
        stage.play();
        return stage.result(ticket);
    }

    private boolean start() {
        return stage.perform(S, Operation.START).ok();
    }

    private boolean stop() {
        return stage.perform(S, Operation.STOP).ok();
    }

    @Test
    void aServiceIsListedBeforeItsFirstAgentAndUntilItsLastStop() {
        stage.tellLedger();
        stage.configure(ONE);
        assertTrue(start());
        assertEquals("   0s ledger: [service:s]", stage.told().getFirst());
        assertTrue(stop());
        List<String> told = stage.told();
        assertEquals("   4s ledger: []", told.get(told.size() - 2));
        assertEquals("   4s done: good", told.getLast(), "nobody is told before the ledger says so");
    }

    @Test
    void aNodeThatRunsNothingSaysSoOnceItHasStoppedEverything() {
        stage.tellLedger();
        stage.configure("");
        assertTrue(end().ok());
        assertEquals("   0s ledger: []", stage.told().getLast());
        assertTrue(end().ok());
        assertFalse(stage.told().toString().contains("ledger"), "and once is enough");
    }

    @Test
    void aLedgerThatCannotBeWrittenRefusesTheStartAndNeverTheStop() {
        stage.configure(ONE);
        stage.ledgerFull(true);
        assertFalse(start());
        assertEquals(List.of(), stage.called());
        assertTrue(stop());
        stage.ledgerFull(false);
        assertTrue(start());
        stage.ledgerFull(true);
        assertTrue(stop());
        assertEquals(Set.of(S), stage.ledger().keySet(), "it couldn't be taken out");
        stage.ledgerFull(false);
        stage.tick(1_000);
        assertEquals(Set.of(), stage.ledger().keySet(), "it is tried again");
    }

    @Test
    void aRefusedStartSaysWhy() {
        stage.configure(ONE);
        stage.ledgerFull(true);
        start();
        assertTrue(stage.told()
                .contains("   0s log: start on service \"s\" refused: it can't be written down that it is"
                        + " started: no space left"));
    }

    @Test
    void whatNoConfigurationNamesAnyMoreIsStoppedAsItWasStarted() {
        stage.configure(ONE);
        start();
        stage.restart(false);
        stage.configure("");
        stage.called();
        assertTrue(end().ok());
        assertEquals(List.of("stop app:a", "stop service:s"), stage.called());
        assertEquals(Set.of(), stage.ledger().keySet());
    }

    @Test
    void whatIsConfiguredOtherwiseByNowIsStoppedBothWays() {
        stage.configure(ONE);
        start();
        stage.restart(false);
        stage.configure(OTHER);
        stage.called();
        assertTrue(end().ok());
        assertEquals(List.of("stop app:a", "stop service:s", "stop app:b", "stop service:s"), stage.called());
    }

    @Test
    void aStopThatFailsStaysInTheLedgerAndPutsInWhatWasNotThere() {
        stage.configure(ONE);
        stage.agent("stop app:a", 1);
        assertFalse(end().ok());
        assertEquals(Set.of(S), stage.ledger().keySet(), "mounted by hand");
        stage.restart(false);
        stage.configure("");
        assertFalse(end().ok());
        stage.agent("stop app:a", 0);
        assertTrue(stop());
        assertEquals(Set.of(), stage.ledger().keySet());
    }

    /// What a write under way, or one that failed, may make of the file is not what the last good one said.
    @Test
    void nothingIsStartedOnAWordThatIsJustBeingTakenBack() {
        ResourceNode root = Agents.services(ONE).getFirst();
        var listing = new Listing();
        assertTrue(listing.list(S, root));
        assertNotNull(listing.ended(Objects.requireNonNull(listing.due(0)).number(), true, 0));
        assertFalse(listing.list(S, root), "it is there");
        assertTrue(listing.drop(S));
        Listing.Write taken = Objects.requireNonNull(listing.due(0));
        assertTrue(listing.list(S, root), "the write under way takes it out");
        assertNotNull(listing.ended(taken.number(), false, 0));
        assertTrue(listing.list(S, root), "nobody knows what the failed write has done");
        Listing.Write again = Objects.requireNonNull(listing.due(0));
        assertTrue(listing.current(again, S));
        assertNotNull(listing.ended(again.number(), true, 0));
        assertFalse(listing.list(S, root));
    }

    /// On a full disk: the ledger never said that the stop had failed, so there seemed to be nothing to write.
    @Test
    void aStopIsOverAlsoWhereTheLedgerNeverSaidThatTheLastOneHadFailed() {
        stage.configure(ONE);
        stage.ledgerFull(true);
        stage.agent("stop app:a", 1);
        assertFalse(end().ok());
        stage.agent("stop app:a", 0);
        assertTrue(end().ok());
        stage.ledgerFull(false);
        stage.tick(1_000);
        assertEquals(Set.of(), stage.ledger().keySet());
    }

    @Test
    void nothingElseOfAServiceIsStartedBeforeWhatRunsIsStopped() {
        stage.configure(ONE);
        start();
        stage.agent("stop app:a", 1);
        stop();
        stage.configure(OTHER);
        stage.called();
        assertFalse(start());
        assertEquals(List.of(), stage.called());
        stage.agent("stop app:a", 0);
        assertTrue(stop());
        assertTrue(start());
    }

    @Test
    void whereTheLedgerIsLostAllThatCannotBeStoppedCounts() {
        stage.restart(true);
        stage.incomplete("service:lame", "service:t");
        stage.configure(ONE + "<service name='t'/><service name='u'/>");
        stage.agent("stop service:u", 1);
        TreeResult end = end();
        assertEquals("service:lame service:t service:u", end.failed());
        assertEquals(
                Set.of("service:lame", "service:t", "service:u"), stage.ledger().keySet());
        stage.agent("stop service:u", 0);
        assertTrue(stage.perform("service:u", Operation.STOP).ok());
        assertFalse(stage.perform("service:t", Operation.STOP).ok(), "a part of it nobody can stop");
        assertFalse(stage.perform("service:lame", Operation.STOP).ok(), "nobody knows how");
        stage.incomplete();
        stage.configure("<service name='t'/><service name='lame'/>");
        assertTrue(stage.perform("service:t", Operation.STOP).ok());
        assertTrue(stage.perform("service:lame", Operation.STOP).ok());
        assertEquals(Set.of(), stage.ledger().keySet());
    }

    @Test
    void untilEverythingWasStoppedALostLedgerStaysLost() {
        stage.tellLedger();
        stage.restart(true);
        stage.configure(ONE);
        stage.agent("stop app:a", -1);
        stage.stopEverything();
        stage.play();
        assertTrue(stage.told().stream().noneMatch(line -> line.contains("ledger")), "all may still run");
        stage.end("stop app:a", 0);
        stage.play();
        assertTrue(stage.told().getLast().contains("ledger: []"));
    }

    @Test
    void whatCannotBeReadOfTheLedgerCannotBeStopped() {
        stage.ledger().put("service:gone", Optional.empty());
        stage.restart(false);
        stage.configure(ONE);
        assertEquals("service:gone", end().failed());
        assertTrue(start());
        assertEquals(Set.of("service:gone", S), stage.ledger().keySet());
    }

    @Test
    void aTreeIsReadAsItWasWritten() throws MalformedMessage {
        for (long seed = 1; seed <= 50; seed++) {
            ResourceNode root = new Shapes(new java.util.Random(seed)).service("s");
            assertEquals(root, TreeCodec.decode(TreeCodec.encode(root)), "-Dseed=" + seed);
        }
        ResourceNode real = Agents.services("<service name='s'><ip address='10.0.0.1'/><fs name='f' device='/dev/x'"
                        + " mountpoint='/m'><app name='a'/></fs></service>")
                .getFirst();
        byte[] octets = TreeCodec.encode(real);
        assertEquals(real, TreeCodec.decode(octets));
        for (int i = 0; i < octets.length; i++) {
            byte[] cut = Arrays.copyOf(octets, i);
            assertThrows(MalformedMessage.class, () -> TreeCodec.decode(cut), "cut after " + i);
        }
    }

    @Test
    void anImageHoldsTheLedger() {
        var run = new TreeRun();
        run.on(
                new TreeEvent.Configure(
                        Agents.services(ONE),
                        java.util.Collections.emptySortedSet(),
                        java.util.Collections.emptySortedMap()),
                0);
        run.on(new TreeEvent.Run(1, S, Operation.START), 0);
        var again = TreeRun.restore(run.image());
        var written = new TreeEvent.Written(1, "");
        assertEquals(run.on(written, 1), again.on(written, 1));
        assertEquals(run.image(), again.image());
    }

    @Test
    void aDecodedTreeHasTheAgentsOrder() throws MalformedMessage {
        ResourceNode root = Agents.services(ONE).getFirst();
        var found = new TreeMap<>(java.util.Map.of(S, Optional.of(TreeCodec.decode(TreeCodec.encode(root)))));
        stage.ledger().putAll(found);
        stage.restart(false);
        stage.configure("");
        end();
        assertEquals("a", stage.call("stop app:a").environment().get("OCF_RESKEY_name"));
        assertEquals(List.of("/agents/app.sh", "stop"), stage.call("stop app:a").command());
    }
}
