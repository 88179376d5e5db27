package io.muster.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/// One rule each, in virtual time. The transcripts beside this tell whole stories.
class TreeRunTest {
    private static final String S = "service:s";

    private final TreeStage stage = new TreeStage();

    private void configure(String marksOfB) {
        stage.configure("<service name='s'><app name='a'/><app name='b' %s/></service>".formatted(marksOfB));
    }

    private TreeResult perform(Operation operation) {
        return stage.perform(S, operation);
    }

    /// Looks as rgmanager does, each ten seconds, until it is so.
    private TreeResult look(int times) {
        TreeResult result = TreeResult.GOOD;
        for (int i = 0; i < times; i++) {
            stage.pass(10_000);
            result = perform(Operation.STATUS);
        }
        return result;
    }

    @Test
    void startAndStopWalkTheTree() {
        configure("");
        assertTrue(perform(Operation.START).ok());
        assertEquals(List.of("start service:s", "start app:a", "start app:b"), stage.called());
        assertTrue(perform(Operation.STOP).ok());
        assertEquals(List.of("stop app:b", "stop app:a", "stop service:s"), stage.called());
    }

    @Test
    void theFirstFailureEndsAStart() {
        configure("");
        stage.agent("start app:a", 1);
        assertEquals(new TreeResult(false, false, "app:a", 1), perform(Operation.START));
        assertEquals(List.of("start service:s", "start app:a"), stage.called());
    }

    @Test
    void aStopGoesOnAfterAFailureAndReportsIt() {
        configure("");
        stage.agent("stop app:b", 1);
        stage.agent("stop app:a", 4);
        assertEquals(new TreeResult(false, false, "app:b", 1), perform(Operation.STOP));
        assertEquals(List.of("stop app:b", "stop app:a", "stop service:s"), stage.called());
    }

    @Test
    void notInstalledCountsAsStoppedOnlyWhereNothingRan() {
        configure("");
        stage.agent("stop app:b", 5);
        assertTrue(perform(Operation.STOP).ok());
        assertTrue(perform(Operation.START).ok());
        assertEquals(new TreeResult(false, false, "app:b", 5), perform(Operation.STOP));
    }

    @Test
    void withoutProvenQuorumNoAgentIsStarted() {
        configure("");
        stage.quorate(false);
        assertFalse(perform(Operation.START).ok());
        assertEquals(List.of(), stage.called());
    }

    @Test
    void quorumIsAskedForBeforeEachStartAndTheAnswerServesOnce() {
        configure("");
        stage.silent(true);
        stage.ask(S, Operation.START);
        stage.play();
        stage.answer(true);
        assertEquals(List.of("start service:s"), stage.called());
        stage.answer(true);
        assertEquals(List.of(), stage.called(), "an old answer while the agent runs");
        stage.play();
        assertEquals(List.of(), stage.called(), "an old answer for the next agent");
        stage.answer(true);
        assertEquals(List.of("start app:a"), stage.called());
    }

    @Test
    void aYesThatCrossesTheLossOfQuorumIsWorthNothing() {
        configure("");
        stage.silent(true);
        long start = stage.ask(S, Operation.START);
        stage.play();
        stage.post(new TreeEvent.Bar());
        stage.post(new TreeEvent.Unbar());
        stage.answer(true);
        stage.play();
        assertEquals(List.of(), stage.called());
        assertFalse(stage.result(start).ok());
    }

    @Test
    void aFailedCheckIsTheServicesFailure() {
        configure("");
        perform(Operation.START);
        stage.agent("status app:b", 7);
        stage.agent("recover app:b", 1);
        assertEquals(new TreeResult(false, false, "app:b", 7), look(3));
    }

    @Test
    void aCheckIsDueWhenItsIntervalHasPassedSinceTheStart() {
        configure("");
        perform(Operation.START);
        stage.called();
        look(1);
        assertEquals(List.of(), stage.called());
        look(1);
        assertEquals(List.of("status app:a", "status app:b"), stage.called());
    }

