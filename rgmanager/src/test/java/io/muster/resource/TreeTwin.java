package io.muster.resource;

import io.muster.resource.TwinWalk.Answer;
import io.muster.resource.TwinWalk.NeedsAgent;
import io.muster.resource.TwinWalk.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// [TreeRun] once more, as naively as can be; operations are [TwinWalk]s.
final class TreeTwin {
    private static final class Task {
        final long ticket;
        final boolean ofAll;
        final Operation operation;
        boolean ended;

        @Nullable
        ResourceNode root;

        long beganMs;
        final List<Answer> answers = new ArrayList<>();
        Map<ResourceNode, State> before = new IdentityHashMap<>();

        @Nullable
        NeedsAgent need;

        boolean asking;

        /// A start that waits for the ledger.
        boolean listing;

        /// It has ended so, and the ledger is still to say it.
        @Nullable
        TreeResult noting;

        Task(long ticket, boolean ofAll, Operation operation) {
            this.ticket = ticket;
            this.ofAll = ofAll;
            this.operation = operation;
        }
    }

    private static final class Service {
        @Nullable
        ResourceNode configured;

        @Nullable
        ResourceNode started;

        final Deque<Task> queue = new ArrayDeque<>();

        @Nullable
        Task task;

        Map<ResourceNode, State> states = new IdentityHashMap<>();

        @Nullable
        ResourceNode tree() {
            return started == null ? configured : started;
        }
    }

    private final SortedMap<String, Service> services = new TreeMap<>();
    private final SortedMap<Long, Set<String>> remaining = new TreeMap<>();
    private final SortedMap<Long, Set<String>> unclean = new TreeMap<>();
    private final Map<Long, String> questions = new TreeMap<>();
    private final Map<Long, String> calls = new TreeMap<>();
    /// Written as the core's is: when and what is the oracle's business.
    private final Listing listing = new Listing();

    private boolean barred;
    private List<String> expected = new ArrayList<>();

    /// Numbers of questions and calls are the core's: says whose they are.
    void learn(TreeEffect effect) {
        if (effect instanceof TreeEffect.AskQuorum(long question, String service)) {
            questions.put(question, service);
        } else if (effect instanceof TreeEffect.CallAgent call) {
            calls.put(call.call(), call.service());
        }
    }

    /// An effect as [#on] has it; empty for a line of the log.
    static String text(TreeEffect effect) {
        return switch (effect) {
            case TreeEffect.AskQuorum(long _, String service) -> "ask " + service;
            case TreeEffect.CallAgent call ->
                "call %s %s %s %d others %s"
                        .formatted(
                                call.service(),
                                call.action(),
                                call.label(),
                                call.depth(),
                                call.environment().get("OCF_RESKEY_RGMANAGER_meta_refcnt"));
            case TreeEffect.Done(long ticket, TreeResult result) -> "done " + ticket + " " + result;
            case TreeEffect.StoppedEverything(long ticket, List<String> unclean) -> "stopped " + ticket + " " + unclean;
            case TreeEffect.WriteLedger(long write, SortedMap<String, Optional<ResourceNode>> services) ->
                "write " + write + " " + services.keySet();
            case TreeEffect.Log _ -> "";
        };
    }

