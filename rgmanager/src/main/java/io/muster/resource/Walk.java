package io.muster.resource;

import io.muster.resource.Frame.OnAgent;
import io.muster.resource.Frame.OnPart;
import io.muster.resource.ResourceNode.Independence;
import io.muster.resource.TreeEffect.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// One operation on its way through a service's tree, up to the next agent or its end.
///
/// - *start*: the resource, then its parts in order. The first failure ends it, except of a part that
///   isn't critical: that is stopped and stays off.
/// - *stop*: the parts in their order, then the resource. It goes on after failures, so that as much as
///   possible is stopped, and reports the first. "Not installed" counts as stopped only where nothing
///   was running.
/// - *status*: the deepest check that is due, or the last result again; then the parts. A failure may
///   be one of those that are tolerated (`__max_failures`), may be mended by the agent's own `recover`,
///   or by stopping and starting the nearest independent part around it as often as its counter allows;
///   what isn't critical then stays off. (A service that has been stopped meanwhile is checked if
///   asked, but nothing of it is started.)
/// - *convalesce*: what is off is started, in a service that is up.
/// - *shed*: what is marked is stopped, with its parts; all else is left alone.
/// - *grow*: what isn't up is started, and what is marked is told (`reconfig`); all else is left alone.
/// - *init*: a stop.
/// - *reconfig*: every agent in order of starting, whatever comes of it.
///
/// Source of the rules: rgmanager 2.0 and 3.0 (`restree.c`).
///
/// Thread: the core's.
final class Walk {
    /// "Program not installed", in OCF's statuses.
    private static final int NOT_INSTALLED = 5;

    /// "Function not implemented".
    private static final int NOT_IMPLEMENTED = 3;

    /// Where the walk has come to.
    sealed interface Step {
        /// This agent is next.
        record Call(int node, String action, int depth) implements Step {}

        /// The operation, or a part of it, has come to this.
        record Return(TreeResult result) implements Step {}
    }

    /// Takes lines for the log.
    interface Teller {
        void tell(Level level, String text);
    }

    private final LiveTree tree;
    private final Teller log;
    /// Top last.
    private final Deque<Frame> frames;
    /// A start is being refused. That is nobody's failure, so it ends even the start of what isn't
    /// critical.
    private boolean refusing;

    /// What is stopped is new: of several failures that of what may be there once only counts.
    private boolean initial;

    /// @param frames bottom first; none for one that begins
    Walk(LiveTree tree, List<Frame> frames, Teller log) {
        this.tree = tree;
        this.log = log;
        this.frames = new ArrayDeque<>(frames);
    }

    LiveTree tree() {
        return tree;
    }

    /// It goes on with a stop of what is new.
    void initial() {
        initial = true;
    }

    List<Frame> frames() {
        return new ArrayList<>(frames);
    }

    Step begin(Operation operation, long nowMs) {
        return toAgentOrEnd(
                switch (operation) {
                    case START -> start(LiveTree.ROOT);
                    case STOP -> stop(LiveTree.ROOT);
                    case STATUS -> check(LiveTree.ROOT, nowMs);
                    case CONVALESCE -> convalesce(new Frame.Convalescing(LiveTree.ROOT, 0, false));
                    case RECONFIG -> reconfigure(LiveTree.ROOT);
                    case MIGRATE -> migrate();
                    case SHED -> shed(LiveTree.ROOT);
                    case GROW -> grow(LiveTree.ROOT);
                    case INIT -> {
                        initial = true;
                        yield stop(LiveTree.ROOT);
                    }
                },
                nowMs);
    }

    /// The agent that was next has ended, or was none: an action that isn't in the metadata counts as
    /// success.
    Step ended(int status, long nowMs) {
        if (!(frames.pollLast() instanceof OnAgent frame)) {
            throw new IllegalStateException("no agent runs for " + tree.root().label());
        }
        return toAgentOrEnd(afterAgent(frame, status, nowMs), nowMs);
    }

    /// The agent that was next, a start, mustn't be called.
    Step refuse(long nowMs) {
        refusing = true;
        Step step = ended(1, nowMs);
        refusing = false;
        return step;
    }

