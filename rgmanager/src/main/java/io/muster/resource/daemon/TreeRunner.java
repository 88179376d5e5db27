package io.muster.resource.daemon;

import io.muster.machine.Program;
import io.muster.os.ProgramRun;
import io.muster.resource.AgentCall;
import io.muster.resource.AgentMetadata.AgentAction;
import io.muster.resource.ResourceNode;
import io.muster.resource.ResourceNode.Independence;
import io.muster.resource.TreeOrder;
import io.muster.resource.TreeResult;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs operations on the resource trees of this node's services by calling their agents.
///
/// Thread: [#run] may be called from any thread; each operation runs on a virtual thread of its own, and the
/// operations of one service one after the other.
public final class TreeRunner {
    private static final Logger log = LoggerFactory.getLogger("rgmanager");
    private static final int KEEP_OUTPUT_BYTES = 4096;

    /// What can be done to a service's tree.
    public enum Operation {
        START,
        STOP,
        STATUS,
        RECONFIG,
        /// Start the non-critical parts that were switched off.
        CONVALESCE
    }

    private final Executor threads = Executors.newVirtualThreadPerTaskExecutor();
    private final BooleanSupplier mayStart;
    private final Optional<AgentLedger> ledger;
    /// Tail of each service's queue, by label.
    private final Map<String, CompletableFuture<TreeResult>> queues = new TreeMap<>();
    private final Map<String, Integer> running = new TreeMap<>();
    private final Map<ResourceNode, NodeState> states = Collections.synchronizedMap(new IdentityHashMap<>());

    /// @param mayStart asked right before each agent's start; false fails the start. Blocks at most a second or so
    /// @param ledger where agents at work are noted; empty for a command that runs in the operator's sight
    public TreeRunner(BooleanSupplier mayStart, Optional<AgentLedger> ledger) {
        this.mayStart = mayStart;
        this.ledger = ledger;
    }

    /// What is remembered of a node between operations. Touched by its service's thread only.
    private static final class NodeState {
        boolean up;
        boolean off;
        long startedNanos;
        final Map<Integer, Long> checkedNanos = new TreeMap<>();
        final Map<Integer, Integer> lastStatus = new TreeMap<>();
        final Deque<Long> failures = new ArrayDeque<>();
        final Deque<Long> restarts = new ArrayDeque<>();
    }

    /// Queues an operation behind those of the same service and returns its outcome-to-be; it never completes
    /// exceptionally because of an agent.
    public CompletableFuture<TreeResult> run(ResourceNode service, Operation operation) {
        return enqueue(service, () -> perform(service, operation));
    }

    /// Moves a running service (a virtual machine) to another node.
    ///
    /// @return a result whose `status` is the agent's
    public CompletableFuture<TreeResult> migrate(ResourceNode service, String target) {
        return enqueue(service, () -> {
            int status = call(service, "migrate", 0, List.of(target));
            return status == 0 ? TreeResult.GOOD : failure(service, status);
        });
    }

    private CompletableFuture<TreeResult> enqueue(
            ResourceNode service, java.util.function.Supplier<TreeResult> operation) {
        synchronized (queues) {
            var before = queues.getOrDefault(service.label(), CompletableFuture.completedFuture(TreeResult.GOOD));
            var result = before.handle((done, error) -> done).thenApplyAsync(done -> operation.get(), threads);
            queues.put(service.label(), result);
            return result;
        }
    }

    private TreeResult perform(ResourceNode service, Operation operation) {
        return switch (operation) {
            case START -> start(service, service);
            case STOP -> stop(service);
            case STATUS -> status(service);
            case RECONFIG -> reconfigure(service);
            case CONVALESCE -> convalesce(service);
        };
    }

    private TreeResult start(ResourceNode service, ResourceNode node) {
        NodeState state = state(node);
        if (!mayStart.getAsBoolean()) {
            log.error("start on {} \"{}\" refused: this node can't prove that it is quorate", node.type(), node.name());
            return failure(node, 1);
        }
        int status = call(node, "start", 0, List.of());
        if (status != 0) {
            return failure(node, status);
        }
        markUp(node, state, true);
        boolean partial = false;
        for (ResourceNode child : TreeOrder.starting(node)) {
            TreeResult result = start(service, child);
            if (!result.ok() && child.independence().critical()) {
                return result;
            }
            if (!result.ok()) {
                switchOff(child);
            }
            partial |= !result.ok() || result.partial();
        }
        return new TreeResult(true, partial, "", 0);
    }

