package io.muster.fence.daemon;

import io.muster.core.CauseId;
import io.muster.driver.CauseIds;
import io.muster.driver.Recorder;
import io.muster.fence.DomainReport;
import io.muster.fence.FenceDomain;
import io.muster.fence.FenceEffect;
import io.muster.fence.FenceEvent;
import io.muster.fence.FenceSettings;
import io.muster.group.GroupEntry;
import io.muster.group.daemon.GroupClient;
import io.muster.group.daemon.ReplicaDriver;
import io.netty.channel.EventLoop;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One stay of this node in the fence domain, from joining to leaving: the core, its driver, and its agents.
///
/// Thread: the loop.
final class Membership implements AutoCloseable {
    static final String GROUP = "fence:default";

    private static final Logger LOG = LoggerFactory.getLogger("fenced");

    private final GroupClient client;
    private final FenceDomain domain;
    private final ReplicaDriver<FenceEvent, FenceEffect> driver;
    private final Agents agents;
    private final LogMemory memory;

    Membership(
            GroupClient client,
            EventLoop loop,
            FenceSettings settings,
            Function<byte[], Optional<FenceSettings>> reader,
            AgentRunner runner,
            LogMemory memory,
            Consumer<Throwable> fatal) {
        this.client = client;
        this.memory = memory;
        this.domain = new FenceDomain(client.self(), settings, reader);
        var setup = new ReplicaDriver.Setup<FenceEvent, FenceEffect>(
                GROUP, client, loop, CauseIds.ofThisProcess(), Recorder.none(), fatal);
        this.driver = new ReplicaDriver<>(setup, domain, this::perform);
        this.agents = new Agents(
                runner,
                (run, result) -> driver.post(new FenceEvent.AgentDone(
                        run, result.status(), result.output(), result.tookMs(), System.currentTimeMillis())));
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
    }
}
