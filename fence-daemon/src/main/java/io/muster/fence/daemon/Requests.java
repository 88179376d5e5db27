package io.muster.fence.daemon;

import io.muster.control.Answer;
import io.muster.control.Frame;
import io.muster.control.Session;
import io.muster.control.SessionHandler;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.fence.DomainReport;
import io.muster.fence.FenceEvent;
import io.muster.fence.FencePath;
import io.muster.fence.NodeFencing;
import io.muster.member.daemon.AskFencing;
import io.muster.member.daemon.Questions;
import io.muster.wire.Output;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// What commands ask fenced. Thread: the loop.
final class Requests implements SessionHandler {
    private static final String OUTSIDE = "this node isn't in the fence domain";

    private final FenceDaemon daemon;
    private final Questions questions;

    /// @param life 64 random bits
    Requests(FenceDaemon daemon, long life) {
        this.daemon = daemon;
        this.questions = new Questions(
                life,
                Answer.FORBIDDEN,
                () -> daemon.member().replica().isPresent() ? Optional.empty() : Optional.of(no(OUTSIDE)),
                Answer.of(
                        Answer.ABANDONED,
                        "this node has left the fence domain meanwhile: see fence_tool ls elsewhere"));
    }

    @Override
    public void onFrame(Session session, Frame frame) {
        if (frame.type() == FenceProtocol.REPORT) {
            session.reply(frame, Answer.of(daemon.report().encode()));
        } else if (frame.type() == AskFencing.COMPLETE) {
            completed(session, frame);
        } else if (!session.mayChange()) {
            session.reply(frame, Answer.FORBIDDEN);
        } else if (frame.type() == FenceProtocol.DUMP) {
            session.reply(frame, Answer.of(dump().getBytes(StandardCharsets.UTF_8)));
        } else {
            try {
                change(session, frame);
            } catch (MalformedMessage e) {
                session.reply(frame, Answer.of(Answer.MALFORMED, "malformed request: " + e.getMessage()));
            }
        }
    }

    private void completed(Session session, Frame frame) {
        try {
            boolean yes = daemon.completed(frame.input().node());
            session.reply(frame, yes ? Answer.DONE : no("this node hasn't completed the fence domain"));
        } catch (MalformedMessage e) {
            session.reply(frame, Answer.of(Answer.MALFORMED, "malformed request: " + e.getMessage()));
        }
    }

    @Override
    public void onClose(Session session, String why) {
        questions.closed(session);
    }

    void answer(long question, String refusal) {
        questions.answer(question, refusal.isEmpty() ? Answer.DONE : no(refusal));
    }

    void abandon() {
        questions.abandon();
    }

    private void change(Session session, Frame frame) throws MalformedMessage {
        switch (frame.type()) {
            case FenceProtocol.JOIN -> {
                daemon.member().want(true);
                session.reply(frame, Answer.DONE);
            }
            case FenceProtocol.LEAVE -> {
                Optional<String> busy = daemon.busy();
                if (busy.isEmpty()) {
                    daemon.member().want(false);
                }
                session.reply(frame, busy.map(Requests::no).orElse(Answer.DONE));
            }
            case FenceProtocol.ACKNOWLEDGE -> {
                Node victim = frame.input().node();
                questions.ask(
                        session,
                        frame,
                        name -> daemon.member().post(new FenceEvent.Acknowledged(name, victim, daemon.wallMs())));
            }
            case FenceProtocol.FENCED_OUTSIDE -> {
                var outside = FenceProtocol.Outside.decode(frame.input());
                tell(session, frame, new FenceEvent.FencedOutside(outside.node(), outside.agent(), daemon.wallMs()));
            }
            case FenceProtocol.FORMER -> {
                String name = frame.input().string();
                session.reply(
                        frame,
                        daemon.former(name)
                                .map(Requests::fencing)
                                .orElseGet(
                                        () -> no("no victim or member that was \"" + name + "\" or has that nodeid")));
            }
            case FenceProtocol.UNFENCED ->
                tell(session, frame, new FenceEvent.Unfenced(frame.input().node()));
            case FenceProtocol.TRIED -> {
                var tried = FenceProtocol.Tried.decode(frame.input());
                int self = daemon.member()
                        .client()
                        .map(cman -> cman.self().nodeid())
                        .orElse(0);
                var trial = new FencePath.Trial(tried.ok(), "status", tried.agent(), self, daemon.wallMs());
                tell(session, frame, new FenceEvent.PathTried(tried.path(), trial));
            }
            default -> session.reply(frame, Answer.of(Answer.MALFORMED, "unknown request " + frame.type()));
        }
    }

    private void tell(Session session, Frame frame, FenceEvent event) {
        session.reply(frame, daemon.member().post(event) ? Answer.DONE : no(OUTSIDE));
    }

    private static Answer fencing(NodeFencing node) {
        var out = new Output();
        node.encode(out);
        return Answer.of(out);
    }

    private static Answer no(String why) {
        return Answer.of(FenceProtocol.REFUSED, why);
    }

    private String dump() {
        DomainReport report = daemon.report();
        var text = new StringBuilder(daemon.log());
        report.victims()
                .forEach(victim -> text.append("victim ")
                        .append(victim.name())
                        .append(" run ")
                        .append(victim.node().incarnation())
                        .append(" cause ")
                        .append(victim.cause())
                        .append(" claimed by ")
                        .append(victim.claimedBy())
                        .append(" may still run ")
                        .append(victim.remains())
                        .append(victim.proven() ? " proven\n" : "\n"));
        report.paths()
                .forEach(line -> text.append("path nodeid ")
                        .append(line.path().nodeid())
                        .append(" method ")
                        .append(line.path().method())
                        .append(" device ")
                        .append(line.path().device())
                        .append(line.trial().ok() ? " worked " : " failed ")
                        .append(line.trial().how())
                        .append(" agent ")
                        .append(line.trial().agent())
                        .append(" from ")
                        .append(line.trial().byNodeid())
                        .append(" at ")
                        .append(java.time.Instant.ofEpochMilli(line.trial().wallMs()))
                        .append('\n'));
        return text.toString();
    }
}
