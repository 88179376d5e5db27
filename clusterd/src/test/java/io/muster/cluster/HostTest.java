package io.muster.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Each row of the table of who ends whom.
class HostTest {
    private final Host host = new Host();
    private long nowMs = 5_000;

    /// What it does, without its words.
    private List<HostEffect> on(HostEvent event) {
        var done = new ArrayList<>(host.on(event, nowMs));
        done.removeIf(HostEffect.Say.class::isInstance);
        return done;
    }

    private List<HostEffect> after(long ms) {
        nowMs += ms;
        return host.nextDeadlineMs() <= nowMs ? on(new HostEvent.Tick()) : List.of();
    }

    private static HostEffect kill(Hosted daemon) {
        return new HostEffect.Kill(daemon);
    }

    private static HostEffect start(Hosted daemon) {
        return new HostEffect.Start(daemon);
    }

    private static HostEvent ended(Hosted daemon) {
        return new HostEvent.Ended(daemon, "why");
    }

    @Test
    void aNodeThatHasLeftEndsInOrder() {
        assertEquals(List.of(new HostEffect.Leave()), on(new HostEvent.Left()));
        assertEquals(List.of(), on(ended(Hosted.RGMANAGER)), "it stops with the others");
    }

    @Test
    void cmanEndsAndTheProcessWaitsForTheServicesToBeStopped() {
        assertEquals(List.of(kill(Hosted.CMAN)), on(ended(Hosted.CMAN)));
        assertEquals(List.of(kill(Hosted.FENCED)), on(ended(Hosted.FENCED)), "cluster is down, exiting");
        assertEquals(List.of(), after(600_000), "a stop takes as long as it takes; nobody comes back");
        assertEquals(List.of(kill(Hosted.RGMANAGER), new HostEffect.End("why")), on(ended(Hosted.RGMANAGER)));
    }

    @Test
    void cmanEndsTwiceAsOne() {
        on(ended(Hosted.CMAN));
        assertEquals(List.of(), on(ended(Hosted.CMAN)));
        assertEquals(Long.MAX_VALUE, host.nextDeadlineMs());
    }

    @Test
    void fencedAndCcsdComeBackAfterASecondAndNothingElseIsTouched() {
        for (Hosted daemon : List.of(Hosted.FENCED, Hosted.CCSD)) {
            assertEquals(List.of(kill(daemon)), on(ended(daemon)));
            assertEquals(List.of(), after(999));
            assertEquals(List.of(start(daemon)), after(1));
            assertEquals(List.of(), after(1_000), "it is being started");
            on(new HostEvent.Started(daemon));
            assertEquals(List.of(kill(daemon)), on(ended(daemon)), "and again");
            after(1_000);
            on(new HostEvent.Started(daemon));
        }
    }

    @Test
    void rgmanagerComesBackToStopWhatItLeft() {
        assertEquals(List.of(kill(Hosted.RGMANAGER)), on(ended(Hosted.RGMANAGER)));
        assertEquals(List.of(), on(ended(Hosted.RGMANAGER)), "its other cores break with it");
        assertEquals(List.of(start(Hosted.RGMANAGER)), after(1_000));
    }

    @Test
    void whoCannotStartIsTriedAgain() {
        on(ended(Hosted.FENCED));
        after(1_000);
        assertEquals(List.of(), on(new HostEvent.NotStarted(Hosted.FENCED, "cluster.conf")));
        assertEquals(List.of(start(Hosted.FENCED)), after(1_000));
    }

    @Test
    void cmanEndsWhileRgmanagerIsAwayAndNobodyIsWaitedFor() {
        on(ended(Hosted.RGMANAGER));
        assertEquals(List.of(kill(Hosted.CMAN), new HostEffect.End("cman has ended")), on(ended(Hosted.CMAN)));
        assertEquals(List.of(), after(5_000));
    }
}
