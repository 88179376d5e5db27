package io.muster.ccs.daemon;

import io.muster.ccs.CcsEvent;
import io.muster.ccs.Descriptors;
import io.muster.ccs.Document;
import io.muster.config.ConfigReader;
import io.muster.config.Errno;
import io.muster.config.client.CcsFrames;
import io.muster.control.Answer;
import io.muster.control.Frame;
import io.muster.control.Session;
import io.muster.control.SessionHandler;
import io.muster.core.MalformedMessage;
import io.muster.member.daemon.Questions;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// ccsd's side of its control socket. All on the daemon's loop.
final class Queries implements SessionHandler {
    private static final Logger LOG = LoggerFactory.getLogger("ccsd");
    private static final int MAX_WAITING = 64;

    /// What ccsd knows.
    interface Knowledge {
        /// What the cluster has agreed on, if there is a cluster.
        Optional<Document> inForce();

        /// The node's file: a small read, done only while nothing is in force.
        Optional<Document> onDisk();

        boolean quorate();
    }

    /// A client that waits until there is a cluster to connect to.
    private record Blocked(Session session, Frame frame, boolean force, String name) {}

    private final Knowledge knowledge;
    private final Consumer<CcsEvent> core;
    private final LongSupplier nowMs;
    private final Questions questions;
    private final Descriptors descriptors = new Descriptors();
    private final List<Blocked> blocked = new ArrayList<>();

    /// @param core takes events; called only while the cluster is quorate
    /// @param nowMs monotonic
    /// @param life 64 random bits
    Queries(Knowledge knowledge, Consumer<CcsEvent> core, LongSupplier nowMs, long life) {
        this.knowledge = knowledge;
        this.core = core;
        this.nowMs = nowMs;
        this.questions = new Questions(
                life,
                no(Errno.EPERM, Errno.EPERM.text()),
                () -> knowledge.quorate()
                        ? Optional.empty()
                        : Optional.of(no(Errno.ECONNREFUSED, "Cluster is not quorate")),
                no(Errno.ECONNREFUSED, "this node has left the cluster meanwhile: look which version is in force"));
    }

    @Override
    public void onFrame(Session session, Frame frame) {
        // Descriptors are few and lead to cluster.conf, which has passwords in it.
        if (!session.mayChange()) {
            boolean numbered = frame.type() <= CcsFrames.SET_STATE;
            session.reply(frame, numbered ? no(Errno.EPERM, Errno.EPERM.text()) : Answer.FORBIDDEN);
            return;
        }
        try {
            Input in = frame.input();
            switch (frame.type()) {
                case CcsFrames.CONNECT -> connect(session, frame, in.bool(), in.bool(), in.string());
                case CcsFrames.DISCONNECT ->
                    result(session, frame, descriptors.close(in.i32(), now()) ? null : Errno.EBADR);
                case CcsFrames.GET, CcsFrames.GET_LIST -> get(session, frame, in);
                case CcsFrames.GET_STATE -> getState(session, frame, in.i32());
                case CcsFrames.SET_STATE ->
                    result(session, frame, descriptors.setState(in.i32(), in.string(), in.bool(), now()));
                case CcsFrames.UPDATE -> update(session, frame, in);
                case CcsFrames.CONFIRM ->
                    questions.ask(session, frame, name -> core.accept(new CcsEvent.Confirm(name)));
                case CcsFrames.DOCUMENT -> document(session, frame);
                default -> result(session, frame, Errno.ENOSYS);
            }
        } catch (MalformedMessage e) {
            LOG.warn("client {} (pid {}) hangs up: {}", session.id(), session.pid(), e.getMessage());
            session.close();
        }
    }

    @Override
    public void onClose(Session session, String why) {
        blocked.removeIf(waiting -> waiting.session == session);
        questions.closed(session);
    }

    /// The end of an UPDATE or CONFIRM.
    void answer(long name, boolean done, String text) {
        questions.answer(name, done ? Answer.of(0, text) : no(Errno.EINVAL, text));
    }

    /// The cluster is gone: nobody will answer any more.
    void abandon() {
        questions.abandon();
    }

    /// Something has changed: those that wait for a cluster look again.
    void changed() {
        if (!blocked.isEmpty()) {
            var all = List.copyOf(blocked);
            blocked.clear();
            all.forEach(one -> connect(one.session, one.frame, one.force, true, one.name));
        }
    }

    private void connect(Session session, Frame frame, boolean force, boolean block, String name) {
        boolean there = force || knowledge.quorate();
        Optional<Document> document = !there
                ? Optional.empty()
                : knowledge
                        .inForce()
                        .or(knowledge::onDisk)
                        .filter(found -> name.isEmpty() || found.config().name().equals(name));
        if (document.isPresent()) {
            int number = descriptors.open(document.get().config().root(), now());
            session.reply(frame, number < 0 ? Answer.of(-number, "") : Answer.of(new Output().i32(number)));
        } else if (there && block && blocked.size() < MAX_WAITING) {
            blocked.add(new Blocked(session, frame, force, name));
        } else {
            result(session, frame, Errno.ECONNREFUSED);
        }
    }

    private void get(Session session, Frame frame, Input in) throws MalformedMessage {
        var result = descriptors.get(in.i32(), in.string(), frame.type() == CcsFrames.GET_LIST, now());
        Errno error = result.error();
        String value = result.value();
        byte[] body = new Output()
                .bool(value != null)
                .raw(value == null ? new byte[0] : value.getBytes(StandardCharsets.UTF_8))
                .toBytes();
        session.reply(frame, new Answer(error == null ? 0 : error.number(), "", body));
    }

    private void getState(Session session, Frame frame, int descriptor) {
        Descriptors.State state = descriptors.state(descriptor, now());
        if (state == null) {
            result(session, frame, Errno.EBADR);
        } else {
            session.reply(frame, Answer.of(new Output().string(state.path()).string(state.query())));
        }
    }

    private void update(Session session, Frame frame, Input in) throws MalformedMessage {
        int probation = in.u32(Integer.MAX_VALUE / 1000);
        byte[] octets = in.bytes(ConfigReader.MAX_BYTES);
        questions.ask(session, frame, name -> core.accept(new CcsEvent.Update(name, octets, probation)));
    }

    private void document(Session session, Frame frame) {
        Optional<Document> document = knowledge.inForce().or(knowledge::onDisk);
        byte[] body = new Output()
                .bool(knowledge.quorate())
                .i32(document.map(d -> d.version().number()).orElse(-1))
                .bytes(document.map(Document::octets).orElse(new byte[0]))
                .toBytes();
        session.reply(frame, new Answer(document.isPresent() ? 0 : Errno.ENODATA.number(), "", body));
    }

    private static void result(Session session, Frame frame, @Nullable Errno error) {
        session.reply(frame, error == null ? Answer.DONE : no(error, ""));
    }

    private static Answer no(Errno error, String text) {
        return Answer.of(error.number(), text);
    }

    private long now() {
        return nowMs.getAsLong();
    }
}