    private Step toAgentOrEnd(Step first, long nowMs) {
        Step step = first;
        while (step instanceof Step.Return(TreeResult result) && !frames.isEmpty()) {
            if (!(frames.removeLast() instanceof OnPart frame)) {
                throw new IllegalStateException(
                        "a result below an agent of " + tree.root().label());
            }
            step = afterPart(frame, result, nowMs);
        }
        return step;
    }

    private Step afterAgent(OnAgent frame, int status, long nowMs) {
        return switch (frame) {
            case Frame.Starting(int node) -> {
                if (status != 0) {
                    yield failure(node, status);
                }
                tree.set(node, tree.state(node).started(nowMs));
                yield startParts(new Frame.StartingParts(node, 0, false));
            }
            case Frame.Stopping(int node, TreeResult worst) -> stopped(node, worst, status);
            case Frame.Checking(int node, int depth) -> {
                int counts = status != 0 && tolerated(node, nowMs) ? 0 : status;
                tree.set(node, tree.state(node).checked(depth, counts, nowMs));
                yield judge(node, counts, nowMs);
            }
            case Frame.Recovering(int node, int failed) -> {
                if (status != 0) {
                    yield failed(node, result(node, failed), nowMs);
                }
                tree.set(node, tree.state(node).recovered());
                yield checkParts(new Frame.CheckingParts(node, 0, false), nowMs);
            }
            case Frame.Reconfiguring(int node) ->
                reconfigureParts(new Frame.ReconfiguringParts(node, 0, result(node, status)));
            case Frame.Altering(int node) -> {
                if (status != 0) {
                    log.tell(Level.WARN, tree.node(node).label() + " didn't take its new attributes");
                }
                yield growParts(new Frame.GrowingParts(node, 0, false));
            }
            case Frame.Migrating(int node) -> {
                if (status == 0) {
                    tree.set(node, tree.state(node).stopped());
                }
                yield new Step.Return(result(node, status));
            }
        };
    }

    private Step afterPart(OnPart frame, TreeResult result, long nowMs) {
        return switch (frame) {
            case Frame.StartingParts at -> started(at, result);
            case Frame.StoppingParts(int node, int part, TreeResult worst) ->
                stopParts(new Frame.StoppingParts(node, part + 1, worse(worst, result)));
            case Frame.SheddingParts(int node, int part, TreeResult worst) ->
                shedParts(new Frame.SheddingParts(node, part + 1, worst.ok() ? result : worst));
            case Frame.GrowingParts at -> grown(at, result);
            case Frame.SwitchingOff(int node) -> off(node);
            case Frame.CheckingParts(int node, int part, boolean partial) ->
                result.ok()
                        ? checkParts(new Frame.CheckingParts(node, part + 1, partial || result.partial()), nowMs)
                        : failed(node, result, nowMs);
            case Frame.RepairStopping at -> stoppedForRepair(at, result.ok());
            case Frame.RepairStarting at -> repaired(at, result);
            case Frame.Convalescing at -> convalesced(at, result);
            case Frame.ReconfiguringParts(int node, int part, TreeResult worst) ->
                reconfigureParts(new Frame.ReconfiguringParts(node, part + 1, worst.ok() ? result : worst));
        };
    }

    private Step call(OnAgent frame, String action, int depth) {
        frames.addLast(frame);
        return new Step.Call(frame.node(), action, depth);
    }

    private Step start(int node) {
        return call(new Frame.Starting(node), "start", 0);
    }

    private Step startParts(Frame.StartingParts at) {
        List<Integer> order = tree.starting(at.node());
        if (at.part() == order.size()) {
            return new Step.Return(TreeResult.good(at.partial()));
        }
        frames.addLast(at);
        return start(order.get(at.part()));
    }

    private Step started(Frame.StartingParts at, TreeResult result) {
        if (result.ok()) {
            return startParts(new Frame.StartingParts(at.node(), at.part() + 1, at.partial() || result.partial()));
        }
        int part = tree.starting(at.node()).get(at.part());
        if (refusing || tree.node(part).independence().critical()) {
            return new Step.Return(result);
        }
        frames.addLast(at);
        return switchOff(part);
    }

