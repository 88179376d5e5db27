package io.muster.fence.daemon;

import io.muster.config.ConfigReader;
import io.muster.control.ControlServer;
import io.muster.control.Frame;
import io.muster.control.NotRunningException;
import io.muster.control.Session;
import io.muster.control.SessionHandler;
import io.muster.core.CauseId;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.driver.CauseIds;
import io.muster.driver.Loops;
import io.muster.fence.AgentCall;
import io.muster.fence.DomainReport;
import io.muster.fence.FenceEvent;
import io.muster.fence.FencePath;
import io.muster.fence.FenceReplay;
import io.muster.fence.FenceSettings;
import io.muster.fence.FenceSettings.Overrides;
import io.muster.fence.NodeFencing;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Level;
import io.muster.group.daemon.GroupClient;
import io.muster.group.daemon.ReplicaDriver;
import io.muster.group.daemon.ReplicaRecord;
import io.muster.machine.Program;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// fenced: a member of the fence domain, and the control socket to it.
///
/// At start it unfences its own node if cluster.conf says how, waits for cman, joins the domain (unless told not to)
/// and
/// from then on is needed: when it hangs cman puts it out of the domain after [#SILENT_MS], and when it isn't back
/// after
/// [#REQUIRED_MS] the node leaves the cluster. When cman goes, fenced ends with an error.
///
/// Thread: start and close from outside the loop; all else on it.
public final class FenceDaemon implements AutoCloseable {
    /// Longest time this loop may be silent before another node takes over.
    static final int SILENT_MS = 5_000;

    /// Longest time the node may live without its fenced.
    static final int REQUIRED_MS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger("fenced");
    private static final long CONNECT_RETRY_MS = 100;
    private static final long JOIN_RETRY_MS = 250;
    private static final int CONNECT_TRIES = 600;
    private static final long CONNECT_TIMEOUT_MS = 10_000;
    private static final long ACKNOWLEDGE_LIMIT_MS = 8_000;
    private static final long ACKNOWLEDGE_LOOK_MS = 20;

    /// How fenced was called.
    ///
    /// @param join whether to join the domain at once
    public record Options(boolean join, FenceSettings.Overrides overrides) {
        public static final Options DEFAULT = new Options(true, FenceSettings.Overrides.NONE);
    }

    private final Layout layout;
    private final EventLoop loop;
    private final Options options;
    private final Consumer<Throwable> fatal;
    private final AgentRunner runner;
    private final LogMemory memory = new LogMemory();
    private final FenceSettings settings;
    private final CauseIds ids = CauseIds.ofThisProcess();
    private @Nullable GroupClient client;
    private @Nullable Membership membership;
    private @Nullable ControlServer server;
    private boolean joining;

    /// Whether this node is to be in the domain, which is so before it is.
    private boolean wanted;

    private String refusal = "";
    private volatile boolean closing;

