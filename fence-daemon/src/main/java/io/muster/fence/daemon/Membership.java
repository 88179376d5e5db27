package io.muster.fence.daemon;

import io.muster.core.CauseId;
import io.muster.daemon.Layout;
import io.muster.driver.CauseIds;
import io.muster.driver.FlightRecorder;
import io.muster.driver.Recorder;
import io.muster.fence.DomainReport;
import io.muster.fence.FenceDomain;
import io.muster.fence.FenceEffect;
import io.muster.fence.FenceEvent;
import io.muster.fence.FenceSettings;
import io.muster.group.GroupEntry;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import io.muster.group.daemon.GroupClient;
import io.muster.group.daemon.ReplicaDriver;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One stay of this node in the fence domain, from joining to leaving: the core, its driver, and its agents.
///
/// Thread: the loop.
final class Membership implements AutoCloseable {
    static final String GROUP = "fence:default";

    private static final int SEGMENTS = 4;
    private static final int SEGMENT_OCTETS = 1 << 20;
    private static final Logger LOG = LoggerFactory.getLogger("fenced");

    private final GroupClient client;
    private final FenceDomain domain;
    private final ReplicaDriver<FenceEvent, FenceEffect> driver;
    private final Agents agents;
    private final LogMemory memory;
    private @Nullable FlightRecorder<ReplicaEvent<FenceEvent>, ReplicaEffect<FenceEffect>> recorder;

    Membership(
            GroupClient client,
            EventLoop loop,
            Layout layout,
            FenceSettings settings,
            FenceSettings.Overrides overrides,
            AgentRunner runner,
            LogMemory memory,
            Consumer<Throwable> fatal) {
        this.client = client;
        this.memory = memory;
        this.domain = new FenceDomain(client.self(), settings, overrides);
        var setup = new ReplicaDriver.Setup<FenceEvent, FenceEffect>(
                GROUP, client, loop, CauseIds.ofThisProcess(), new Late(), fatal);
        this.driver = new ReplicaDriver<>(setup, domain, this::perform);
        this.recorder = record(layout);
        this.agents = new Agents(
                runner,
                (run, result) -> driver.post(new FenceEvent.AgentDone(
                        run, result.status(), result.output(), result.tookMs(), System.currentTimeMillis())));
    }

    private @Nullable FlightRecorder<ReplicaEvent<FenceEvent>, ReplicaEffect<FenceEffect>> record(Layout layout) {
        try {
            return FlightRecorder.open(
                    layout.record("fenced"),
                    new FenceRecord(driver.replica()),
                    FlightRecorder.Limits.whole(SEGMENTS, SEGMENT_OCTETS));
        } catch (IOException e) {
            LOG.warn("{}: no flight record: {}", layout.record("fenced"), e.getMessage());
            return null;
        }
    }

    void entry(GroupEntry entry) {
        driver.entry(entry);
    }

    void post(FenceEvent event) {
        driver.post(event, CauseId.NONE);
    }

    DomainReport report() {
        return driver.replica().synced() ? domain.report() : DomainReport.absent();
    }

    FenceSettings settings() {
        return domain.settings();
    }

    private void perform(FenceEffect effect, CauseId cause) {
        switch (effect) {
            case FenceEffect.Propose ignored ->
                throw new IllegalStateException("a proposal belongs to the group, not to the performer");
            case FenceEffect.CheckQuorate(long check) ->
                client.stillQuorate()
                        .thenAccept(quorate -> driver.post(new FenceEvent.QuorateChecked(check, quorate), cause));
            case FenceEffect.RunAgent run -> agents.start(run.run(), run.call(), run.timeoutMs());
            case FenceEffect.StopAgent(long run) -> agents.stop(run);
            case FenceEffect.ReportFenced(var victim, String how) -> client.reportFenced(victim, how);
            case FenceEffect.ReportRecovered(long upTo) -> client.reportRecovered(GROUP, upTo);
            case FenceEffect.Log(FenceEffect.Level level, String text) -> {
                memory.add(level + " " + text);
                switch (level) {
                    case INFO -> LOG.info("{}", text);
                    case WARN -> LOG.warn("{}", text);
                    case ERROR -> LOG.error("{}", text);
                }
            }
        }
    }

    @Override
    public void close() {
        driver.close();
        agents.close();
        if (recorder != null) {
            recorder.close();
            recorder = null;
        }
    }

    /// The driver makes the replica, and the record begins with an image of the replica.
    private final class Late implements Recorder<ReplicaEvent<FenceEvent>, ReplicaEffect<FenceEffect>> {
        @Override
        public void before(long nowMs) {
            if (recorder != null) {
                recorder.before(nowMs);
            }
        }

        @Override
        public void after(
                long nowMs,
                CauseId id,
                CauseId parent,
                ReplicaEvent<FenceEvent> event,
                List<ReplicaEffect<FenceEffect>> effects) {
            if (recorder != null) {
                recorder.after(nowMs, id, parent, event, effects);
            }
        }
    }
}
