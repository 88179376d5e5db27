package io.muster.cman.client;

import io.muster.control.Answer;
import io.muster.control.AsyncControlClient;
import io.muster.control.Frame;
import io.muster.core.CauseId;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.driver.Clocks;
import io.muster.driver.DaemonLog;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Level;
import io.muster.group.GroupEntryCodec;
import io.muster.group.Remains;
import io.muster.machine.Machine;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A daemon's connection to cman: its groups' ordered streams, messages, proofs and questions.
///
/// When it closes, cman is gone or has put this client out: that is the end of the daemon's membership,
/// and what follows from it is decided by [io.muster.member.Stay]. Pings are answered from the loop, so
/// one that hangs is noticed.
///
/// Thread: sends from any; the listener and all answers on the loop.
public final class GroupClient implements AutoCloseable {
    private static final long ANSWER_MS = 5_000;

    /// cman gives up after ten seconds by itself.
    private static final long FRESH_MS = 12_000;

    /// What cman says.
    public interface Listener {
        /// The way is open and cman has said who this node is; comes once, or [#onUnreachable] does.
        void onOpen(GroupClient client);

        /// There is no cman (`NotRunningException`), or it doesn't talk.
        void onUnreachable(IOException why);

        /// The next entry of a group's stream.
        ///
        /// @param cause the event of cman that brought it
        void onEntry(String group, GroupEntry entry, CauseId cause);

        /// The node is asked to leave: answer with [GroupClient#answerShutdown]. Unanswered is a no.
        default void onAskShutdown(GroupClient client) {
            client.answerShutdown(true);
        }

        /// The end; comes once after [#onOpen].
        void onClose(String why);
    }

    /// How a request went.
    ///
    /// @param why of a no; empty for a yes
    public record Reply(boolean ok, String why) {
        private static final Reply OK = new Reply(true, "");

        static Reply no(String why) {
            return new Reply(false, why);
        }
    }

    private final AsyncControlClient connection;
    private final Clocks clocks;
    private final CmanView first;

    private GroupClient(AsyncControlClient connection, Clocks clocks, CmanView first) {
        this.connection = connection;
        this.clocks = clocks;
        this.first = first;
    }

    /// Connects; the listener hears what comes of it.
    public static void connect(Machine machine, Path socket, Listener listener) {
        AsyncControlClient.connect(machine.sockets(), machine.loop(), socket, new Receiver(machine.clocks(), listener));
    }

    /// This run of this node.
    public Node self() {
        return first.status().self();
    }

    /// This node's name in cluster.conf.
    public String nodeName() {
        return first.nodeName();
    }

    /// What cman knows now; empty when it doesn't say.
    public void status(Consumer<Optional<CmanView>> then) {
        status(connection, then);
    }

    private static void status(AsyncControlClient connection, Consumer<Optional<CmanView>> then) {
        connection.ask(CmanFrames.ASK_STATUS, CauseId.NONE, new byte[0], ANSWER_MS, answer -> {
            if (!(answer instanceof AsyncControlClient.Outcome.Got(Frame frame))) {
                then.accept(Optional.empty());
                return;
            }
            Optional<CmanView> view;
            try {
                view = Optional.of(StatusCodec.decode(Answer.decode(frame)));
            } catch (MalformedMessage e) {
                DaemonLog.get().error("cman's status: {}", e.getMessage());
                view = Optional.empty();
            }
            then.accept(view);
        });
    }

    /// The cluster.conf in force, as this node's cman holds it; empty while it has yet to get it.
    public void document(Consumer<Optional<byte[]>> then) {
        connection.ask(
                CmanFrames.ASK_DOCUMENT,
                CauseId.NONE,
                new byte[0],
                ANSWER_MS,
                answer -> then.accept(body(answer).filter(octets -> octets.length > 0)));
    }

