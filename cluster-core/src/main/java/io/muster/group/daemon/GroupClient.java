package io.muster.group.daemon;

import io.muster.control.AsyncControlClient;
import io.muster.control.Frame;
import io.muster.core.CauseId;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Level;
import io.muster.group.GroupEntryCodec;
import io.muster.os.BootClock;
import io.muster.wire.Input;
import io.muster.wire.Output;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A daemon's connection to cman: its groups' ordered streams, messages, proofs and questions.
///
/// When it closes, cman is gone or has put this client out: the daemon must treat that as the end of its
/// membership, so
/// fenced and rgmanager stop what they run and exit. Pings are answered from the loop, so one that hangs is noticed.
///
/// Thread: every method from any; the listener and all futures on the loop.
public final class GroupClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupClient.class);
    private static final long ANSWER_MS = 5_000;

    /// cman gives up after ten seconds by itself.
    private static final long FRESH_MS = 12_000;

    /// What cman says.
    public interface Listener {
        /// The next entry of a group's stream.
        ///
        /// @param cause the event of cman that brought it
        void onEntry(String group, GroupEntry entry, CauseId cause);

        /// The node is asked to leave: answer with [GroupClient#answerShutdown]. Unanswered is a no.
        default void onAskShutdown(GroupClient client) {
            client.answerShutdown(true);
        }

        /// The end; comes once.
        void onClose(String why);
    }

    private final AsyncControlClient connection;
    private volatile @Nullable CmanView view;

    private GroupClient(AsyncControlClient connection) {
        this.connection = connection;
    }

    /// Connects. The future fails with an `IOException` (`NotRunningException` when there is no cman).
    public static CompletableFuture<GroupClient> connect(Path socket, EventLoop loop, Listener listener) {
        Receiver receiver = new Receiver(listener);
        return AsyncControlClient.connect(socket, loop, receiver).thenCompose(connection -> {
            GroupClient client = new GroupClient(connection);
            receiver.client = client;
            return client.status().thenApply(view -> client);
        });
    }

    /// This run of this node.
    public Node self() {
        return first().status().self();
    }

    /// This node's name in cluster.conf.
    public String nodeName() {
        return first().nodeName();
    }

    private CmanView first() {
        CmanView known = view;
        if (known == null) {
            throw new IllegalStateException("asked before the connection was made");
        }
        return known;
    }

    /// What cman knows now.
    public CompletableFuture<CmanView> status() {
        return connection
                .ask(CmanFrames.ASK_STATUS, CauseId.NONE, new byte[0], ANSWER_MS)
                .thenCompose(frame -> {
                    try {
                        CmanView got = StatusCodec.decode(frame.input());
                        view = got;
                        return CompletableFuture.completedFuture(got);
                    } catch (MalformedMessage e) {
                        return CompletableFuture.failedFuture(new IOException("cman's status: " + e.getMessage(), e));
                    }
                });
    }

    /// Joins a group; the stream begins with the view that contains this node. Fails when this node is in it already.
    ///
    /// @param silentMs longest time this client's loop may be silent before cman puts it out; 0 for any
    public CompletableFuture<Void> join(String group, Optional<Level> level, int silentMs) {
        Output out = new Output()
                .string(group)
                .u8(level.map(l -> l.ordinal() + 1).orElse(0))
                .u32(silentMs);
        return request(CmanFrames.JOIN, out);
    }

    /// Leaves a group in good order: what this daemon managed there isn't in use any more.
    public void leave(String group) {
        connection.send(CmanFrames.PART, new Output().string(group).toBytes());
    }

    /// Sends to a group this node is in. Never dropped: if the ring takes less than is sent, this connection waits.
    ///
    /// @param payload at most 1 MiB
    public void send(String group, byte[] payload, boolean safe, CauseId cause) {
        byte[] octets = new Output(payload.length + 80)
                .string(group)
                .bool(safe)
                .raw(payload)
                .toBytes();
        connection.send(CmanFrames.SEND, cause, octets);
    }

    /// A run of a node is proven harmless.
    ///
    /// @param how agent, `override`, or [GroupEntry#STOPPED] of a run of this node itself
    public void reportFenced(Node victim, String how, CauseId cause) {
        connection.send(
                CmanFrames.FENCED, cause, new Output().node(victim).string(how).toBytes());
    }

    /// This node's member of the group has recovered from everything up to a position.
    public void reportRecovered(String group, long upTo, CauseId cause) {
        connection.send(
                CmanFrames.RECOVERED,
                cause,
                new Output().string(group).u64(upTo).toBytes());
    }

    /// From now on this node mustn't live without this client for longer than `ms`; 0 ends that.
    public void require(String group, int ms) {
        connection.send(CmanFrames.REQUIRE, new Output().string(group).u32(ms).toBytes());
    }

    /// Whether the cluster is quorate now: true only after a token of the present ring has come round since the call.
    /// Entries up to that moment have been delivered to the listener before. To be asked before each start of an
    /// agent.
    ///
    /// A yes to a question older than [FreshAnswer#TRUST_MS] says nothing of now and is asked again.
    /// Who isn't on the loop uses [#awaitQuorate].
    public CompletableFuture<Boolean> stillQuorate() {
        return new FreshAnswer(this::askFresh, BootClock::nowMs, FRESH_MS).ask();
    }

    /// As [#stillQuorate], and the answer isn't old either when this thread gets to see it. Blocks; not on the loop.
    public boolean awaitQuorate() throws InterruptedException {
        return new FreshAnswer(this::askFresh, BootClock::nowMs, FRESH_MS).await();
    }

    private CompletableFuture<Boolean> askFresh() {
        return connection
                .ask(CmanFrames.ASK_FRESH, CauseId.NONE, new byte[0], FRESH_MS)
                .handle((frame, failure) -> {
                    try {
                        return failure == null && frame.input().bool();
                    } catch (MalformedMessage e) {
                        return false;
                    }
                });
    }

    /// The answer to [Listener#onAskShutdown].
    public void answerShutdown(boolean yes) {
        connection.send(CmanFrames.SHUTDOWN_ANSWER, new Output().bool(yes).toBytes());
    }

    /// Makes a document the configuration of the whole cluster. Fails with the reason.
    public CompletableFuture<Void> announceConfig(int version, String sha256, byte[] document) {
        return request(
                CmanFrames.ANNOUNCE, new Output().u32(version).string(sha256).bytes(document));
    }

    /// Ends other nodes' cman.
    public CompletableFuture<Void> kill(List<Integer> nodeids, String why) {
        return request(
                CmanFrames.KILL,
                new Output().list(nodeids, (o, id) -> o.u32(id)).string(why));
    }

    private CompletableFuture<Void> request(int type, Output payload) {
        return connection.ask(type, CauseId.NONE, payload.toBytes(), ANSWER_MS).thenCompose(frame -> {
            try {
                Input in = frame.input();
                int result = in.u8();
                String text = in.string();
                return result == 0
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(
                                new IOException(text.isEmpty() ? "cman says " + result : text));
            } catch (MalformedMessage e) {
                return CompletableFuture.failedFuture(e);
            }
        });
    }

    @Override
    public void close() {
        connection.close();
    }

    private static final class Receiver implements AsyncControlClient.Listener {
        private final Listener listener;
        private @Nullable GroupClient client;

        Receiver(Listener listener) {
            this.listener = listener;
        }

        @Override
        public void onFrame(Frame frame) {
            GroupClient mine = client;
            try {
                if (frame.type() == CmanFrames.ENTRY) {
                    Input in = frame.input();
                    String group = in.string();
                    listener.onEntry(group, GroupEntryCodec.decode(in), frame.cause());
                } else if (frame.type() == CmanFrames.ASK_SHUTDOWN && mine != null) {
                    listener.onAskShutdown(mine);
                }
            } catch (MalformedMessage e) {
                LOG.error("cman sends what can't be read, connection ends: {}", e.getMessage());
                if (mine != null) {
                    mine.close();
                }
            }
        }

        @Override
        public void onClose(String why) {
            listener.onClose(why);
        }
    }
}
