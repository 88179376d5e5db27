package io.muster.fence.daemon;

import io.muster.config.ConfigReader;
import io.muster.core.CauseId;
import io.muster.core.Node;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.fence.AgentCall;
import io.muster.fence.DomainReport;
import io.muster.fence.FenceDomain;
import io.muster.fence.FenceEffect;
import io.muster.fence.FenceEvent;
import io.muster.fence.FenceSettings;
import io.muster.fence.FenceSettings.Overrides;
import io.muster.fence.NodeFencing;
import io.muster.finding.ConfigInvalid;
import io.muster.group.GroupEntry.Level;
import io.muster.machine.Program;
import io.muster.member.StayPolicy;
import io.muster.member.StayPolicy.Awaits;
import io.muster.member.StayPolicy.HangUp;
import io.muster.member.StayPolicy.MayLeave;
import io.muster.member.StayPolicy.Preparation;
import io.muster.member.daemon.Hands;
import io.muster.member.daemon.MemberDaemon;
import io.muster.member.daemon.MemberDaemon.Around;
import io.muster.os.RealMachine;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// fenced: a member of the fence domain, and the control socket to it.
///
/// At start it waits for cman, unfences its own node if cluster.conf says how, joins the domain (unless
/// told not to) and from then on is needed: when it hangs cman puts it out of the domain after
/// [#SILENT_MS], and when it isn't back after [#REQUIRED_MS] the node leaves the cluster. When cman
/// goes, fenced ends with an error.
///
/// Thread: start and close from outside the loop; all else on it.
public final class FenceDaemon implements AutoCloseable {
    /// The fence domain's group.
    public static final String GROUP = "fence:default";

    /// Longest time this loop may be silent before another node takes over.
    static final int SILENT_MS = 5_000;

    /// Longest time the node may live without its fenced.
    static final int REQUIRED_MS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger("fenced");

    private static final StayPolicy POLICY = new StayPolicy(
            GROUP,
            "the fence domain",
            Optional.of(Level.FENCE),
            SILENT_MS,
            REQUIRED_MS,
            Preparation.REACHED,
            Awaits.NOTHING,
            HangUp.SAME_RUN,
            MayLeave.OUTSIDE,
            false,
            100,
            60_000);

    /// How fenced was called.
    ///
    /// @param join whether to join the domain at once
    public record Options(boolean join, FenceSettings.Overrides overrides) {
        public static final Options DEFAULT = new Options(true, FenceSettings.Overrides.NONE);
    }

    private final Options options;
    private final Agents agents;
    private final LogMemory memory;
    private final MemberDaemon<FenceEvent, FenceEffect> member;
    private final Requests requests;
    private FenceSettings settings;
    private @Nullable FenceDomain domain;

    private FenceDaemon(Around around, Options options) throws IOException {
        this.options = options;
        this.agents = new Agents(around.machine(), around.layout());
        this.memory = new LogMemory(around.machine().clocks());
        this.settings = settings(around, options);
        var kind = new MemberDaemon.Kind("fenced", POLICY, options.join(), FenceReplay.NAME, FenceReplay.CODEC);
        this.member = MemberDaemon.of(around, kind, new FenceHands());
        this.requests = new Requests(this, around.machine().dice().nextLong());
    }