    /// Goes on after failures, so that as much as possible is stopped, and reports the first.
    private TreeResult stop(ResourceNode node) {
        TreeResult worst = TreeResult.GOOD;
        for (ResourceNode child : TreeOrder.stopping(node)) {
            TreeResult result = stop(child);
            worst = worst.ok() ? result : worst;
        }
        NodeState state = state(node);
        int status = call(node, "stop", 0, List.of());
        // "Not installed" counts as stopped only where nothing was running.
        boolean stopped = status == 0 || (status == 5 && !state.up);
        if (stopped) {
            markUp(node, state, false);
            state.off = false;
            state.checkedNanos.clear();
            state.lastStatus.clear();
        }
        return worst.ok() && !stopped ? failure(node, status) : worst;
    }

    private TreeResult status(ResourceNode node) {
        NodeState state = state(node);
        if (state.off) {
            return new TreeResult(true, true, "", 0);
        }
        TreeResult result = checkNode(node, state);
        for (ResourceNode child : result.ok() ? TreeOrder.starting(node) : List.<ResourceNode>of()) {
            TreeResult below = status(child);
            if (!below.ok()) {
                result = below;
                break;
            }
            result = new TreeResult(true, result.partial() || below.partial(), "", 0);
        }
        return result.ok() || !node.independence().independent() ? result : repair(node, state, result);
    }

    private TreeResult checkNode(ResourceNode node, NodeState state) {
        int status = due(node, state);
        if (status == 0) {
            return TreeResult.GOOD;
        }
        Independence rules = node.independence();
        if (rules.maxFailures() > 0
                && countWithin(state.failures, rules.failureExpireSeconds()) <= rules.maxFailures()) {
            return TreeResult.GOOD;
        }
        if (node.metadata().action("recover").isPresent() && call(node, "recover", 0, List.of()) == 0) {
            return TreeResult.GOOD;
        }
        return failure(node, status);
    }

    /// Runs the deepest check that is due, or repeats the last result when none is.
    private int due(ResourceNode node, NodeState state) {
        for (AgentAction check : node.metadata().checks().reversed()) {
            long since = Math.max(state.checkedNanos.getOrDefault(check.depth(), Long.MIN_VALUE), state.startedNanos);
            if (System.nanoTime() - since < node.intervalSeconds(check) * 1_000_000_000L) {
                continue;
            }
            int status = call(node, "status", check.depth(), List.of());
            state.checkedNanos.put(check.depth(), System.nanoTime());
            state.lastStatus.clear();
            state.lastStatus.put(check.depth(), status);
            return status;
        }
        return state.lastStatus.values().stream().findFirst().orElse(0);
    }

    /// An independent part failed: it alone is stopped and started, as often as its counter allows.
    private TreeResult repair(ResourceNode node, NodeState state, TreeResult failed) {
        Independence rules = node.independence();
        boolean counted = rules.maxRestarts() > 0;
        boolean allowed = counted
                ? countWithin(state.restarts, rules.restartExpireSeconds()) <= rules.maxRestarts()
                : rules.critical();
        boolean stopped = stop(node).ok();
        if (stopped && allowed && start(node, node).ok()) {
            log.info("{} repaired on its own after {} failed", node.label(), failed.failed());
            return TreeResult.GOOD;
        }
        if (rules.critical()) {
            return failed;
        }
        switchOff(node);
        log.warn("{} isn't critical and stays off", node.label());
        return new TreeResult(true, true, "", 0);
    }

    private void switchOff(ResourceNode node) {
        stop(node);
        state(node).off = true;
    }

    private TreeResult convalesce(ResourceNode node) {
        boolean partial = false;
        for (ResourceNode child : TreeOrder.starting(node)) {
            NodeState state = state(child);
            if (!state.off) {
                partial |= convalesce(child).partial();
            } else if (start(child, child).ok()) {
                state.off = false;
            } else {
                switchOff(child);
                partial = true;
            }
        }
        return new TreeResult(true, partial, "", 0);
    }