    private static Optional<byte[]> body(AsyncControlClient.Outcome answer) {
        try {
            return answer instanceof AsyncControlClient.Outcome.Got(Frame frame)
                    ? Optional.of(Answer.decode(frame)).filter(Answer::done).map(Answer::body)
                    : Optional.empty();
        } catch (MalformedMessage e) {
            DaemonLog.get().error("cman's answer: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /// Joins a group; the stream begins with the view that contains this node. Refused when this node
    /// is in it already.
    ///
    /// @param silentMs longest time this client's loop may be silent before cman puts it out; 0 for any
    /// @param requiredMs how long this node may live without it from then on; 0 for ever
    public void join(String group, Optional<Level> level, int silentMs, int requiredMs, Consumer<Reply> then) {
        Output out = new Output()
                .string(group)
                .u8(level.map(l -> l.ordinal() + 1).orElse(0))
                .u32(silentMs)
                .u32(requiredMs);
        request(CmanFrames.JOIN, out, then);
    }

    /// Leaves a group in good order. Of services, cman reads in the ledger what is left running.
    public void leave(String group) {
        connection.send(CmanFrames.PART, new Output().string(group).toBytes());
    }

    /// Sends to a group this node is in. Never dropped: if the ring takes less than is sent, this
    /// connection waits.
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

    /// Of a lost run only these may still run; of none, it is harmless.
    public void reportVouched(Node run, Remains remains, CauseId cause) {
        var out = new Output().node(run);
        remains.encode(out);
        connection.send(CmanFrames.VOUCHED, cause, out.toBytes());
    }

    /// This node's member of the group has recovered from everything up to a position.
    public void reportRecovered(String group, long upTo, CauseId cause) {
        connection.send(
                CmanFrames.RECOVERED,
                cause,
                new Output().string(group).u64(upTo).toBytes());
    }

    /// Whether the cluster is quorate now: true only after a token of the present ring has come round
    /// since the call. Entries up to that moment have been delivered to the listener before. To be
    /// asked before each start of an agent.
    ///
    /// A yes to a question older than [FreshAnswer#TRUST_MS] says nothing of now and is asked again.
    public void stillQuorate(Consumer<Boolean> then) {
        new FreshAnswer(this::askFresh, () -> clocks.bootNs() / 1_000_000, FRESH_MS).ask(then);
    }

    private void askFresh(Consumer<Boolean> then) {
        connection.ask(CmanFrames.ASK_FRESH, CauseId.NONE, new byte[0], FRESH_MS, answer -> then.accept(yes(answer)));
    }

    private static boolean yes(AsyncControlClient.Outcome answer) {
        try {
            return answer instanceof AsyncControlClient.Outcome.Got(Frame frame)
                    && new Input(Answer.decode(frame).body()).bool();
        } catch (MalformedMessage e) {
            DaemonLog.get().error("cman's answer: {}", e.getMessage());
            return false;
        }
    }

    /// The answer to [Listener#onAskShutdown].
    public void answerShutdown(boolean yes) {
        connection.send(CmanFrames.SHUTDOWN_ANSWER, new Output().bool(yes).toBytes());
    }

    /// Leaves the cluster with all of this node.
    public void leaveCluster(boolean removed, boolean force, Consumer<Reply> then) {
        request(CmanFrames.LEAVE, CmanFrames.leave(removed, force), then);
    }

    /// Hands a configuration to all nodes. It must be on disk at a quorum of them already.
    public void announceConfig(int version, String sha256, byte[] document, Consumer<Reply> then) {
        request(CmanFrames.ANNOUNCE, CmanFrames.announce(version, sha256, document), then);
    }

    /// A poll of the quorum device: its votes as long as it is alive, else 0. Nobody asks for more than
    /// that: who doesn't say so again before `quorum_dev_poll` has passed is taken for dead.
    public void pollDevice(String name, int votes) {
        connection.send(CmanFrames.DEVICE, new Output().string(name).u32(votes).toBytes());
    }

    /// Ends other nodes' cman.
    public void kill(List<Integer> nodeids, String why, Consumer<Reply> then) {
        request(CmanFrames.KILL, CmanFrames.kill(nodeids, why), then);
    }

    private void request(int type, Output payload, Consumer<Reply> then) {
        connection.ask(type, CauseId.NONE, payload.toBytes(), ANSWER_MS, answer -> then.accept(reply(answer)));
    }

    private static Reply reply(AsyncControlClient.Outcome answer) {
        return switch (answer) {
            case AsyncControlClient.Outcome.None(String why) -> Reply.no(why);
            case AsyncControlClient.Outcome.Got(Frame frame) -> {
                try {
                    Answer said = Answer.decode(frame);
                    yield said.done()
                            ? Reply.OK
                            : Reply.no(said.text().isEmpty() ? "cman says " + said.code() : said.text());
                } catch (MalformedMessage e) {
                    yield Reply.no(String.valueOf(e.getMessage()));
                }
            }
        };
    }

    @Override
    public void close() {
        connection.close();
    }

    private static final class Receiver implements AsyncControlClient.Listener {
        private final Clocks clocks;
        private final Listener listener;
        private @Nullable GroupClient client;

        Receiver(Clocks clocks, Listener listener) {
            this.clocks = clocks;
            this.listener = listener;
        }

        @Override
        public void onOpen(AsyncControlClient opened) {
            status(opened, view -> {
                if (view.isPresent()) {
                    var made = new GroupClient(opened, clocks, view.get());
                    client = made;
                    listener.onOpen(made);
                } else {
                    opened.close();
                }
            });
        }

        @Override
        public void onUnreachable(IOException why) {
            listener.onUnreachable(why);
        }

        @Override
        public void onFrame(Frame frame) {
            GroupClient mine = client;
            if (mine == null) {
                return;
            }
            try {
                if (frame.type() == CmanFrames.ENTRY) {
                    Input in = frame.input();
                    String group = in.string();
                    listener.onEntry(group, GroupEntryCodec.decode(in), frame.cause());
                } else if (frame.type() == CmanFrames.ASK_SHUTDOWN) {
                    listener.onAskShutdown(mine);
                }
            } catch (MalformedMessage e) {
                DaemonLog.get().error("cman sends what can't be read, connection ends: {}", e.getMessage());
                mine.close();
            }
        }

        @Override
        public void onClose(String why) {
            if (client == null) {
                listener.onUnreachable(new IOException(why));
            } else {
                listener.onClose(why);
            }
        }
    }
}
