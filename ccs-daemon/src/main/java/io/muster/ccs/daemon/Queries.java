package io.muster.ccs.daemon;

import io.muster.ccs.CcsEvent;
import io.muster.ccs.CcsFrames;
import io.muster.ccs.ConfigLog;
import io.muster.ccs.Descriptors;
import io.muster.ccs.Document;
import io.muster.ccs.Errno;
import io.muster.config.ConfigReader;
import io.muster.control.Frame;
import io.muster.control.Session;
import io.muster.control.SessionHandler;
import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// ccsd's side of its control socket. All on the daemon's loop.
final class Queries implements SessionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Queries.class);
    private static final long BLOCK_MS = 500;
    private static final int MAX_WAITING = 64;

    private record Waiting(Session session, Frame frame) {}

    private final Supplier<Optional<Document>> inForce;
    private final BooleanSupplier quorate;
    private final Predicate<CcsEvent> core;
    private final EventLoop loop;
    private final Supplier<Optional<Document>> onDisk;
    private final Descriptors descriptors = new Descriptors();
    private final SortedMap<Long, Waiting> requests = new TreeMap<>();
    private final Set<Long> open = new TreeSet<>();
    private long lastRequest = ConfigLog.beforeFirstRequest(new SecureRandom());
    private int blocked;

    /// @param inForce what the cluster has agreed on, if there is a cluster
    /// @param onDisk the node's file; a small read, done only while nothing is in force
    /// @param core takes events; false while there is none
    Queries(
            Supplier<Optional<Document>> inForce,
            Supplier<Optional<Document>> onDisk,
            BooleanSupplier quorate,
            Predicate<CcsEvent> core,
            EventLoop loop) {
        this.inForce = inForce;
        this.onDisk = onDisk;
        this.quorate = quorate;
        this.core = core;
        this.loop = loop;
    }

    @Override
    public void onOpen(Session session) {
        open.add(session.id());
    }

    @Override
    public void onFrame(Session session, Frame frame) {
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
                case CcsFrames.CONFIRM -> request(session, frame, new CcsEvent.Confirm(lastRequest + 1));
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
        open.remove(session.id());
        requests.values().removeIf(waiting -> waiting.session == session);
    }

    /// The end of an UPDATE or CONFIRM.
    void answer(long request, boolean done, String text) {
        Waiting waiting = requests.remove(request);
        if (waiting != null) {
            finish(waiting.session, waiting.frame, done ? 0 : -Errno.EINVAL.number(), text);
        }
    }

    /// The cluster is gone: nobody will answer any more.
    void abandon() {
        requests.values()
                .forEach(waiting -> finish(
                        waiting.session,
                        waiting.frame,
                        -Errno.ECONNREFUSED.number(),
                        "this node has left the cluster meanwhile: look which version is in force"));
        requests.clear();
    }

    private void connect(Session session, Frame frame, boolean force, boolean block, String name) {
        if (!force && !quorate.getAsBoolean()) {
            result(session, frame, Errno.ECONNREFUSED);
            return;
        }
        Optional<Document> document = inForce.get()
                .or(onDisk)
                .filter(found -> name.isEmpty() || found.config().name().equals(name));
        if (document.isPresent()) {
            int number = descriptors.open(document.get().config().root(), now());
            session.reply(frame, frame.type(), new Output().i32(number).toBytes());
        } else if (block && blocked < MAX_WAITING) {
            blocked++;
            loop.schedule(
                    () -> {
                        blocked--;
                        if (open.contains(session.id())) {
                            connect(session, frame, force, block, name);
                        }
                    },
                    BLOCK_MS,
                    TimeUnit.MILLISECONDS);
        } else {
            result(session, frame, Errno.ECONNREFUSED);
        }
    }

    private void get(Session session, Frame frame, Input in) throws MalformedMessage {
        var result = descriptors.get(in.i32(), in.string(), frame.type() == CcsFrames.GET_LIST, now());
        Errno error = result.error();
        String value = result.value();
        session.reply(
                frame,
                frame.type(),
                new Output()
                        .i32(error == null ? 0 : -error.number())
                        .bool(value != null)
                        .bytes(value == null ? new byte[0] : value.getBytes(StandardCharsets.UTF_8))
                        .toBytes());
    }

    private void getState(Session session, Frame frame, int descriptor) {
        Descriptors.State state = descriptors.state(descriptor, now());
        session.reply(
                frame,
                frame.type(),
                state == null
                        ? new Output()
                                .i32(-Errno.EBADR.number())
                                .string("")
                                .string("")
                                .toBytes()
                        : new Output()
                                .i32(0)
                                .string(state.path())
                                .string(state.query())
                                .toBytes());
    }

    private void update(Session session, Frame frame, Input in) throws MalformedMessage {
        int probation = in.u32(Integer.MAX_VALUE / 1000);
        byte[] octets = in.bytes(ConfigReader.MAX_BYTES);
        request(session, frame, new CcsEvent.Update(lastRequest + 1, octets, probation));
    }

    private void request(Session session, Frame frame, CcsEvent event) {
        if (!session.mayChange()) {
            finish(session, frame, -Errno.EPERM.number(), Errno.EPERM.text());
            return;
        }
        if (!quorate.getAsBoolean()) {
            finish(session, frame, -Errno.ECONNREFUSED.number(), "Cluster is not quorate");
            return;
        }
        lastRequest++;
        requests.put(lastRequest, new Waiting(session, frame));
        if (!core.test(event)) {
            answer(lastRequest, false, "Cluster is not quorate");
        }
    }

    private void document(Session session, Frame frame) {
        Optional<Document> document = inForce.get().or(onDisk);
        session.reply(
                frame,
                frame.type(),
                new Output()
                        .i32(document.isPresent() ? 0 : -Errno.ENODATA.number())
                        .bool(quorate.getAsBoolean())
                        .i32(document.map(d -> d.version().number()).orElse(-1))
                        .bytes(document.map(Document::octets).orElse(new byte[0]))
                        .toBytes());
    }

    private static void result(Session session, Frame frame, @Nullable Errno error) {
        session.reply(
                frame,
                frame.type(),
                new Output().i32(error == null ? 0 : -error.number()).toBytes());
    }

    private static void finish(Session session, Frame frame, int result, String text) {
        session.reply(
                frame,
                frame.type(),
                new Output()
                        .i32(result)
                        .bytes(text.getBytes(StandardCharsets.UTF_8))
                        .toBytes());
    }

    private static long now() {
        return System.nanoTime() / 1_000_000;
    }
}
