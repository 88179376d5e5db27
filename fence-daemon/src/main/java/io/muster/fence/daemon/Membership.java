package io.muster.fence.daemon;

import io.muster.core.CauseId;
import io.muster.fence.DomainReport;
import io.muster.fence.FenceDomain;
import io.muster.fence.FenceEffect;
import io.muster.fence.FenceEvent;
import io.muster.fence.FenceSettings;
import io.muster.group.GroupEntry;
import io.muster.group.daemon.GroupClient;
import io.muster.group.daemon.ReplicaDriver;
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
            ReplicaDriver.Setup setup,
            FenceSettings settings,
            FenceSettings.Overrides overrides,
            AgentRunner runner,
            LogMemory memory) {
        this.client = setup.client();
        this.memory = memory;
        this.domain = new FenceDomain(client.self(), settings, overrides);
        this.driver = new ReplicaDriver<>(setup, domain, this::perform);
        this.agents = new Agents(
                runner,
                (run, result, cause) -> driver.post(
                        new FenceEvent.AgentDone(
                                run, result.status(), result.output(), result.tookMs(), System.currentTimeMillis()),
                        cause));
    }

    void entry(GroupEntry entry, CauseId cause) {
        driver.entry(entry, cause);
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
            case FenceEffect.RunAgent run -> agents.start(run.run(), run.call(), run.timeoutMs(), cause);
            case FenceEffect.StopAgent(long run) -> agents.stop(run);
            case FenceEffect.ReportFenced(var victim, String how) -> client.reportFenced(victim, how, cause);
            case FenceEffect.ReportRecovered(long upTo) -> client.reportRecovered(GROUP, upTo, cause);
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
