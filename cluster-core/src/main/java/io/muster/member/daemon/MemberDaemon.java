package io.muster.member.daemon;

import io.muster.cman.client.CmanView;
import io.muster.cman.client.GroupClient;
import io.muster.config.ClusterConfig;
import io.muster.config.LastReading;
import io.muster.config.daemon.Logging;
import io.muster.control.ControlSocket;
import io.muster.control.Limits;
import io.muster.control.NotRunningException;
import io.muster.control.SessionHandler;
import io.muster.core.CauseId;
import io.muster.core.Node;
import io.muster.daemon.Layout;
import io.muster.driver.CauseIds;
import io.muster.driver.EventDriver;
import io.muster.driver.FlightRecorder;
import io.muster.driver.Patience;
import io.muster.driver.RecordCodec;
import io.muster.driver.Recordable;
import io.muster.driver.Recorder;
import io.muster.group.GroupEntry;
import io.muster.machine.Machine;
import io.muster.machine.Machine.Outcome;
import io.muster.member.Stay;
import io.muster.member.StayEffect;
import io.muster.member.StayEvent;
import io.muster.member.StayPolicy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one shell of every daemon that agrees with its like on other nodes: performs what its [Stay]
/// decides, runs its replica, serves its control socket.
///
/// A daemon's author writes a replicated core, a [StayPolicy] and [Hands]; see `docs/adding-a-daemon.md`.
///
/// Thread: [#serve], [#begin], [#stop], [#close] and [#kill] from any but the loop; the rest on the loop.
///
/// @param <E> local events of the core
/// @param <F> effects of the core
public final class MemberDaemon<E, F> implements AutoCloseable {
    /// The process around it.
    ///
    /// @param machine the daemon's own; ended with it
    /// @param records who sees the steps of its cores
    /// @param ready the daemon has come as far as its unit's start promises
    /// @param fatal ends the process
    public record Around(Machine machine, Layout layout, Records records, Runnable ready, Consumer<Throwable> fatal) {
        /// The usual one, with flight records.
        public static Around of(Machine machine, Layout layout, Runnable ready, Consumer<Throwable> fatal) {
            return new Around(machine, layout, Records.flight(layout), ready, fatal);
        }
    }

    /// What the daemon is.
    ///
    /// @param name of its socket, its records and its log
    /// @param wanted whether it joins at once
    /// @param recordName of the replica's replay factory
    /// @param codec of the replica's events and effects
    public record Kind(String name, StayPolicy policy, boolean wanted, String recordName, RecordCodec codec) {}

    /// How long the loop may take to end after the last word of the stay.
    private static final long END_MS = 5_000;

    /// For daemons that have nothing to hand over.
    private static final long SHORT_MS = 2_000;

    private final Around around;
    private final Kind kind;
    private final Hands<E, F> hands;
    private final Logger log;
    private final CauseIds ids;
    private final Stay stay;
    private final List<Runnable> records = new ArrayList<>();
    private final EventDriver<StayEvent, StayEffect> driver;
    private final Patience over = new Patience();
    private final LastReading lastRead = new LastReading();
    private @Nullable Cman cman;
    private @Nullable ReplicaDriver<E, F> replica;
    private ControlSocket.@Nullable Server server;

    private MemberDaemon(Around around, Kind kind, Hands<E, F> hands) {
        this.around = around;
        this.kind = kind;
        this.hands = hands;
        this.log = LoggerFactory.getLogger(kind.name());
        this.ids = new CauseIds(0, around.machine().dice().nextInt());
        this.stay = new Stay(kind.policy());
        this.driver = EventDriver.of(kind.name(), stay)
                .loop(around.machine().loop())
                .clocks(around.machine().clocks())
                .performer(this::perform)
                .tick(new StayEvent.Tick())
                .stallEvent(ms -> new StayEvent.Tick())
                .ids(ids)
                .recorder(record(kind.name() + "-stay", new StayRecord(stay), StayRecord.LIMITS))
                .fatal(around.fatal())
                .start();
    }

    /// Makes a daemon that does nothing yet; its hands may hold it.
    public static <E, F> MemberDaemon<E, F> of(Around around, Kind kind, Hands<E, F> hands) {
        return new MemberDaemon<>(around, kind, hands);
    }

    /// Serves the control socket.
    ///
    /// @throws IOException when another one runs already, or the socket can't be made
    public void serve(SessionHandler handler) throws IOException {
        server = around.machine().sockets().serve(around.layout().socket(kind.name()), handler, Limits.DEFAULT);
    }

    /// Sets the stay going.
    public void begin() {
        driver.post(new StayEvent.Begin(kind.wanted()));
    }

    // ---- for the daemon, on the loop

    public Machine machine() {
        return around.machine();
    }

    public Layout layout() {
        return around.layout();
    }

    /// The way to cman; empty while there is none.
    public Optional<GroupClient> client() {
        return Optional.ofNullable(cman).map(c -> c.client);
    }