    @Test
    void aFailureIsFoundAgainUntilTheNextCheckIsDue() {
        configure("");
        perform(Operation.START);
        stage.agent("status app:b", 1);
        stage.agent("recover app:b", 1);
        assertFalse(look(2).ok());
        stage.agent("status app:b", 0);
        stage.called();
        assertFalse(perform(Operation.STATUS).ok());
        assertEquals(List.of("recover app:b"), stage.called());
        assertTrue(look(2).ok());
    }

    @Test
    void whatTheAgentMendsByItselfIsNobodysFailure() {
        configure("");
        perform(Operation.START);
        stage.agent("status app:b", 1);
        assertTrue(look(2).ok());
        stage.called();
        assertTrue(perform(Operation.STATUS).ok());
        assertEquals(List.of(), stage.called());
    }

    @Test
    void anIndependentPartIsRepairedAlone() {
        configure("__independent_subtree='1'");
        perform(Operation.START);
        stage.agent("status app:b", 1);
        stage.agent("recover app:b", 1);
        stage.called();
        assertTrue(look(2).ok());
        assertEquals(
                List.of("status app:a", "status app:b", "recover app:b", "stop app:b", "start app:b"), stage.called());
    }

    @Test
    void aRepairThatFailsIsTheServicesFailure() {
        configure("__independent_subtree='1'");
        perform(Operation.START);
        stage.agent("status app:b", 3);
        stage.agent("recover app:b", 1);
        stage.agent("start app:b", 1);
        assertEquals(new TreeResult(false, false, "app:b", 3), look(2));
    }

    @Test
    void aServiceThatIsStoppedIsNotRepaired() {
        configure("__independent_subtree='1'");
        perform(Operation.START);
        stage.agent("status app:b", 1);
        stage.agent("recover app:b", 1);
        perform(Operation.STOP);
        stage.called();
        assertFalse(perform(Operation.STATUS).ok());
        assertFalse(stage.called().contains("start app:b"));
    }

    @Test
    void aNonCriticalPartStaysOffAndComesBackWhenAsked() {
        configure("__independent_subtree='2'");
        perform(Operation.START);
        stage.agent("status app:b", 1);
        stage.agent("recover app:b", 1);
        assertEquals(TreeResult.PARTIAL, look(2));
        stage.agent("status app:b", 0);
        stage.called();
        assertEquals(TreeResult.PARTIAL, perform(Operation.STATUS));
        assertEquals(List.of(), stage.called());
        assertEquals(TreeResult.GOOD, perform(Operation.CONVALESCE));
        assertEquals(List.of("start app:b"), stage.called());
        assertEquals(TreeResult.GOOD, perform(Operation.STATUS));
    }

    @Test
    void anAgentKilledAtItsLimitHasFailed() {
        configure("__enforce_timeouts='1'");
        stage.agent("start app:b", -1);
        long start = stage.ask(S, Operation.START);
        stage.play();
        assertEquals(10_000, stage.call("start app:b").limitMs());
        assertEquals(0, stage.call("start app:a").limitMs());
        stage.end("start app:b", TreeEvent.AgentEnded.TIMED_OUT);
        assertEquals(new TreeResult(false, false, "app:b", 1), stage.result(start));
    }

    @Test
    void operationsOnOneServiceRunInTheOrderAsked() {
        configure("");
        stage.agent("start app:a", -1);
        stage.ask(S, Operation.START);
        stage.ask(S, Operation.STOP);
        stage.ask(S, Operation.START);
        stage.play();
        assertEquals(List.of("start service:s", "start app:a"), stage.called());
        stage.agent("start app:a", 0);
        stage.end("start app:a", 0);
        stage.play();
        assertEquals(
                List.of(
                        "start app:b",
                        "stop app:b",
                        "stop app:a",
                        "stop service:s",
                        "start service:s",
                        "start app:a",
                        "start app:b"),
                stage.called());
    }

    @Test
    void servicesDontWaitForEachOther() {
        stage.configure("<service name='s'/><service name='t'/>");
        stage.agent("start service:s", -1);
        stage.ask(S, Operation.START);
        assertTrue(stage.perform("service:t", Operation.START).ok());
    }