    private FenceDaemon(Layout layout, Options options, Consumer<Throwable> fatal) throws Exception {
        this.layout = layout;
        this.options = options;
        this.fatal = fatal;
        this.runner = new AgentRunner(layout);
        this.settings = FenceSettings.of(ConfigReader.read(layout.clusterConf()).orThrow())
                .overridden(options.overrides());
        this.loop = Loops.start("fenced");
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
                .main(args, context -> start(context.layout(), chosen[0], context::fatal));
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

    /// Starts with the usual options; returns once cman has been reached and the domain asked for.
    ///
    /// @param fatal ends the process
    /// @throws Exception when cluster.conf can't be used, unfencing fails or cman doesn't answer
    public static FenceDaemon start(Layout layout, Consumer<Throwable> fatal) throws Exception {
        return start(layout, Options.DEFAULT, fatal);
    }

    public static FenceDaemon start(Layout layout, Options options, Consumer<Throwable> fatal) throws Exception {
        var daemon = new FenceDaemon(layout, options, fatal);
        try {
            daemon.open();
            return daemon;
        } catch (Exception e) {
            daemon.close();
            throw e;
        }
    }

    private void open() throws Exception {
        GroupClient connected = connect();
        unfence(connected.nodeName());
        loop.submit(() -> {
                    client = connected;
                    if (options.join()) {
                        join();
                    }
                })
                .get();
        server = ControlServer.open(layout.socket("fenced"), loop, new Requests());
    }

    /// Waits for cman: units start in order, but "started" and "answers" aren't the same moment.
    private GroupClient connect() throws Exception {
        for (int tries = 1; ; tries++) {
            try {
                return GroupClient.connect(layout.socket("cman"), loop, new Entries())
                        .get(CONNECT_TIMEOUT_MS, TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof NotRunningException) || tries >= CONNECT_TRIES || closing) {
                    throw new IOException("cman: " + e.getCause(), e);
                }
                if (tries == 1) {
                    LOG.info("waiting for cman at {}", layout.socket("cman"));
                }
                TimeUnit.MILLISECONDS.sleep(CONNECT_RETRY_MS);
            } catch (TimeoutException e) {
                throw new IOException("cman doesn't answer within " + CONNECT_TIMEOUT_MS + " ms", e);
            }
        }
    }

    private void unfence(String nodeName) throws IOException {
        Optional<NodeFencing> self = settings.node(nodeName);
        for (AgentCall call : self.map(NodeFencing::unfence).orElse(java.util.List.of())) {
            Program.Result result = call.refusal().isPresent()
                    ? new Program.Result(1, call.refusal().get(), 0)
                    : runner.run(call, settings.agentTimeoutMs());
            if (result.status() != 0) {
                result.output().lines().forEach(text -> LOG.warn("agent \"{}\" reports: {}", call.agent(), text));
                throw new IOException("unfence " + nodeName + " failed: device " + call.deviceName() + " agent "
                        + call.agent() + ": see what it reports, then start fenced again");
            }
            LOG.info("unfence {} dev {} agent {} result: success", nodeName, call.device(), call.agent());
        }
    }

    /// After cman has hung up. If it is the same run of cman, this daemon was too slow and begins again with the state
    /// of
    /// the others; otherwise the node's membership is over, and so is fenced.
    private void comeBack(Node before, boolean rejoin) {
        GroupClient.connect(layout.socket("cman"), loop, new Entries()).whenComplete((again, failure) -> {
            if (failure != null || !again.self().equals(before)) {
                LOG.error("cluster is down, exiting");
                fatal.accept(new IOException("cman is gone"));
                return;
            }
            client = again;
            if (rejoin) {
                join();
            }
        });
    }

    private void join() {
        wanted = true;
        GroupClient cman = client;
        if (cman == null || membership != null || joining) {
            return;
        }
        joining = true;
        cman.join(Membership.GROUP, Optional.of(Level.FENCE), SILENT_MS).whenComplete((done, failure) -> {
            joining = false;
            if (failure != null) {
                joinLater(String.valueOf(failure.getMessage()));
                return;
            }
            refusal = "";
            if (!wanted) {
                cman.leave(Membership.GROUP);
                return;
            }
            // Before the first entry: the answer comes ahead of the stream.
            ids.nodeid(cman.self().nodeid());
            var record = new ReplicaRecord(FenceReplay.NAME, layout.record("fenced"), FenceReplay.CODEC);
            var setup = new ReplicaDriver.Setup(Membership.GROUP, cman, loop, ids, record, fatal);
            membership = new Membership(setup, settings, options.overrides(), runner, memory);
            cman.require(Membership.GROUP, REQUIRED_MS);
            say("joining the fence domain as node " + cman.self());
        });
    }