    private TreeResult reconfigure(ResourceNode node) {
        int status = call(node, "reconfig", 0, List.of());
        TreeResult worst = status == 0 ? TreeResult.GOOD : failure(node, status);
        for (ResourceNode child : TreeOrder.starting(node)) {
            TreeResult result = reconfigure(child);
            worst = worst.ok() ? result : worst;
        }
        return worst;
    }

    private int call(ResourceNode node, String action, int depth, List<String> arguments) {
        if (!node.can(action, depth)) {
            return 0;
        }
        var call = new AgentCall(node, action, depth, arguments, others(node));
        var result = execute(call);
        report(node, action, depth, result);
        return result.timedOut() ? 1 : result.status();
    }

    private Program.Result execute(AgentCall call) {
        Optional<AgentLedger.Entry> entry = ledger.map(AgentLedger::begin);
        List<String> command = entry.map(e -> e.wrap(call.command())).orElse(call.command());
        var result = ProgramRun.run(new Program(command, call.environment(), "", call.limitMs(), KEEP_OUTPUT_BYTES));
        try {
            if (entry.isPresent()) {
                entry.get().ended();
            }
        } catch (IOException e) {
            // It stays, and says of a process that is gone that it was an agent: harmless.
            log.debug("note of an agent", e);
        }
        return result;
    }

    private static void report(ResourceNode node, String action, int depth, Program.Result result) {
        boolean quiet = action.equals("status") && result.status() == 0;
        if (quiet) {
            log.debug("status on {} \"{}\" at depth {} took {} ms", node.type(), node.name(), depth, result.tookMs());
            return;
        }
        for (String line : result.output().lines().limit(20).toList()) {
            log.info("[{}] {}", node.label(), line);
        }
        if (result.status() == 0) {
            log.info("{} on {} \"{}\" took {} ms", action, node.type(), node.name(), result.tookMs());
        } else {
            log.warn(
                    "{} on {} \"{}\" returned {} ({})",
                    action,
                    node.type(),
                    node.name(),
                    result.timedOut() ? 1 : result.status(),
                    AgentCall.text(result.status()));
        }
    }

    private void markUp(ResourceNode node, NodeState state, boolean up) {
        if (up) {
            state.startedNanos = System.nanoTime();
        }
        if (state.up != up) {
            state.up = up;
            synchronized (running) {
                running.merge(node.label(), up ? 1 : -1, Integer::sum);
            }
        }
    }

    private int others(ResourceNode node) {
        synchronized (running) {
            return Math.max(0, running.getOrDefault(node.label(), 0) - (state(node).up ? 1 : 0));
        }
    }

    private NodeState state(ResourceNode node) {
        return states.computeIfAbsent(node, fresh -> new NodeState());
    }

    /// Forgets the trees that aren't in use any more, after a configuration change.
    public void retain(Iterable<ResourceNode> services) {
        Set<ResourceNode> kept = Collections.newSetFromMap(new IdentityHashMap<>());
        var todo = new ArrayDeque<ResourceNode>();
        services.forEach(todo::add);
        while (!todo.isEmpty()) {
            ResourceNode node = todo.remove();
            kept.add(node);
            todo.addAll(node.children());
        }
        synchronized (states) {
            for (ResourceNode gone : new ArrayList<>(states.keySet())) {
                if (!kept.contains(gone)) {
                    states.remove(gone);
                }
            }
        }
        var labels = new HashSet<String>();
        kept.forEach(node -> labels.add(node.label()));
        synchronized (running) {
            running.keySet().retainAll(labels);
        }
    }

    /// Notes one more now and counts those within the window.
    private static int countWithin(Deque<Long> times, long seconds) {
        long now = System.nanoTime();
        times.add(now);
        times.removeIf(time -> now - time > seconds * 1_000_000_000L);
        return times.size();
    }

    private static TreeResult failure(ResourceNode node, int status) {
        return new TreeResult(false, false, node.label(), status);
    }
}