    /// What the core has to do, as sorted texts.
    List<String> on(TreeEvent event, long now) {
        expected = new ArrayList<>();
        switch (event) {
            case TreeEvent.Listed(boolean all, SortedMap<String, Optional<ResourceNode>> found) -> {
                listing.found(all, found);
                found.forEach((label, root) ->
                        root.ifPresent(tree -> services.computeIfAbsent(label, l -> new Service()).started = tree));
            }
            case TreeEvent.Configure(List<ResourceNode> roots, SortedSet<String> _, SortedMap<String, String> _) ->
                configure(roots);
            case TreeEvent.Run(long ticket, String label, Operation operation, String target) -> {
                services.computeIfAbsent(label, l -> new Service()).queue.add(new Task(ticket, false, operation));
                advance(label, now);
            }
            case TreeEvent.StopEverything(long ticket, var _) -> stopEverything(ticket, now);
            case TreeEvent.Bar() -> {
                barred = true;
                refuseAskers(now);
            }
            case TreeEvent.Unbar() -> barred = false;
            case TreeEvent.MayStart(long question, boolean yes) -> mayStart(questions.remove(question), yes, now);
            case TreeEvent.AgentEnded(long call, int status, long tookMs) -> {
                String label = calls.remove(call);
                Service service = services.get(label);
                if (service != null && service.task != null) {
                    service.task.answers.add(new Answer(status == -1 ? 1 : status, false, now));
                    replay(label, service, now);
                    advance(label, now);
                }
            }
            case TreeEvent.Written(long write, String problem) -> written(write, problem.isEmpty(), now);
            case TreeEvent.Tick() -> {}
        }
        Listing.Write due = listing.due(now);
        if (due != null) {
            expected.add("write " + due.number() + " " + due.services().keySet());
        }
        return expected.stream().sorted().toList();
    }

    private void configure(List<ResourceNode> roots) {
        for (Service service : services.values()) {
            ResourceNode was = service.configured;
            service.configured = null;
            for (ResourceNode root : roots) {
                if (root.equals(was)) {
                    service.configured = was;
                }
            }
        }
        for (ResourceNode root : roots) {
            Service service = services.computeIfAbsent(root.label(), l -> new Service());
            if (service.configured == null) {
                service.configured = root.equals(service.started) ? service.started : root;
            }
        }
    }

    private void written(long number, boolean success, long now) {
        Listing.Write write = listing.ended(number, success, now);
        if (write == null) {
            return;
        }
        services.forEach((label, service) -> {
            Task task = service.task;
            if (task == null || !listing.current(write, label)) {
                return;
            }
            if (task.noting != null) {
                TreeResult result = task.noting;
                task.noting = null;
                finish(label, service, result, true);
            } else if (task.listing && success) {
                task.listing = false;
                replay(label, service, now);
            } else if (task.listing) {
                task.listing = false;
                listing.withdraw(label);
                task.answers.add(new Answer(1, true, now));
                replay(label, service, now);
            }
            advance(label, now);
        });
        if (services.values().stream().anyMatch(s -> s.task != null && (s.task.listing || s.task.noting != null))) {
            listing.hurry(now);
        }
    }

    private void mayStart(@Nullable String label, boolean yes, long now) {
        Service service = services.get(String.valueOf(label));
        if (service == null || service.task == null || !service.task.asking || service.task.need == null) {
            return;
        }
        Task asking = service.task;
        asking.asking = false;
        NeedsAgent need = asking.need;
        if (yes && need.node.can("start", 0)) {
            expectCall(String.valueOf(label), need);
            return;
        }
        asking.answers.add(new Answer(yes ? 0 : 1, !yes, now));
        replay(String.valueOf(label), service, now);
        advance(String.valueOf(label), now);
    }

    private void stopEverything(long ticket, long now) {
        remaining.put(ticket, new TreeSet<>());
        unclean.put(ticket, new TreeSet<>());
        services.forEach((label, service) -> {
            service.queue.forEach(queued -> queued.ended |= !queued.ofAll);
            if (service.task != null) {
                service.task.ended |= !service.task.ofAll;
            }
            if (service.tree() != null || service.task != null) {
                remaining.getOrDefault(ticket, Set.of()).add(label);
                service.queue.add(new Task(ticket, true, Operation.STOP));
            }
        });
        ended(ticket);
        refuseAskers(now);
        services.keySet().forEach(label -> advance(label, now));
    }

    private void ended(long ticket) {
        if (remaining.getOrDefault(ticket, Set.of("")).isEmpty()) {
            remaining.remove(ticket);
            listing.known();
            expected.add("stopped " + ticket + " " + unclean.remove(ticket));
        }
    }