    /// A refusal passes: the connection of a fenced that was killed may not have ended yet, and without fencing nothing
    /// on
    /// this node would ever go on. When cman itself goes, [#comeBack] sees to it.
    private void joinLater(String why) {
        if (closing || !wanted) {
            return;
        }
        if (!why.equals(refusal)) {
            refusal = why;
            say("can't join the fence domain yet: " + why);
        }
        loop.schedule(
                () -> {
                    if (!closing && wanted) {
                        join();
                    }
                },
                JOIN_RETRY_MS,
                TimeUnit.MILLISECONDS);
    }

    private void leave() {
        wanted = false;
        GroupClient cman = client;
        Membership stay = membership;
        if (cman != null && stay != null) {
            cman.require(Membership.GROUP, 0);
            cman.leave(Membership.GROUP);
            membership = null;
            stay.close();
            say("left the fence domain");
        }
    }

    private void say(String text) {
        memory.add("INFO " + text);
        LOG.info("{}", text);
    }

    private DomainReport report() {
        Membership stay = membership;
        return stay == null ? DomainReport.absent() : stay.report();
    }

    @Override
    public void close() {
        closing = true;
        ControlServer open = server;
        if (open != null) {
            open.close();
        }
        if (!loop.isShuttingDown()) {
            loop.submit(() -> {
                        leave();
                        GroupClient cman = client;
                        if (cman != null) {
                            cman.close();
                        }
                    })
                    .awaitUninterruptibly(2_000);
        }
        Loops.stop(loop);
    }

    /// What cman says.
    private final class Entries implements GroupClient.Listener {
        @Override
        public void onEntry(String group, GroupEntry entry, CauseId cause) {
            Membership stay = membership;
            if (stay != null && group.equals(Membership.GROUP)) {
                stay.entry(entry, cause);
            }
        }

        @Override
        public void onAskShutdown(GroupClient cman) {
            // The node may go when nobody counts on it for fencing: that is when it is out of the domain.
            cman.answerShutdown(membership == null);
        }

        @Override
        public void onClose(String why) {
            GroupClient cman = client;
            if (closing || cman == null) {
                return;
            }
            Membership stay = membership;
            boolean joined = wanted;
            if (stay != null) {
                stay.close();
                membership = null;
            }
            LOG.warn("connection to cman ended: {}", why);
            comeBack(cman.self(), joined);
        }
    }

    /// What commands ask.
    private final class Requests implements SessionHandler {
        @Override
        public void onFrame(Session session, Frame frame) {
            if (frame.type() == FenceProtocol.REPORT) {
                session.reply(frame, FenceProtocol.REPORTED, report().encode());
            } else if (frame.type() == FenceProtocol.DUMP) {
                session.reply(frame, FenceProtocol.TEXT, dump().getBytes(StandardCharsets.UTF_8));
            } else if (!session.mayChange()) {
                refuse(session, frame, "permission denied");
            } else {
                change(session, frame);
            }
        }

        private void change(Session session, Frame frame) {
            try {
                switch (frame.type()) {
                    case FenceProtocol.JOIN -> {
                        join();
                        done(session, frame);
                    }
                    case FenceProtocol.LEAVE -> leaveUnlessBusy(session, frame);
                    case FenceProtocol.ACKNOWLEDGE ->
                        acknowledge(session, frame, frame.input().node());
                    case FenceProtocol.FENCED_OUTSIDE -> {
                        var outside = FenceProtocol.Outside.decode(frame.input());
                        tell(
                                session,
                                frame,
                                new FenceEvent.FencedOutside(
                                        outside.node(), outside.agent(), System.currentTimeMillis()));
                    }
                    case FenceProtocol.SERVICES_STOPPED ->
                        tell(session, frame, new FenceEvent.ServicesStopped(System.currentTimeMillis()));
                    case FenceProtocol.TRIED -> {
                        var tried = FenceProtocol.Tried.decode(frame.input());
                        GroupClient cman = client;
                        int self = cman == null ? 0 : cman.self().nodeid();
                        var trial = new FencePath.Trial(
                                tried.ok(), "status", tried.agent(), self, System.currentTimeMillis());
                        tell(session, frame, new FenceEvent.PathTried(tried.path(), trial));
                    }
                    default -> refuse(session, frame, "unknown request " + frame.type());
                }
            } catch (MalformedMessage e) {
                refuse(session, frame, "malformed request: " + e.getMessage());
            }
        }