    private Step stop(int node) {
        return stopParts(new Frame.StoppingParts(node, 0, TreeResult.GOOD));
    }

    private Step stopParts(Frame.StoppingParts at) {
        List<Integer> order = tree.stopping(at.node());
        if (at.part() == order.size()) {
            return call(new Frame.Stopping(at.node(), at.worst()), "stop", 0);
        }
        frames.addLast(at);
        return stop(order.get(at.part()));
    }

    private Step stopped(int node, TreeResult worst, int status) {
        NodeState state = tree.state(node);
        boolean down = status == 0 || (status == NOT_INSTALLED && !state.up());
        if (down) {
            tree.set(node, state.stopped());
        }
        if (down) {
            return new Step.Return(worst);
        }
        boolean once = initial
                && ResourceType.of(tree.node(node).metadata()).maxInstances() == 1
                && !Identities.of(
                                ResourceType.of(tree.node(node).metadata()),
                                tree.node(node).attributes())
                        .isEmpty();
        TreeResult failed = result(node, status);
        return new Step.Return(worse(worst, once ? new TreeResult(false, true, failed.failed(), status) : failed));
    }

    private static TreeResult worse(TreeResult first, TreeResult then) {
        return first.ok() || !then.ok() && then.partial() && !first.partial() ? then : first;
    }

    private Step shed(int node) {
        return tree.marked(node) ? stop(node) : shedParts(new Frame.SheddingParts(node, 0, TreeResult.GOOD));
    }

    private Step shedParts(Frame.SheddingParts at) {
        List<Integer> order = tree.stopping(at.node());
        if (at.part() == order.size()) {
            return new Step.Return(at.worst());
        }
        frames.addLast(at);
        return shed(order.get(at.part()));
    }

    private Step grow(int node) {
        NodeState state = tree.state(node);
        if (state.off()) {
            return new Step.Return(TreeResult.PARTIAL);
        }
        if (!state.up()) {
            return start(node);
        }
        return tree.marked(node)
                ? call(new Frame.Altering(node), "reconfig", 0)
                : growParts(new Frame.GrowingParts(node, 0, false));
    }

    private Step growParts(Frame.GrowingParts at) {
        List<Integer> order = tree.starting(at.node());
        if (at.part() == order.size()) {
            return new Step.Return(TreeResult.good(at.partial()));
        }
        frames.addLast(at);
        return grow(order.get(at.part()));
    }

    private Step grown(Frame.GrowingParts at, TreeResult result) {
        if (result.ok()) {
            return growParts(new Frame.GrowingParts(at.node(), at.part() + 1, at.partial() || result.partial()));
        }
        int part = tree.starting(at.node()).get(at.part());
        if (refusing || tree.node(part).independence().critical()) {
            return new Step.Return(result);
        }
        frames.addLast(at);
        return switchOff(part);
    }

    /// Ends in [TreeResult#PARTIAL], whatever comes of the stop.
    private Step switchOff(int node) {
        frames.addLast(new Frame.SwitchingOff(node));
        return stop(node);
    }

    private Step off(int node) {
        tree.set(node, tree.state(node).switchedOff());
        log.tell(Level.WARN, tree.node(node).label() + " isn't critical and stays off");
        return new Step.Return(TreeResult.PARTIAL);
    }

    private Step check(int node, long nowMs) {
        NodeState state = tree.state(node);
        if (state.off()) {
            return new Step.Return(TreeResult.PARTIAL);
        }
        return state.due(tree.node(node), nowMs)
                .map(check -> call(new Frame.Checking(node, check.depth()), "status", check.depth()))
                .orElseGet(() -> judge(node, state.lastStatus(), nowMs));
    }

    private Step judge(int node, int status, long nowMs) {
        if (status == 0) {
            return checkParts(new Frame.CheckingParts(node, 0, false), nowMs);
        }
        if (tree.node(node).can("recover", 0)) {
            return call(new Frame.Recovering(node, status), "recover", 0);
        }
        return failed(node, result(node, status), nowMs);
    }