    @Test
    void agentsAreToldWhereElseTheirResourceIsUp() {
        stage.configure("""
                <resources><app name='x'/></resources><service name='s'><app ref='x'/></service>
                <service name='t'><app ref='x'/><script name='y' file='/y'><app ref='x'/></script></service>
                """);
        perform(Operation.START);
        assertEquals("0", others("start app:x"));
        stage.perform("service:t", Operation.START);
        // Its own first one, and the other service's.
        assertEquals("2", others("start app:x"));
        perform(Operation.STOP);
        assertEquals("2", others("stop app:x"));
        stage.perform("service:t", Operation.STOP);
        assertEquals("0", others("stop app:x"));
    }

    private String others(String call) {
        return String.valueOf(stage.call(call).environment().get("OCF_RESKEY_RGMANAGER_meta_refcnt"));
    }

    @Test
    void whatWasStartedIsStoppedAsItWasStarted() {
        stage.configure("<service name='s'><app name='a' mode='old'/><app name='b'/></service>");
        perform(Operation.START);
        stage.configure("<service name='s'><app name='a' mode='new'/></service>");
        perform(Operation.STOP);
        assertEquals("old", stage.call("stop app:a").environment().get("OCF_RESKEY_mode"));
        assertTrue(stage.called().contains("stop app:b"));
        perform(Operation.START);
        assertEquals("new", stage.call("start app:a").environment().get("OCF_RESKEY_mode"));
        assertFalse(stage.called().contains("start app:b"));
    }

    @Test
    void aServiceThatIsConfiguredNoMoreIsStoppedUntilThatSucceeds() {
        configure("");
        perform(Operation.START);
        stage.configure("");
        stage.agent("stop app:a", 1);
        assertEquals("service:s", stage.result(stopEverything()).failed());
        stage.agent("stop app:a", 0);
        stage.called();
        assertTrue(stage.result(stopEverything()).ok());
        assertEquals(List.of("stop app:b", "stop app:a", "stop service:s"), stage.called());
        assertTrue(stage.result(stopEverything()).ok());
        assertEquals(List.of(), stage.called());
    }

    private long stopEverything() {
        long ticket = stage.stopEverything();
        stage.play();
        return ticket;
    }

    @Test
    void aStopThatFailsWhileItsServiceIsTakenOutIsTriedAgain() {
        configure("");
        stage.agent("stop app:b", -1);
        stage.ask(S, Operation.STOP);
        stage.configure("");
        long everything = stage.stopEverything();
        stage.agent("stop app:b", 0);
        stage.called();
        stage.end("stop app:b", 1);
        stage.play();
        assertTrue(stage.result(everything).ok());
        assertEquals(
                List.of("stop app:a", "stop service:s", "stop app:b", "stop app:a", "stop service:s"), stage.called());
    }

    @Test
    void withoutServicesEverythingIsStoppedAtOnce() {
        assertTrue(stage.result(stage.stopEverything()).ok());
    }

    @Test
    void whatCantBeBuiltIsStoppedButNeverStarted() {
        assertTrue(stage.perform("service:x", Operation.STOP).ok());
        assertFalse(stage.perform("service:x", Operation.START).ok());
        assertFalse(stage.perform("service:x", Operation.STATUS).ok());
    }

    @Test
    void everyAgentIsToldOfANewConfigurationWhateverTheOthersMakeOfIt() {
        configure("");
        perform(Operation.START);
        stage.called();
        stage.agent("reconfig app:a", 2);
        assertEquals(new TreeResult(false, false, "app:a", 2), perform(Operation.RECONFIG));
        assertEquals(List.of("reconfig service:s", "reconfig app:a", "reconfig app:b"), stage.called());
    }

    @Test
    void whatCantMigrateSaysSo() {
        configure("");
        assertEquals(new TreeResult(false, false, S, 3), perform(Operation.MIGRATE));
    }

    @Test
    void anAnswerNobodyWaitsForIsIgnored() {
        configure("");
        stage.post(new TreeEvent.AgentEnded(77, 0, 1));
        stage.post(new TreeEvent.MayStart(77, true));
        assertEquals(List.of(), stage.called());
    }
}