    /// The replica, while this daemon is in its group.
    public Optional<ReplicaDriver<E, F>> replica() {
        return Optional.ofNullable(replica);
    }

    /// Whether this daemon is in its group and has the group's state.
    public boolean synced() {
        return replica != null && replica.replica().synced();
    }

    /// Gives the core a local event.
    ///
    /// @return false when there is no core to take it
    public boolean post(E event) {
        return post(event, CauseId.NONE);
    }

    /// The same, of known origin.
    public boolean post(E event, CauseId cause) {
        ReplicaDriver<E, F> running = replica;
        if (running == null) {
            return false;
        }
        running.post(event, cause);
        return true;
    }

    /// What comes back later, from beside the loop, is for the replica that asked and no other.
    public Consumer<E> answering(CauseId cause) {
        ReplicaDriver<E, F> asked = replica;
        return event -> {
            if (asked != null && replica == asked) {
                asked.post(event, cause);
            }
        };
    }

    /// An operator wants this daemon in its group, or out of it.
    public void want(boolean in) {
        driver.post(new StayEvent.Want(in));
    }

    /// The core says that nothing of this daemon runs here any more and all know it.
    public void handedOver() {
        driver.post(new StayEvent.HandedOver());
    }

    public Stay stay() {
        return stay;
    }

    /// A recorder for another core of this daemon; closed with the daemon.
    public <A, B> Recorder<A, B> record(String name, Recordable<A, B> core, FlightRecorder.Limits limits) {
        Records.Open<A, B> open = around.records().core(name, core, limits);
        records.add(open.close());
        return open.recorder();
    }

    /// Numbers the events of this daemon's drivers.
    public CauseIds ids() {
        return ids;
    }

    /// Ends the process: something of ours is broken.
    public void fatal(Throwable why) {
        around.fatal().accept(why);
    }

    /// Tells the daemon to end. Thread: any.
    ///
    /// @param limitMs how long handing over may take
    public void stop(long limitMs) {
        driver.post(new StayEvent.Stop(limitMs));
    }

    /// Ends the daemon and waits for that.
    @Override
    public void close() {
        close(SHORT_MS);
    }

    /// Ends the daemon and waits for that.
    ///
    /// @param limitMs how long handing over may take
    public void close(long limitMs) {
        stop(limitMs);
        over.await(limitMs + END_MS);
        kill();
    }

    /// Ends the daemon at once and without a word to anybody, as a kill of its process does: to cman it is
    /// one that broke. What agents are at work go on, but for those tied to it.
    public void kill() {
        ControlSocket.Server socket = server;
        if (socket != null) {
            socket.close();
        }
        driver.close();
        // The end of a loop doesn't always end its connections.
        around.machine().loop().execute(this::hangUp);
        around.machine().close();
        records.forEach(Runnable::run);
    }

    // ---- effects

    private void perform(StayEffect effect, CauseId cause) {
        switch (effect) {
            case StayEffect.Prepare(String nodeName) ->
                hands.prepare(
                        nodeName,
                        failure -> driver.post(
                                failure.isEmpty()
                                        ? new StayEvent.Prepared()
                                        : new StayEvent.Unprepared(failure.get())));
            case StayEffect.Connect() ->
                GroupClient.connect(around.machine(), around.layout().socket("cman"), new Entries());
            case StayEffect.Look() -> look();
            case StayEffect.Join join -> join(join);
            case StayEffect.Enter(Node self) -> enter(self);
            case StayEffect.Exit() -> exit();
            case StayEffect.Part(String group) -> client().ifPresent(c -> c.leave(group));
            case StayEffect.HangUp() -> hangUp();
            case StayEffect.AnswerShutdown(boolean yes) -> client().ifPresent(c -> c.answerShutdown(yes));
            case StayEffect.Abandon() -> hands.abandon();
            case StayEffect.Bar(boolean barred) -> hands.bar(barred);
            case StayEffect.HandOver() -> hands.handOver();
            case StayEffect.StopAlone() -> hands.stopAlone(unclean -> driver.post(new StayEvent.StoppedAlone(unclean)));
            case StayEffect.Ready() -> around.ready().run();
            case StayEffect.End(boolean wanted, String why) -> end(wanted, why);
            case StayEffect.StateChanged(String from, String to, String reason) ->
                log.debug("group={} {} -> {}: {}", kind.policy().group(), from, to, reason);
            case StayEffect.Say(var loudness, String text) -> say(loudness, text);
        }
    }

    private void join(StayEffect.Join join) {
        Cman asked = cman;
        if (asked == null || asked.client == null) {
            return;
        }
        asked.client.join(join.group(), join.level(), join.silentMs(), join.requiredMs(), reply -> {
            if (cman == asked) {
                driver.post(reply.ok() ? new StayEvent.Joined() : new StayEvent.Refused(reply.why()));
            }
        });
    }

