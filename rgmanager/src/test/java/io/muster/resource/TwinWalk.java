package io.muster.resource;

import io.muster.resource.AgentMetadata.AgentAction;
import io.muster.resource.ResourceNode.Independence;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// [Walk] once more, as naively as can be: a recursion that is begun anew after every answer, with the
/// answers so far. Where they end it throws what it needs next.
final class TwinWalk {
    /// What is expected of a resource, as plain fields.
    static final class State {
        boolean up;
        boolean off;

        @Nullable
        Long startedMs;

        Map<Integer, Long> checkedMs = new TreeMap<>();
        int lastStatus;
        List<Long> failures = new ArrayList<>();
        List<Long> restarts = new ArrayList<>();

        State copy() {
            var copy = new State();
            copy.up = up;
            copy.off = off;
            copy.startedMs = startedMs;
            copy.checkedMs = new TreeMap<>(checkedMs);
            copy.lastStatus = lastStatus;
            copy.failures = new ArrayList<>(failures);
            copy.restarts = new ArrayList<>(restarts);
            return copy;
        }
    }

    record Answer(int status, boolean refused, long atMs) {}

    static final class NeedsAgent extends RuntimeException {
        private static final long serialVersionUID = 1;
        final transient ResourceNode node;
        final String action;
        final int depth;

        NeedsAgent(ResourceNode node, String action, int depth) {
            super(action, null, false, false);
            this.node = node;
            this.action = action;
            this.depth = depth;
        }
    }

    private final ResourceNode root;
    private final List<Answer> answers;
    private final Map<ResourceNode, State> states = new IdentityHashMap<>();
    private int next;
    private boolean refused;
    private long nowMs;

    /// @param before what was known when it began; stays as it is
    TwinWalk(ResourceNode root, long beganMs, List<Answer> answers, Map<ResourceNode, State> before) {
        this.root = root;
        this.nowMs = beganMs;
        this.answers = answers;
        before.forEach((node, state) -> states.put(node, state.copy()));
    }

    /// What is known by now.
    Map<ResourceNode, State> states() {
        return states;
    }

    /// @throws NeedsAgent when the answers don't reach to the end
    TreeResult perform(Operation operation) {
        return switch (operation) {
            case START -> start(root);
            case STOP -> stop(root);
            case STATUS -> status(root);
            case CONVALESCE -> convalesce(root);
            case RECONFIG -> reconfig(root);
            case MIGRATE -> throw new IllegalStateException("nothing here can move");
            case SHED, GROW, INIT -> throw new IllegalStateException("nothing here changes");
        };
    }

    private int agent(ResourceNode node, String action, int depth) {
        if (!action.equals("start") && !node.can(action, depth)) {
            return 0;
        }
        if (next == answers.size()) {
            throw new NeedsAgent(node, action, depth);
        }
        Answer answer = answers.get(next++);
        nowMs = answer.atMs();
        refused = answer.refused();
        return answer.status();
    }

    private State state(ResourceNode node) {
        return states.computeIfAbsent(node, n -> new State());
    }

    private static TreeResult failure(ResourceNode node, int status) {
        return new TreeResult(false, false, node.label(), status);
    }

    private TreeResult start(ResourceNode node) {
        int status = agent(node, "start", 0);
        if (status != 0) {
            return failure(node, status);
        }
        State state = state(node);
        state.up = true;
        state.off = false;
        state.startedMs = nowMs;
        boolean partial = false;
        for (ResourceNode child : TreeOrder.starting(node)) {
            TreeResult result = start(child);
            if (!result.ok() && (child.independence().critical() || refused)) {
                return result;
            }
            if (!result.ok()) {
                switchOff(child);
            }
            partial |= !result.ok() || result.partial();
        }
        return TreeResult.good(partial);
    }

    private void switchOff(ResourceNode node) {
        stop(node);
        state(node).off = true;
    }