    private static FenceSettings settings(Around around, Options options) throws IOException {
        var path = around.layout().clusterConf();
        byte[] octets = around.machine()
                .files()
                .read(path, ConfigReader.MAX_BYTES + 1)
                .orElseThrow(() -> new IOException(path + ": no such file"));
        try {
            return FenceSettings.of(ConfigReader.parse(octets, path.toString()).orThrow())
                    .overridden(options.overrides());
        } catch (ConfigInvalid e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    public static void main(String[] args) {
        var chosen = new Options[] {Options.DEFAULT};
        Daemon.named("fenced")
                .options("cNj:T:", """
                          -c       clean start: fence nobody at start-up
                          -N       don't join the fence domain: fence_tool join does
                          -j SEC   post_join_delay, whatever cluster.conf says
                          -T SEC   kill an agent that runs longer (300)
                        """, (letter, argument) -> {
                    Optional<Options> next = option(chosen[0], letter, argument);
                    next.ifPresent(options -> chosen[0] = options);
                    return next.isPresent();
                })
                .readyLater()
                .main(
                        args,
                        context -> start(
                                Around.of(RealMachine.of("fenced"), context.layout(), context::ready, context::fatal),
                                chosen[0]));
    }

    private static Optional<Options> option(Options now, int letter, @Nullable String argument) {
        try {
            Overrides by = now.overrides();
            int number = argument == null ? 0 : Integer.parseInt(argument);
            return Optional.of(
                    switch (letter) {
                        case 'c' ->
                            new Options(now.join(), new Overrides(true, by.postJoinDelaySec(), by.agentTimeoutMs()));
                        case 'N' -> new Options(false, by);
                        case 'j' ->
                            new Options(now.join(), new Overrides(by.cleanStart(), number, by.agentTimeoutMs()));
                        default ->
                            new Options(
                                    now.join(), new Overrides(by.cleanStart(), by.postJoinDelaySec(), number * 1000L));
                    });
        } catch (NumberFormatException e) {
            System.err.println("fenced: -" + (char) letter + " \"" + argument + "\": not a number of seconds");
            return Optional.empty();
        }
    }

    /// Starts with the usual options; what takes time (cman, unfencing) happens in the background.
    ///
    /// @param fatal ends the process
    /// @throws IOException when cluster.conf can't be used, or another fenced runs
    public static FenceDaemon start(Layout layout, Consumer<Throwable> fatal) throws IOException {
        return start(Around.of(RealMachine.of("fenced"), layout, () -> {}, fatal), Options.DEFAULT);
    }

    /// Starts the daemon on a machine, which it ends with itself, also when it can't start.
    public static FenceDaemon start(Around around, Options options) throws IOException {
        try {
            var daemon = new FenceDaemon(around, options);
            daemon.member.serve(daemon.requests);
            daemon.member.begin();
            return daemon;
        } catch (IOException e) {
            around.machine().close();
            throw e;
        }
    }

    /// What this node knows of the domain, for commands and checkers. On the loop.
    public DomainReport report() {
        FenceDomain core = domain;
        return core != null && member.synced() ? core.report() : DomainReport.absent();
    }

    /// How a node is fenced that cluster.conf has no more, by its former name or its nodeid. On the
    /// loop.
    Optional<NodeFencing> former(String name) {
        FenceDomain core = domain;
        return core == null || !member.synced() ? Optional.empty() : core.former(name);
    }

    /// Whether this run of this node has completed the domain. On the loop.
    boolean completed(Node run) {
        FenceDomain core = domain;
        return core != null
                && member.synced()
                && member.client().filter(cman -> cman.self().equals(run)).isPresent()
                && core.completed();
    }

    /// The daemon around the core.
    public MemberDaemon<FenceEvent, FenceEffect> member() {
        return member;
    }

    /// Why this node can't leave the domain just now.
    Optional<String> busy() {
        FenceDomain core = domain;
        return core == null ? Optional.empty() : core.busy();
    }

    String log() {
        return memory.text();
    }

    @Override
    public void close() {
        member.close();
    }

    private final class FenceHands implements Hands<FenceEvent, FenceEffect> {
        @Override
        public FenceDomain core(Node self) {
            var core = new FenceDomain(self, settings, options.overrides());
            domain = core;
            return core;
        }

        /// A state that comes as a whole says nothing of how nodes are fenced.
        @Override
        public void entered() {
            member.configuration(found ->
                    found.ifPresent(config -> member.post(new FenceEvent.Configured(FenceSettings.of(config)))));
        }

        @Override
        public void left() {
            FenceDomain core = domain;
            if (core != null) {
                // A configuration that came meanwhile counts for the next stay.
                settings = core.settings();
            }
            domain = null;
            agents.stopAll();
        }

        @Override
        public void abandon() {
            requests.abandon();
        }

        @Override
        public void said(String text) {
            memory.add("INFO " + text);
        }

        @Override
        public void prepare(String nodeName, Consumer<Optional<String>> then) {
            Optional<NodeFencing> self = settings.node(nodeName);
            unfence(nodeName, new ArrayDeque<>(self.map(NodeFencing::unfence).orElse(List.of())), then);
        }

        private void unfence(String nodeName, Deque<AgentCall> calls, Consumer<Optional<String>> then) {
            AgentCall call = calls.poll();
            if (call == null) {
                then.accept(Optional.empty());
                return;
            }
            Consumer<Program.Result> ended = result -> {
                if (result.status() == 0) {
                    LOG.info("unfence {} dev {} agent {} result: success", nodeName, call.device(), call.agent());
                    unfence(nodeName, calls, then);
                } else {
                    result.output().lines().forEach(text -> LOG.warn("agent \"{}\" reports: {}", call.agent(), text));
                    then.accept(Optional.of("unfence " + nodeName + " failed: device " + call.deviceName() + " agent "
                            + call.agent() + ": see what it reports, then start fenced again"));
                }
            };
            if (call.refusal().isPresent()) {
                ended.accept(new Program.Result(1, call.refusal().get(), 0));
            } else {
                agents.call(call, settings.agentTimeoutMs(), ended);
            }
        }

        @Override
        public void perform(FenceEffect effect, CauseId cause) {
            Consumer<FenceEvent> then = member.answering(cause);
            switch (effect) {
                case FenceEffect.Propose ignored ->
                    throw new IllegalStateException("a proposal belongs to the group, not to the performer");
                case FenceEffect.CheckQuorate(long check) ->
                    member.client()
                            .ifPresent(cman -> cman.stillQuorate(
                                    quorate -> then.accept(new FenceEvent.QuorateChecked(check, quorate))));
                case FenceEffect.RunAgent run ->
                    agents.start(
                            run.run(),
                            run.call(),
                            run.timeoutMs(),
                            result -> then.accept(new FenceEvent.AgentDone(
                                    run.run(), result.status(), result.output(), result.tookMs(), wallMs())));
                case FenceEffect.StopAgent(long run) -> agents.stop(run);
                case FenceEffect.ReportFenced(Node victim, String how) ->
                    member.client().ifPresent(cman -> cman.reportFenced(victim, how, cause));
                case FenceEffect.ReportRecovered(long upTo) ->
                    member.client().ifPresent(cman -> cman.reportRecovered(GROUP, upTo, cause));
                case FenceEffect.Answer(long question, String refusal) -> requests.answer(question, refusal);
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
    }

    /// For display.
    long wallMs() {
        return member.machine().clocks().wallMs();
    }
}