    private void enter(Node self) {
        GroupClient client = client().orElseThrow();
        ids.nodeid(self.nodeid());
        var setup = new ReplicaDriver.Setup<E, F>(
                kind.policy().group(),
                client,
                around.machine(),
                ids,
                replica -> around.records().replica(kind.name(), kind.recordName(), kind.codec(), replica),
                () -> driver.post(new StayEvent.Synced()),
                around.fatal());
        replica = new ReplicaDriver<>(setup, hands.core(self), hands::perform);
        hands.entered();
    }

    private void exit() {
        ReplicaDriver<E, F> gone = replica;
        replica = null;
        if (gone != null) {
            gone.close();
            hands.left();
        }
    }

    private void hangUp() {
        Cman gone = cman;
        cman = null;
        if (gone != null && gone.client != null) {
            gone.client.close();
        }
    }

    private void end(boolean wanted, String why) {
        exit();
        hangUp();
        over.end();
        if (!wanted) {
            around.fatal().accept(new IOException(why));
        }
    }

    private void say(StayEffect.Loudness loudness, String text) {
        switch (loudness) {
            case INFO -> log.info("{}", text);
            case WARN -> log.warn("{}", text);
            case ERROR -> log.error("{}", text);
        }
        hands.said(text);
    }

    /// cman's status, and the configuration in force.
    private void look() {
        Cman asked = cman;
        if (asked == null || asked.client == null) {
            return;
        }
        GroupClient client = asked.client;
        client.status(view -> {
            if (cman == asked && view.isEmpty()) {
                driver.post(new StayEvent.NotSeen());
            } else if (cman == asked) {
                configuration(config -> looked(client.self(), view.get(), config));
            }
        });
    }

    /// Asks cman for the cluster.conf in force. This node's file may be another one, which the cluster has
    /// refused.
    ///
    /// @param then isn't called when cman goes meanwhile; empty while this node's cman has yet to get it
    public void configuration(Consumer<Optional<ClusterConfig>> then) {
        Cman asked = cman;
        if (asked == null || asked.client == null) {
            return;
        }
        asked.client.document(document -> {
            if (cman != asked) {
                return;
            }
            // A large one takes its time.
            around.machine().beside("cluster.conf", () -> document.flatMap(lastRead::config), outcome -> {
                if (cman == asked) {
                    then.accept(
                            outcome instanceof Outcome.Done<Optional<ClusterConfig>>(var read)
                                    ? read
                                    : Optional.empty());
                }
            });
        });
    }

    private void looked(Node self, CmanView view, Optional<ClusterConfig> config) {
        config.ifPresent(read -> Logging.apply(kind.name(), read, around.layout()));
        config.ifPresent(hands::found);
        boolean fenceable = config.flatMap(c -> c.node(self.nodeid()))
                .filter(node -> !node.methods().isEmpty())
                .isPresent();
        boolean inDomain = view.status().groups().stream()
                .anyMatch(g -> g.group().name().equals(FENCE_GROUP)
                        && g.group().members().containsKey(self));
        int agreed = view.status().configVersion();
        int have = config.map(ClusterConfig::version).orElse(0);
        if (!fenceable && !inDomain) {
            driver.post(new StayEvent.Looked(agreed, have, false, false));
            return;
        }
        Cman asked = cman;
        AskFencing.complete(around.machine(), around.layout(), self, complete -> {
            if (cman == asked) {
                driver.post(new StayEvent.Looked(agreed, have, true, complete));
            }
        });
    }

    /// Whose members are fenced.
    static final String FENCE_GROUP = "fence:default";

    /// One connection to cman, and what it says.
    private static final class Cman {
        private final GroupClient client;

        Cman(GroupClient client) {
            this.client = client;
        }
    }

    private final class Entries implements GroupClient.Listener {
        private @Nullable Cman mine;

        @Override
        public void onOpen(GroupClient client) {
            if (stay.over()) {
                client.close();
                return;
            }
            var connected = new Cman(client);
            mine = connected;
            cman = connected;
            driver.post(new StayEvent.Reached(client.self(), client.nodeName()));
        }

        @Override
        public void onUnreachable(IOException why) {
            driver.post(
                    new StayEvent.Unreachable(String.valueOf(why.getMessage()), why instanceof NotRunningException));
        }

        @Override
        public void onEntry(String group, GroupEntry entry, CauseId cause) {
            ReplicaDriver<E, F> running = replica;
            if (cman != mine || running == null || !group.equals(kind.policy().group())) {
                return;
            }
            if (entry instanceof GroupEntry.Quorum(long _, boolean quorate)) {
                driver.post(new StayEvent.Quorum(quorate), cause);
            }
            if (entry instanceof GroupEntry.Config news) {
                Logging.apply(kind.name(), news.bytes(), around.layout());
            }
            running.entry(entry, cause);
            hands.changed();
        }

        @Override
        public void onAskShutdown(GroupClient client) {
            driver.post(new StayEvent.AskedToLeave(hands.idle()));
        }

        @Override
        public void onClose(String why) {
            if (cman == mine && mine != null) {
                cman = null;
                driver.post(new StayEvent.HungUp(why));
            }
        }
    }
}