    private void refuseAskers(long now) {
        services.forEach((label, service) -> {
            if (service.task != null && service.task.asking && (barred || service.task.ended)) {
                service.task.asking = false;
                service.task.answers.add(new Answer(1, true, now));
                replay(label, service, now);
                advance(label, now);
            }
        });
    }

    private void advance(String label, long now) {
        Service service = services.getOrDefault(label, new Service());
        while (service.task == null && !service.queue.isEmpty()) {
            Task begins = service.queue.remove();
            begins.root = begins.operation == Operation.START ? service.configured : service.tree();
            begins.beganMs = now;
            service.states.forEach((node, state) -> begins.before.put(node, state.copy()));
            service.task = begins;
            ResourceNode present = service.started;
            if (begins.root == null) {
                boolean ok = begins.operation == Operation.STOP;
                finish(label, service, ok ? TreeResult.GOOD : new TreeResult(false, false, label, 1), true);
            } else if (begins.operation == Operation.START && present != null && present != begins.root) {
                finish(label, service, new TreeResult(false, false, label, 1), true);
            } else {
                service.started = begins.operation == Operation.START ? begins.root : service.started;
                replay(label, service, now);
            }
        }
    }

    private void finish(String label, Service service, TreeResult result, boolean noted) {
        Task ends = service.task;
        if (ends == null) {
            return;
        }
        boolean stop = ends.operation == Operation.STOP;
        if (stop && ends.root != null && !noted) {
            if (result.ok() && service.started == ends.root) {
                service.started = null;
            } else if (!result.ok()) {
                service.started = ends.root;
            }
            if (ends.ofAll && result.ok() && service.configured != null && service.configured != ends.root) {
                service.task = null;
                service.queue.addFirst(new Task(ends.ticket, true, Operation.STOP));
                return;
            }
            if (result.ok() ? listing.drop(label) : listing.list(label, ends.root)) {
                ends.noting = result;
                return;
            }
        }
        service.task = null;
        if (ends.ofAll) {
            remaining.getOrDefault(ends.ticket, new TreeSet<>()).remove(label);
            if (!result.ok()) {
                unclean.getOrDefault(ends.ticket, new TreeSet<>()).add(label);
            }
            ended(ends.ticket);
        } else {
            expected.add("done " + ends.ticket + " " + result);
        }
    }

    private void replay(String label, Service service, long now) {
        for (boolean again = true; again && service.task != null && service.task.root != null; ) {
            again = false;
            Task task = service.task;
            var walk = new TwinWalk(service.task.root, task.beganMs, task.answers, task.before);
            service.states = walk.states();
            try {
                finish(label, service, walk.perform(task.operation), false);
            } catch (NeedsAgent need) {
                task.need = need;
                if (!need.action.equals("start")) {
                    expectCall(label, need);
                } else if (barred || task.ended) {
                    task.answers.add(new Answer(1, true, now));
                    again = true;
                } else if (listing.list(label, task.root)) {
                    task.listing = true;
                } else {
                    task.asking = true;
                    expected.add("ask " + label);
                }
            }
        }
    }

    private void expectCall(String label, NeedsAgent need) {
        int others = 0;
        for (Service service : services.values()) {
            Set<ResourceNode> trees = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
            trees.add(service.configured);
            trees.add(service.started);
            trees.add(service.task == null ? null : service.task.root);
            for (ResourceNode tree : trees) {
                others += up(service, tree, need);
            }
        }
        expected.add("call %s %s %s %d others %d".formatted(label, need.action, need.node.label(), need.depth, others));
    }

    private static int up(Service service, @Nullable ResourceNode node, NeedsAgent need) {
        if (node == null) {
            return 0;
        }
        State state = service.states.get(node);
        boolean counts =
                state != null && state.up && node != need.node && node.label().equals(need.node.label());
        return (counts ? 1 : 0)
                + node.children().stream()
                        .mapToInt(child -> up(service, child, need))
                        .sum();
    }
}