    private TreeResult stop(ResourceNode node) {
        TreeResult worst = TreeResult.GOOD;
        for (ResourceNode child : TreeOrder.stopping(node)) {
            TreeResult result = stop(child);
            worst = worst.ok() ? result : worst;
        }
        int status = agent(node, "stop", 0);
        State state = state(node);
        if (status == 0 || status == 5 && !state.up) {
            state.up = false;
            state.off = false;
            state.startedMs = null;
            state.checkedMs.clear();
            state.lastStatus = 0;
            return worst;
        }
        return worst.ok() ? failure(node, status) : worst;
    }

    private TreeResult status(ResourceNode node) {
        State state = state(node);
        if (state.off) {
            return TreeResult.PARTIAL;
        }
        TreeResult result = check(node, state);
        if (result.ok()) {
            for (ResourceNode child : TreeOrder.starting(node)) {
                TreeResult below = status(child);
                if (!below.ok()) {
                    result = below;
                    break;
                }
                result = TreeResult.good(result.partial() || below.partial());
            }
        }
        return result.ok() || !node.independence().independent() || !parentUp(node)
                ? result
                : repair(node, state, result);
    }

    private boolean parentUp(ResourceNode node) {
        var todo = new ArrayDeque<ResourceNode>();
        todo.add(root);
        while (!todo.isEmpty()) {
            ResourceNode parent = todo.remove();
            if (parent.children().stream().anyMatch(child -> child == node)) {
                return state(parent).up;
            }
            todo.addAll(parent.children());
        }
        return true;
    }

    private TreeResult check(ResourceNode node, State state) {
        Independence rules = node.independence();
        for (AgentAction check : node.metadata().checks().reversed()) {
            Long last = state.checkedMs.get(check.depth());
            long intervalMs = node.intervalSeconds(check) * 1000;
            boolean due = (last == null || nowMs - last >= intervalMs)
                    && (state.startedMs == null || nowMs - state.startedMs >= intervalMs);
            if (due) {
                int status = agent(node, "status", check.depth());
                if (status != 0
                        && rules.maxFailures() > 0
                        && count(state.failures, rules.failureExpireSeconds()) <= rules.maxFailures()) {
                    status = 0;
                }
                state.checkedMs.put(check.depth(), nowMs);
                state.lastStatus = status;
                break;
            }
        }
        int failed = state.lastStatus;
        if (failed == 0) {
            return TreeResult.GOOD;
        }
        if (node.metadata().action("recover").isPresent() && agent(node, "recover", 0) == 0) {
            state.lastStatus = 0;
            return TreeResult.GOOD;
        }
        return failure(node, failed);
    }

    private int count(List<Long> times, long seconds) {
        times.add(nowMs);
        times.removeIf(time -> nowMs - time > seconds * 1000);
        return times.size();
    }

    private TreeResult repair(ResourceNode node, State state, TreeResult failed) {
        Independence rules = node.independence();
        boolean allowed = rules.critical();
        if (rules.maxRestarts() > 0) {
            allowed = count(state.restarts, rules.restartExpireSeconds()) <= rules.maxRestarts();
        }
        boolean stopped = stop(node).ok();
        if (stopped && allowed) {
            TreeResult started = start(node);
            if (started.ok() || rules.critical()) {
                return started.ok() ? started : failed;
            }
            switchOff(node);
            return TreeResult.PARTIAL;
        }
        if (rules.critical()) {
            return failed;
        }
        state(node).off = true;
        return TreeResult.PARTIAL;
    }

    private TreeResult convalesce(ResourceNode node) {
        boolean partial = false;
        for (ResourceNode child : TreeOrder.starting(node)) {
            if (!state(child).off) {
                partial |= convalesce(child).partial();
                continue;
            }
            if (!state(node).up) {
                partial = true;
                continue;
            }
            TreeResult started = start(child);
            partial |= !started.ok() || started.partial();
            if (!started.ok()) {
                switchOff(child);
            }
        }
        return TreeResult.good(partial);
    }

    private TreeResult reconfig(ResourceNode node) {
        int status = agent(node, "reconfig", 0);
        TreeResult worst = status == 0 ? TreeResult.GOOD : failure(node, status);
        for (ResourceNode child : TreeOrder.starting(node)) {
            TreeResult result = reconfig(child);
            worst = worst.ok() ? result : worst;
        }
        return worst;
    }
}
