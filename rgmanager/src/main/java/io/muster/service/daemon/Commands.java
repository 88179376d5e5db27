package io.muster.service.daemon;

import io.muster.control.Frame;
import io.muster.control.Session;
import io.muster.control.SessionHandler;
import io.muster.core.MalformedMessage;
import io.muster.service.ClusterServices;
import io.muster.service.RequestKind;
import io.muster.service.ResultCode;
import io.muster.service.ServiceEvent;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Answers commands on rgmanager's socket. Thread: the daemon's loop.
final class Commands implements SessionHandler {
    private record Waiting(Session session, Frame request) {}

    private final Supplier<ClusterServices> status;
    private final Consumer<ServiceEvent> events;
    private final Map<Long, Waiting> waiting = new HashMap<>();
    private long nextId;

    /// @param firstId no number from here on was used by an earlier rgmanager of this node
    Commands(Supplier<ClusterServices> status, Consumer<ServiceEvent> events, long firstId) {
        this.status = status;
        this.events = events;
        this.nextId = firstId;
    }

    @Override
    public void onFrame(Session session, Frame frame) {
        switch (frame.type()) {
            case ServiceFrames.ASK_STATUS ->
                session.reply(frame, ServiceFrames.STATUS, status.get().encode());
            case ServiceFrames.REQUEST -> {
                try {
                    requested(session, frame);
                } catch (MalformedMessage e) {
                    session.close();
                }
            }
            default -> session.close();
        }
    }

    private void requested(Session session, Frame frame) throws MalformedMessage {
        Input in = frame.input();
        RequestKind kind = in.oneOf(RequestKind.class);
        String service = in.string(255);
        int target = in.u32(Integer.MAX_VALUE);
        in.end();
        ResultCode present = status.get().code();
        if (kind != RequestKind.QUERY_LOCK && !session.mayChange()) {
            reply(session, frame, ResultCode.PERMISSION, 0);
        } else if (present != ResultCode.SUCCESS) {
            reply(session, frame, present, 0);
        } else {
            long id = nextId++;
            waiting.put(id, new Waiting(session, frame));
            events.accept(new ServiceEvent.Requested(id, kind, service, target, System.currentTimeMillis()));
        }
    }

    void answer(long id, ResultCode code, int owner) {
        Waiting asker = waiting.remove(id);
        if (asker != null) {
            reply(asker.session(), asker.request(), code, owner);
        }
    }

    @Override
    public void onClose(Session session, String why) {
        waiting.values().removeIf(asker -> asker.session() == session);
    }

    private static void reply(Session session, Frame request, ResultCode code, int owner) {
        session.reply(
                request,
                ServiceFrames.ANSWER,
                new Output().oneOf(code).u32(owner).toBytes());
    }
}
