package io.muster.cman.daemon;

import io.muster.cman.client.CmanFrames;
import io.muster.cman.client.CmanView;
import io.muster.cman.client.StatusCodec;
import io.muster.control.Answer;
import io.muster.control.Frame;
import io.muster.control.Session;
import io.muster.control.SessionHandler;
import io.muster.core.CauseId;
import io.muster.core.MalformedMessage;
import io.muster.driver.Loop;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntryCodec;
import io.muster.membership.Cman;
import io.muster.membership.CmanEffect;
import io.muster.membership.CmanEvent;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// cman's clients: their frames become the core's events, the core's effects for them become frames.
/// The daemon and the simulator serve `cman.sock` with it alike.
///
/// Thread: the daemon's loop.
public final class CmanSessions implements SessionHandler {
    private static final Logger LOG = LoggerFactory.getLogger("cman");

    /// Octets of a line that somebody wants in the log.
    private static final int MAX_LINE = 1024;

    /// Gives the core an event.
    @FunctionalInterface
    public interface Inbox {
        void post(CmanEvent event, CauseId parent);
    }

    private final SortedMap<Integer, Session> sessions = new TreeMap<>();
    private final Cman core;
    private final Throttle throttle;
    private final IntFunction<CmanView> view;
    private final IntConsumer debug;
    private final Inbox inbox;

    /// @param view what status commands are shown, given the number of clients
    /// @param debug hears of `cman_tool debug`, with the mask
    public CmanSessions(Loop loop, Cman core, IntFunction<CmanView> view, IntConsumer debug, Inbox inbox) {
        this.core = core;
        this.throttle = new Throttle(loop, core::backlogBytes);
        this.view = view;
        this.debug = debug;
        this.inbox = inbox;
    }

    @Override
    public void onOpen(Session session) {
        sessions.put((int) session.id(), session);
    }

    @Override
    public void onFrame(Session session, Frame frame) {
        if (frame.type() == CmanFrames.ASK_STATUS) {
            session.reply(frame, Answer.of(StatusCodec.encode(view.apply(sessions.size()))));
            return;
        }
        if (!session.mayChange()) {
            session.reply(frame, Answer.FORBIDDEN);
            return;
        }
        if (frame.type() == CmanFrames.ASK_DOCUMENT) {
            session.reply(frame, new Answer(0, "", core.document().orElse(new byte[0])));
            return;
        }
        if (frame.type() == CmanFrames.DUMP) {
            byte[] text = GroupDump.of(view.apply(sessions.size())).getBytes(StandardCharsets.UTF_8);
            session.reply(frame, Answer.of(text));
            return;
        }
        try {
            if (frame.type() == CmanFrames.LOG) {
                LOG.info("{}", frame.input().string(MAX_LINE).replaceAll("\\p{Cntrl}", " "));
                session.reply(frame, Answer.DONE);
                return;
            }
            if (frame.type() == CmanFrames.DEBUG) {
                debug.accept(frame.input().u32(Integer.MAX_VALUE));
                session.reply(frame, Answer.DONE);
                return;
            }
            if (frame.type() == CmanFrames.JOIN) {
                watch(session, frame);
            }
            Requests.event((int) session.id(), frame).ifPresent(event -> inbox.post(event, frame.cause()));
            if (frame.type() == CmanFrames.SEND) {
                throttle.sent(session);
            }
        } catch (MalformedMessage e) {
            LOG.warn("{}: frame of type {}: {}", session, frame.type(), e.getMessage());
            session.close();
        }
    }

    private static void watch(Session session, Frame frame) throws MalformedMessage {
        Input in = frame.input();
        in.string();
        in.u8();
        int silentMs = in.u32(Integer.MAX_VALUE);
        if (silentMs > 0) {
            session.watch(Math.max(1, silentMs / 5), silentMs);
        }
    }

    @Override
    public void onClose(Session session, String why) {
        LOG.debug("{} closed: {}", session, why);
        sessions.remove((int) session.id());
        throttle.gone(session);
        inbox.post(new CmanEvent.Gone((int) session.id()), CauseId.NONE);
    }

    /// The next entry of a client's stream.
    public void entry(CmanEffect.Entry effect, CauseId cause) {
        GroupEntry entry = effect.entry();
        Output out = new Output(entry instanceof GroupEntry.Message m ? 128 + m.payload().length : 128);
        out.string(effect.group());
        GroupEntryCodec.encode(out, entry);
        CauseId sent = effect.cause();
        send(effect.client(), new Frame(CmanFrames.ENTRY, 0, sent.equals(CauseId.NONE) ? cause : sent, out.toBytes()));
    }

    public void parted(CmanEffect.Parted effect) {
        byte[] octets = new Output().string(effect.group()).toBytes();
        send(effect.client(), new Frame(CmanFrames.PARTED, octets));
    }

    public void answer(CmanEffect.Answer effect) {
        answer(effect.client(), effect.request(), Answer.of(effect.result().ordinal(), effect.text()));
    }

    public void fresh(CmanEffect.Fresh effect) {
        answer(
                effect.client(),
                effect.request(),
                Answer.of(new Output().bool(effect.quorate()).u64(effect.position())));
    }

    public void askShutdown(CmanEffect.AskShutdown effect) {
        send(effect.client(), new Frame(CmanFrames.ASK_SHUTDOWN, new byte[0]));
    }

    public void disconnect(CmanEffect.Disconnect effect) {
        Session session = sessions.get(effect.client());
        if (session != null) {
            session.close();
        }
    }

    private void answer(int client, int request, Answer answer) {
        send(client, answer.to(new Frame(0, request, CauseId.NONE, new byte[0])));
    }

    private void send(int client, Frame frame) {
        Session session = sessions.get(client);
        if (session != null) {
            session.send(frame);
        }
    }
}
