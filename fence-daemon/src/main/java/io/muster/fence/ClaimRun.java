package io.muster.fence;

import io.muster.core.Node;
import java.util.List;
import java.util.OptionalLong;

/// How far the holder of a claim has come with the victim's methods. Local to the holder: no other node
/// knows or needs it.
///
/// | phase | then |
/// |---|---|
/// | `Wanting` | ask cman for quorum, `Checking` |
/// | `Checking` | yes: start the agent, `Running`; no: `Pausing` |
/// | `Running` | exit 0: next call, `Wanting`, or after the last `Done` |
/// | | else: next method, `Wanting`, or after the last `Pausing` |
/// | | nobody needs it any more: it is stopped, `Ending` |
/// | `Pausing` | time over: `Wanting` |
/// | `Wanting`, `Checking`, `Pausing` | nobody needs or may start an agent any more: `Releasing` |
/// | `Ending` | the agent has ended: `Releasing` |
/// | `Done`, `Releasing` | ends when the log says so |
final class ClaimRun {
    sealed interface Phase {
        /// The next call is due.
        record Wanting() implements Phase {}

        /// cman was asked.
        record Checking(long check) implements Phase {}

        /// The agent is at work.
        record Running(long run) implements Phase {}

        /// Between rounds, or until quorum may be back.
        record Pausing(long untilMs) implements Phase {}

        /// The victim is harmless.
        record Done(Proof proof) implements Phase {}

        /// The agent has been told to end.
        record Ending(long run) implements Phase {}

        /// No agent is at work, and none will be.
        record Releasing() implements Phase {}
    }

    final Node victim;
    private Phase phase = new Phase.Wanting();
    private List<NodeFencing.Method> plan = List.of();
    private int method;
    private int call;
    private int failedRounds;
    private boolean announced;

    ClaimRun(Node victim) {
        this.victim = victim;
    }

    /// All of it.
    record Image(
            Node victim,
            Phase phase,
            List<NodeFencing.Method> plan,
            int method,
            int call,
            int failedRounds,
            boolean announced) {}

    Image image() {
        return new Image(victim, phase, plan, method, call, failedRounds, announced);
    }

    static ClaimRun restored(Image image) {
        var it = new ClaimRun(image.victim());
        it.phase = image.phase();
        it.plan = List.copyOf(image.plan());
        it.method = image.method();
        it.call = image.call();
        it.failedRounds = image.failedRounds();
        it.announced = image.announced();
        return it;
    }

    Phase phase() {
        return phase;
    }

    void enter(Phase next) {
        boolean ended = phase instanceof Phase.Done || phase instanceof Phase.Releasing;
        boolean goesOn = phase instanceof Phase.Ending && !(next instanceof Phase.Releasing);
        boolean skips = next instanceof Phase.Running && !(phase instanceof Phase.Checking);
        if (ended || goesOn || skips) {
            throw new IllegalStateException("claim against " + victim + ": " + phase + " -> " + next);
        }
        phase = next;
    }

    /// Takes the victim's methods as they stand now, if a round is about to begin. Within a round they
    /// stay: a method that lost a device in between would count as done too early.
    void plan(List<NodeFencing.Method> methods) {
        if (method == 0 && call == 0) {
            plan = List.copyOf(methods);
        }
    }

    /// The call that is due or at work.
    AgentCall current() {
        if (method >= plan.size() || plan.get(method).calls().isEmpty()) {
            return NONE;
        }
        return plan.get(method).calls().get(call);
    }

    /// Stands for "nothing to call".
    static final AgentCall NONE =
            new AgentCall(0, 0, "", "", "none", false, List.of(), java.util.Optional.of("no method"));

    /// Goes on after a call that succeeded.
    ///
    /// @return whether that was the last of its method
    boolean succeeded() {
        call++;
        return call >= plan.get(method).calls().size();
    }

    /// Goes on after a call that failed.
    ///
    /// @return whether that was the last method of the round
    boolean failed() {
        method++;
        call = 0;
        if (method < plan.size()) {
            return false;
        }
        method = 0;
        failedRounds++;
        return true;
    }

    int failedRounds() {
        return failedRounds;
    }

    /// Whether this is the first time anything is said about it.
    boolean announce() {
        boolean first = !announced;
        announced = true;
        return first;
    }

    OptionalLong runningAgent() {
        return switch (phase) {
            case Phase.Running(long run) -> OptionalLong.of(run);
            case Phase.Ending(long run) -> OptionalLong.of(run);
            default -> OptionalLong.empty();
        };
    }
}