        private void tell(Session session, Frame frame, FenceEvent event) {
            Membership stay = membership;
            if (stay == null) {
                refuse(session, frame, "this node isn't in the fence domain");
            } else {
                stay.post(event);
                done(session, frame);
            }
        }

        private void leaveUnlessBusy(Session session, Frame frame) {
            GroupClient cman = client;
            int self = cman == null ? 0 : cman.self().nodeid();
            Optional<DomainReport.VictimLine> busy = report().victims().stream()
                    .filter(victim -> victim.claimedBy() == self)
                    .findFirst();
            if (busy.isPresent()) {
                refuse(session, frame, "this node is fencing " + busy.get().name() + ": leave when that is done");
            } else {
                leave();
                done(session, frame);
            }
        }

        private void acknowledge(Session session, Frame frame, Node victim) {
            DomainReport report = report();
            if (!report.joined() || !report.quorate()) {
                refuse(session, frame, "this node isn't a quorate member of the fence domain");
            } else if (waiting(report, victim).isEmpty()) {
                refuse(session, frame, "run " + victim + " is no victim");
            } else {
                Membership stay = membership;
                if (stay != null) {
                    stay.post(new FenceEvent.Acknowledged(victim, System.currentTimeMillis()));
                }
                await(session, frame, victim, System.nanoTime() + ACKNOWLEDGE_LIMIT_MS * 1_000_000);
            }
        }

        /// The operator hears "done" when the log has it, not when it was sent.
        private void await(Session session, Frame frame, Node victim, long deadlineNs) {
            DomainReport report = report();
            if (report.joined() && waiting(report, victim).isEmpty()) {
                done(session, frame);
            } else if (System.nanoTime() - deadlineNs > 0) {
                refuse(session, frame, "the cluster hasn't taken it: see fence_tool ls, then try again");
            } else {
                loop.schedule(
                        () -> await(session, frame, victim, deadlineNs), ACKNOWLEDGE_LOOK_MS, TimeUnit.MILLISECONDS);
            }
        }

        private static Optional<DomainReport.VictimLine> waiting(DomainReport report, Node victim) {
            return report.victims().stream()
                    .filter(line -> line.node().equals(victim) && !line.proven())
                    .findFirst();
        }

        private static void done(Session session, Frame frame) {
            session.reply(frame, FenceProtocol.DONE, new byte[0]);
        }

        private static void refuse(Session session, Frame frame, String why) {
            session.reply(frame, FenceProtocol.REFUSED, why.getBytes(StandardCharsets.UTF_8));
        }

        private String dump() {
            DomainReport report = report();
            var text = new StringBuilder(memory.text());
            report.victims()
                    .forEach(victim -> text.append("victim ")
                            .append(victim.name())
                            .append(" run ")
                            .append(victim.node().incarnation())
                            .append(" cause ")
                            .append(victim.cause())
                            .append(" claimed by ")
                            .append(victim.claimedBy())
                            .append(victim.proven() ? " proven\n" : "\n"));
            report.paths()
                    .forEach(line -> text.append("path nodeid ")
                            .append(line.path().nodeid())
                            .append(" method ")
                            .append(line.path().method())
                            .append(" device ")
                            .append(line.path().device())
                            .append(line.trial().ok() ? " worked " : " failed ")
                            .append(line.trial().how())
                            .append(" agent ")
                            .append(line.trial().agent())
                            .append(" from ")
                            .append(line.trial().byNodeid())
                            .append(" at ")
                            .append(java.time.Instant.ofEpochMilli(line.trial().wallMs()))
                            .append('\n'));
            return text.toString();
        }
    }
}
