package io.muster.ccs.daemon;

import io.muster.ccs.CcsEffect;
import io.muster.ccs.CcsEvent;
import io.muster.ccs.ConfigLog;
import io.muster.ccs.Document;
import io.muster.core.CauseId;
import io.muster.core.Node;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.machine.Machine.Outcome;
import io.muster.machine.Machine.Work;
import io.muster.member.StayPolicy;
import io.muster.member.StayPolicy.Awaits;
import io.muster.member.StayPolicy.HangUp;
import io.muster.member.StayPolicy.MayLeave;
import io.muster.member.StayPolicy.Preparation;
import io.muster.member.daemon.Hands;
import io.muster.member.daemon.MemberDaemon;
import io.muster.member.daemon.MemberDaemon.Around;
import io.muster.membership.CmanEvent;
import io.muster.os.RealMachine;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// ccsd: agrees with the other nodes' ccsds on one cluster.conf, keeps it on disk, answers queries
/// about it.
///
/// Without cman it answers from the file on disk and looks for cman every second. Nothing else in the
/// cluster stops when ccsd does: back again it takes the state from the others.
///
/// Thread: its own loop; disk work beside it.
public final class CcsDaemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("ccsd");

    private static final StayPolicy POLICY = new StayPolicy(
            CmanEvent.Announce.GROUP,
            "group " + CmanEvent.Announce.GROUP,
            Optional.empty(),
            0,
            0,
            Preparation.NOTHING,
            Awaits.NOTHING,
            HangUp.RETURN,
            MayLeave.ALWAYS,
            false,
            1_000,
            Long.MAX_VALUE);

    private final ConfigStore store;
    private final Queries queries;
    private final MemberDaemon<CcsEvent, CcsEffect> member;
    private @Nullable ConfigLog log;

    private CcsDaemon(Around around) {
        store = new ConfigStore(around.layout(), around.machine().files());
        queries = new Queries(
                new Known(),
                this::post,
                () -> around.machine().clocks().monotonicNs() / 1_000_000,
                around.machine().dice().nextLong());
        var kind = new MemberDaemon.Kind("ccsd", POLICY, true, CcsReplay.NAME, CcsReplay.CODEC);
        member = MemberDaemon.of(around, kind, new CcsHands());
    }

    public static void main(String[] args) {
        boolean[] alone = {false};
        Daemon.named("ccsd")
                .options("n46dXm:t:p:P:", """
                          -X       stand alone: no cman, no other nodes
                          -n -4 -6 -d -m X -t X -p X -P X  taken for the sake of old scripts, without effect
                        """, (letter, argument) -> {
                    alone[0] |= letter == 'X';
                    return true;
                })
                .main(args, context -> start(context.layout(), context::fatal, alone[0]));
    }

    /// Starts the daemon in this process.
    ///
    /// @param fatal ends the process when ccsd itself is broken
    /// @throws IOException when another ccsd runs, or the socket can't be made
    public static CcsDaemon start(Layout layout, Consumer<Throwable> fatal) throws IOException {
        return start(layout, fatal, false);
    }

    /// @param standAlone no cman, no other nodes: queries about the file only
    static CcsDaemon start(Layout layout, Consumer<Throwable> fatal, boolean standAlone) throws IOException {
        return start(Around.of(RealMachine.of("ccsd"), layout, () -> {}, fatal), standAlone);
    }

    /// Starts the daemon on a machine, which it ends with itself, also when it can't start.
    ///
    /// @param standAlone no cman, no other nodes: queries about the file only
    public static CcsDaemon start(Around around, boolean standAlone) throws IOException {
        var daemon = new CcsDaemon(around);
        try {
            daemon.member.serve(daemon.queries);
        } catch (IOException e) {
            around.machine().close();
            throw e;
        }
        if (!standAlone) {
            daemon.member.begin();
        }
        return daemon;
    }

    private void post(CcsEvent event) {
        member.post(event);
    }

    /// What the cluster has agreed on; empty without a cluster.
    public Optional<Document> inForce() {
        ConfigLog now = log;
        return now == null ? Optional.empty() : now.chosen();
    }

    /// The daemon around the core.
    public MemberDaemon<CcsEvent, CcsEffect> member() {
        return member;
    }

    @Override
    public void close() {
        member.close();
    }

    private final class Known implements Queries.Knowledge {
        @Override
        public Optional<Document> inForce() {
            return CcsDaemon.this.inForce();
        }

        @Override
        public Optional<Document> onDisk() {
            try {
                return store.file();
            } catch (IOException e) {
                return Optional.empty();
            }
        }

        @Override
        public boolean quorate() {
            ConfigLog core = log;
            return core != null && member.synced() && core.quorate();
        }
    }

    private final class CcsHands implements Hands<CcsEvent, CcsEffect> {
        private int nodeid;

        @Override
        public ConfigLog core(Node self) {
            nodeid = self.nodeid();
            var core = new ConfigLog(self);
            log = core;
            return core;
        }

        @Override
        public void entered() {
            look();
        }

        @Override
        public void left() {
            log = null;
        }

        @Override
        public void abandon() {
            queries.abandon();
        }

        @Override
        public void changed() {
            queries.changed();
        }

        @Override
        public void perform(CcsEffect effect, CauseId cause) {
            switch (effect) {
                case CcsEffect.Look() -> look();
                case CcsEffect.Stage(Document document, long attempt) ->
                    write(cause, () -> {
                        store.stage(document, attempt);
                        return new CcsEvent.Staged(document.version(), attempt);
                    });
                case CcsEffect.Install(Document document, long attempt, boolean keepAside) ->
                    write(cause, () -> {
                        store.install(document, attempt, keepAside)
                                .ifPresent(kept -> LOG.warn("the cluster.conf of this node is kept as {}", kept));
                        return new CcsEvent.Installed(document.version(), attempt);
                    });
                case CcsEffect.Discard() ->
                    write(cause, () -> {
                        store.discard();
                        return new CcsEvent.Discarded();
                    });
                case CcsEffect.Announce(Document document) -> announce(document);
                case CcsEffect.Answer(long request, boolean done, String text) -> queries.answer(request, done, text);
                case CcsEffect.Log(boolean warning, String text) -> {
                    if (warning) {
                        LOG.warn("{}", text);
                    } else {
                        LOG.info("{}", text);
                    }
                }
                case CcsEffect.Send send ->
                    throw new IllegalStateException(
                            "a proposal came to the performer: " + send.message() + " " + cause);
            }
        }

        /// Tells the core what is on disk.
        private void look() {
            Consumer<CcsEvent> then = member.answering(CauseId.NONE);
            member.machine().beside("look", () -> store.found(nodeid), outcome -> {
                switch (outcome) {
                    case Outcome.Done<CcsEvent.Found>(var found) -> then.accept(found);
                    case Outcome.Failed<CcsEvent.Found>(IOException why) -> {
                        LOG.warn("can't read the configuration: {}", why.toString());
                        then.accept(new CcsEvent.NotFound());
                    }
                }
            });
        }

        private void announce(Document document) {
            member.client()
                    .ifPresent(client -> client.announceConfig(
                            document.version().number(), document.version().sha256(), document.octets(), reply -> {
                                if (!reply.ok()) {
                                    LOG.info("cman keeps its configuration: {}", reply.why());
                                }
                            }));
        }

        /// In an operator's words: what Java says of some failures is a path and nothing else.
        private static String reason(IOException why) {
            String text = String.valueOf(why.getMessage());
            return switch (why) {
                case AccessDeniedException _ -> text + ": permission denied";
                case NoSuchFileException _ -> text + ": no such file or directory";
                case FileSystemException e when e.getReason() == null -> e.toString();
                default -> text;
            };
        }

        /// A write begun for a core that is gone says nothing to the next one, which looks for itself.
        private void write(CauseId cause, Work<CcsEvent> work) {
            Consumer<CcsEvent> then = member.answering(cause);
            member.machine()
                    .beside(
                            "write",
                            work,
                            outcome -> then.accept(
                                    switch (outcome) {
                                        case Outcome.Done<CcsEvent>(var done) -> done;
                                        case Outcome.Failed<CcsEvent>(IOException why) ->
                                            new CcsEvent.WriteFailed(reason(why));
                                    }));
        }
    }
}
