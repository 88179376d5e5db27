package io.muster.example;

import io.muster.control.Answer;
import io.muster.control.Frame;
import io.muster.control.Session;
import io.muster.control.SessionHandler;
import io.muster.core.CauseId;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.core.ReplicatedCore;
import io.muster.group.GroupEntry;
import io.muster.member.StayPolicy;
import io.muster.member.StayPolicy.Awaits;
import io.muster.member.StayPolicy.HangUp;
import io.muster.member.StayPolicy.MayLeave;
import io.muster.member.StayPolicy.Preparation;
import io.muster.member.daemon.Hands;
import io.muster.member.daemon.MemberDaemon;
import io.muster.member.daemon.MemberDaemon.Around;
import io.muster.member.daemon.Questions;
import io.muster.member.daemon.ReplicaRecord;
import io.muster.wire.Output;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// tallyd: a member that counts. All that such a daemon consists of: a policy, a core, what it does,
/// what it is asked.
public final class TallyDaemon implements AutoCloseable {
    /// The one request: i32 amount; the answer's body is the u64 total.
    public static final int ADD = 1;

    private static final StayPolicy POLICY = new StayPolicy(
            "tally",
            "group tally",
            Optional.empty(),
            5_000,
            0,
            Preparation.NOTHING,
            Awaits.NOTHING,
            HangUp.RETURN,
            MayLeave.ALWAYS,
            false,
            1_000,
            Long.MAX_VALUE);

    private final MemberDaemon<TallyEvent, TallyEffect> member;
    private final Questions questions;
    private @Nullable Tally tally;

    private TallyDaemon(Around around) {
        var kind = new MemberDaemon.Kind(
                "tallyd",
                POLICY,
                true,
                "tally",
                ReplicaRecord.codec(TallyEvent.class, TallyEffect.class, Tally.Local.class));
        member = MemberDaemon.of(around, kind, new TallyHands());
        questions = new Questions(
                around.machine().dice().nextLong(),
                Answer.of(Answer.PERMISSION, "permission denied"),
                () -> quorate() ? Optional.empty() : Optional.of(Answer.of(1, "not quorate")),
                Answer.of(Answer.ABANDONED, "this node has left the cluster meanwhile"));
    }

    /// Starts the daemon on a machine, which it ends with itself.
    public static TallyDaemon start(Around around) throws IOException {
        var daemon = new TallyDaemon(around);
        daemon.member.serve(daemon.new Requests());
        daemon.member.begin();
        return daemon;
    }

    /// The number, as this node has it; empty while it isn't in the group.
    public Optional<Long> total() {
        return member.synced() ? Optional.ofNullable(tally).map(Tally::total) : Optional.empty();
    }

    public MemberDaemon<TallyEvent, TallyEffect> member() {
        return member;
    }

    private boolean quorate() {
        Tally core = tally;
        return core != null && member.synced() && core.quorate();
    }

    @Override
    public void close() {
        member.close();
    }

    private final class TallyHands implements Hands<TallyEvent, TallyEffect> {
        @Override
        public ReplicatedCore<GroupEntry, TallyEvent, TallyEffect> core(Node self) {
            var core = new Tally(self);
            tally = core;
            return core;
        }

        @Override
        public void left() {
            tally = null;
        }

        @Override
        public void abandon() {
            questions.abandon();
        }

        @Override
        public void perform(TallyEffect effect, CauseId cause) {
            switch (effect) {
                case TallyEffect.Add add -> throw new IllegalStateException("a proposal came to the performer: " + add);
                case TallyEffect.Answer(long question, long total) ->
                    questions.answer(question, Answer.of(new Output().u64(total)));
            }
        }
    }

    private final class Requests implements SessionHandler {
        @Override
        public void onFrame(Session session, Frame frame) {
            try {
                int amount = frame.input().i32();
                questions.ask(session, frame, name -> member.post(new TallyEvent.Asked(name, amount)));
            } catch (MalformedMessage e) {
                session.reply(frame, Answer.of(Answer.MALFORMED, String.valueOf(e.getMessage())));
            }
        }

        @Override
        public void onClose(Session session, String why) {
            questions.closed(session);
        }
    }
}
