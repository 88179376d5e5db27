package io.muster.lvs.daemon;

import io.muster.control.Answer;
import io.muster.control.Frame;
import io.muster.control.Session;
import io.muster.control.SessionHandler;
import io.muster.core.MalformedMessage;
import io.muster.lvs.LvsdEffect;
import io.muster.lvs.LvsdEvent;
import io.muster.lvs.LvsdStatus;
import io.muster.lvs.LvsdStatusCodec;
import io.muster.wire.Input;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/// lvsd's side of its control socket. All on the loop.
final class LvsdSessions implements SessionHandler {
    private final Consumer<Consumer<LvsdStatus>> status;
    private final Consumer<LvsdEvent> events;
    private final ToLongFunction<Consumer<LvsdEffect.Reply>> clients;
    private final Consumer<Consumer<String>> metrics;

    /// @param status tells how things stand
    /// @param events posts to the core
    /// @param clients notes who gets the core's reply, and gives it its number
    LvsdSessions(
            Consumer<Consumer<LvsdStatus>> status,
            Consumer<LvsdEvent> events,
            ToLongFunction<Consumer<LvsdEffect.Reply>> clients,
            Consumer<Consumer<String>> metrics) {
        this.status = status;
        this.events = events;
        this.clients = clients;
        this.metrics = metrics;
    }

    @Override
    public void onFrame(Session session, Frame frame) {
        switch (frame.type()) {
            case LvsdStatusCodec.STATUS ->
                status.accept(now -> session.reply(frame, Answer.of(LvsdStatusCodec.encode(now))));
            case LvsdStatusCodec.METRICS -> metrics.accept(text -> session.reply(frame, LvsdStatusCodec.metrics(text)));
            case LvsdStatusCodec.DRAIN, LvsdStatusCodec.UNDRAIN -> {
                if (session.mayChange()) {
                    change(session, frame);
                } else {
                    session.reply(frame, Answer.FORBIDDEN);
                }
            }
            default -> session.close();
        }
    }

    private void change(Session session, Frame frame) {
        try {
            Input in = frame.input();
            String server = in.string();
            String service = in.string();
            long deadlineMs = frame.type() == LvsdStatusCodec.DRAIN ? in.u64() : 0;
            in.end();
            if (deadlineMs < 0) {
                throw new MalformedMessage("deadline of " + deadlineMs + " ms");
            }
            long client = clients.applyAsLong(reply -> session.reply(frame, LvsdStatusCodec.answer(reply.answer())));
            events.accept(
                    frame.type() == LvsdStatusCodec.DRAIN
                            ? new LvsdEvent.Drain(client, server, service, deadlineMs)
                            : new LvsdEvent.Undrain(client, server, service));
        } catch (MalformedMessage e) {
            session.close();
        }
    }
}
