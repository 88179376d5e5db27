package io.muster.service.daemon;

import io.muster.control.Answer;
import io.muster.control.Frame;
import io.muster.control.Session;
import io.muster.control.SessionHandler;
import io.muster.core.MalformedMessage;
import io.muster.member.daemon.Questions;
import io.muster.service.RequestKind;
import io.muster.service.ResultCode;
import io.muster.service.ServiceEvent;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.Optional;

/// Answers commands on rgmanager's socket. Thread: the daemon's loop.
final class Commands implements SessionHandler {
    private final RgManager daemon;
    private final Questions questions;

    /// @param life 64 random bits
    Commands(RgManager daemon, long life) {
        this.daemon = daemon;
        this.questions =
                new Questions(life, answer(ResultCode.PERMISSION, 0), this::unable, answer(ResultCode.AGAIN, 0));
    }

    private Optional<Answer> unable() {
        ResultCode present = daemon.status().code();
        return present == ResultCode.SUCCESS ? Optional.empty() : Optional.of(answer(present, 0));
    }

    @Override
    public void onFrame(Session session, Frame frame) {
        switch (frame.type()) {
            case ServiceFrames.ASK_STATUS ->
                session.reply(frame, Answer.of(daemon.status().encode()));
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
        if (kind == RequestKind.QUERY_LOCK) {
            questions.look(session, frame, name -> ask(name, kind, service, target));
        } else {
            questions.ask(session, frame, name -> ask(name, kind, service, target));
        }
    }

    private void ask(long name, RequestKind kind, String service, int target) {
        daemon.member().post(new ServiceEvent.Requested(name, kind, service, target, daemon.wallMs()));
    }

    void answer(long name, ResultCode code, int owner, String why) {
        questions.answer(name, answer(code, owner, why));
    }

    void abandon() {
        questions.abandon();
    }

    @Override
    public void onClose(Session session, String why) {
        questions.closed(session);
    }

    private static Answer answer(ResultCode code, int owner) {
        return answer(code, owner, "");
    }

    private static Answer answer(ResultCode code, int owner, String why) {
        return new Answer(code.ordinal(), why, new Output().u32(owner).toBytes());
    }
}