    /// Whether this failed check is one of those that count as good.
    private boolean tolerated(int node, long nowMs) {
        Independence rules = tree.node(node).independence();
        if (rules.maxFailures() == 0) {
            return false;
        }
        NodeState state = tree.state(node).failed(nowMs, rules.failureExpireSeconds());
        tree.set(node, state);
        return state.failuresMs().size() <= rules.maxFailures();
    }

    private Step checkParts(Frame.CheckingParts at, long nowMs) {
        List<Integer> order = tree.starting(at.node());
        if (at.part() == order.size()) {
            return new Step.Return(TreeResult.good(at.partial()));
        }
        frames.addLast(at);
        return check(order.get(at.part()), nowMs);
    }

    /// It or something below has failed: an independent part is repaired by itself.
    private Step failed(int node, TreeResult failed, long nowMs) {
        Independence rules = tree.node(node).independence();
        if (!rules.independent() || !tree.carries(node)) {
            return new Step.Return(failed);
        }
        boolean allowed = rules.critical();
        if (rules.maxRestarts() > 0) {
            NodeState state = tree.state(node).repaired(nowMs, rules.restartExpireSeconds());
            tree.set(node, state);
            allowed = state.restartsMs().size() <= rules.maxRestarts();
        }
        frames.addLast(new Frame.RepairStopping(node, failed, allowed));
        return stop(node);
    }

    private Step stoppedForRepair(Frame.RepairStopping at, boolean stopped) {
        if (stopped && at.allowed()) {
            frames.addLast(new Frame.RepairStarting(at.node(), at.failed()));
            return start(at.node());
        }
        return tree.node(at.node()).independence().critical() ? new Step.Return(at.failed()) : off(at.node());
    }

    private Step repaired(Frame.RepairStarting at, TreeResult result) {
        ResourceNode node = tree.node(at.node());
        if (result.ok()) {
            log.tell(
                    Level.INFO,
                    "%s repaired on its own after %s failed"
                            .formatted(node.label(), at.failed().failed()));
            return new Step.Return(result);
        }
        return node.independence().critical() ? new Step.Return(at.failed()) : switchOff(at.node());
    }

    private Step convalesce(Frame.Convalescing at) {
        List<Integer> order = tree.starting(at.node());
        if (at.part() == order.size()) {
            return new Step.Return(TreeResult.good(at.partial()));
        }
        int part = order.get(at.part());
        boolean off = tree.state(part).off();
        if (off && !tree.carries(part)) {
            return convalesced(at, TreeResult.PARTIAL);
        }
        frames.addLast(at);
        return off ? start(part) : convalesce(new Frame.Convalescing(part, 0, false));
    }

    private Step convalesced(Frame.Convalescing at, TreeResult result) {
        if (result.ok()) {
            return convalesce(new Frame.Convalescing(at.node(), at.part() + 1, at.partial() || result.partial()));
        }
        frames.addLast(at);
        return switchOff(tree.starting(at.node()).get(at.part()));
    }

    private Step reconfigure(int node) {
        return call(new Frame.Reconfiguring(node), "reconfig", 0);
    }

    private Step reconfigureParts(Frame.ReconfiguringParts at) {
        List<Integer> order = tree.starting(at.node());
        if (at.part() == order.size()) {
            return new Step.Return(at.worst());
        }
        frames.addLast(at);
        return reconfigure(order.get(at.part()));
    }

    /// The one action that isn't taken for done where the agent doesn't have it.
    private Step migrate() {
        return tree.root().can("migrate", 0)
                ? call(new Frame.Migrating(LiveTree.ROOT), "migrate", 0)
                : failure(LiveTree.ROOT, NOT_IMPLEMENTED);
    }

    private Step failure(int node, int status) {
        return new Step.Return(result(node, status));
    }

    private TreeResult result(int node, int status) {
        return status == 0
                ? TreeResult.GOOD
                : new TreeResult(false, false, tree.node(node).label(), status);
    }

    /// The node whose agent is next or runs, for whoever reads the log.
    Optional<ResourceNode> onAgent() {
        return frames.peekLast() instanceof OnAgent frame ? Optional.of(tree.node(frame.node())) : Optional.empty();
    }
}
