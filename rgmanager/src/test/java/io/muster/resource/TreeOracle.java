package io.muster.resource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/// What must hold whatever agents do, judged by nothing but events and effects of one life of a
/// [TreeRun]:
///
/// 1. never two agents of one service at once;
/// 2. no agent's start without a yes from cman, asked after the agent before had ended, and none while
///    starts are barred;
/// 3. no start of a resource whose parent isn't up;
/// 4. no stop of a resource before the stops of all its parts have been tried since they were last
///   started;
/// 5. when everything was to be stopped, nothing that was asked for before is started any more;
/// 6. a check is made only when its interval has passed since it was last made and since the start,
///    unless another configuration has come since;
/// 7. a service that is said to be started has every resource up but those below parts that aren't
///    critical, and those too unless it is said to be so in part;
/// 8. every operation is answered once;
/// 9. no agent of a service is started before the ledger holds, durably, that it may run.
final class TreeOracle {
    /// One resource at its place, as the last agents left it.
    private static final class Place {
        boolean up;
        boolean touched;
        boolean stopTried;
        long startedMs = -1;
        final Map<Integer, Long> checkedMs = new TreeMap<>();
    }

    private static final class Service {
        TreeEffect.@org.jspecify.annotations.Nullable CallAgent running;
        long agentEnded;
        boolean granted;
        boolean changed;
        long began;
        final Map<String, Place> places = new HashMap<>();
        final List<Long> asked = new ArrayList<>();
    }

    private final Map<String, Service> services = new TreeMap<>();
    private final Map<Long, String> tickets = new TreeMap<>();
    private final Set<Long> starts = new HashSet<>();
    private final Map<Long, Long> askedAt = new TreeMap<>();
    private final Map<Long, String> askers = new TreeMap<>();
    private final Set<Long> beforeTheEnd = new HashSet<>();
    private final Map<String, Map<String, ResourceNode>> trees = new TreeMap<>();
    private final Map<String, Map<String, String>> parents = new TreeMap<>();
    private Map<String, ResourceNode> configured = new TreeMap<>();
    private final Map<Long, Set<String>> writes = new TreeMap<>();
    private Set<String> ledger = Set.of();
    private boolean barred;
    private long steps;

    /// Labels are unique within a service here, and a label keeps its place.
    private void configured(List<ResourceNode> roots) {
        var now = new TreeMap<String, ResourceNode>();
        roots.forEach(root -> now.put(root.label(), root));
        services.forEach((label, s) -> {
            ResourceNode root = now.get(label);
            if (root == null || !root.equals(configured.get(label))) {
                s.changed = true;
            }
        });
        configured = now;
        now.forEach((label, root) -> place(label, root, ""));
    }

    private void place(String service, ResourceNode node, String parent) {
        trees.computeIfAbsent(service, s -> new TreeMap<>()).put(node.label(), node);
        parents.computeIfAbsent(service, s -> new TreeMap<>()).put(node.label(), parent);
        node.children().forEach(child -> place(service, child, node.label()));
    }

    private Service service(String label) {
        return services.computeIfAbsent(label, s -> new Service());
    }

    private static Place place(Service service, String label) {
        return service.places.computeIfAbsent(label, l -> new Place());
    }

    private static void check(boolean holds, String rule, Object what) {
        if (!holds) {
            throw new AssertionError(rule + ": " + what);
        }
    }

    void sees(TreeEvent event, long nowMs) {
        steps++;
        services.values().forEach(s -> s.granted = false);
        switch (event) {
            case TreeEvent.Run(long ticket, String label, Operation operation, String target) -> {
                tickets.put(ticket, label);
                if (operation == Operation.START) {
                    starts.add(ticket);
                }
                service(label).asked.add(ticket);
            }
            case TreeEvent.StopEverything(long ticket, var _) -> {
                tickets.put(ticket, "");
                services.values().forEach(s -> beforeTheEnd.addAll(s.asked));
            }
            case TreeEvent.Bar() -> barred = true;
            case TreeEvent.Unbar() -> barred = false;
            case TreeEvent.MayStart(long question, boolean yes) -> answered(question, yes);
            case TreeEvent.AgentEnded(long call, int status, long tookMs) ->
                services.forEach((label, s) -> agentEnded(label, s, call, status, nowMs));
            case TreeEvent.Configure(List<ResourceNode> roots, SortedSet<String> _, SortedMap<String, String> _) ->
                configured(roots);
            case TreeEvent.Listed(boolean _, SortedMap<String, Optional<ResourceNode>> found) -> {
                ledger = found.keySet();
                found.forEach((label, root) -> root.ifPresent(tree -> place(label, tree, "")));
            }
            case TreeEvent.Written(long write, String problem) -> {
                if (problem.isEmpty()) {
                    ledger = writes.getOrDefault(write, Set.of());
                }
            }
            case TreeEvent.Tick() -> {}
        }
    }

    private void answered(long question, boolean yes) {
        Long asked = askedAt.remove(question);
        String label = askers.remove(question);
        if (asked != null && label != null && yes) {
            Service s = service(label);
            s.granted = asked >= s.agentEnded;
        }
    }

    private void agentEnded(String label, Service s, long call, int status, long nowMs) {
        var ended = s.running;
        if (ended == null || ended.call() != call) {
            return;
        }
        s.running = null;
        s.agentEnded = steps;
        Place at = place(s, ended.label());
        switch (ended.action()) {
            case "start" -> {
                at.up = status == 0;
                at.startedMs = status == 0 ? nowMs : at.startedMs;
            }
            case "stop" -> {
                at.stopTried = true;
                if (status == 0 || status == 5 && !at.up) {
                    at.up = false;
                    at.startedMs = -1;
                    at.checkedMs.clear();
                }
            }
            case "status" -> at.checkedMs.put(ended.depth(), nowMs);
            default -> {}
        }
    }

    void sees(TreeEffect effect, long nowMs) {
        switch (effect) {
            case TreeEffect.AskQuorum(long question, String label) -> {
                Service s = service(label);
                check(s.running == null, "a question while an agent runs", label);
                if (!s.asked.isEmpty() && s.asked.getFirst() != s.began && starts.contains(s.asked.getFirst())) {
                    // The start begins, with the configuration of this moment.
                    s.began = s.asked.getFirst();
                    s.changed = false;
                    s.places.values().forEach(place -> place.checkedMs.clear());
                }
                askedAt.put(question, steps);
                askers.put(question, label);
            }
            case TreeEffect.CallAgent call -> called(call, nowMs);
            case TreeEffect.Done(long ticket, TreeResult result) -> {
                String label = tickets.remove(ticket);
                check(label != null, "answered twice or never asked", ticket);
                List<Long> asked = service(String.valueOf(label)).asked;
                check(asked.removeFirst() == ticket, "answered out of order", label);
                ResourceNode root = configured.get(String.valueOf(label));
                Service s = service(String.valueOf(label));
                if (starts.remove(ticket) && result.ok() && root != null && !s.changed) {
                    allUp(s, root, result.partial());
                }
            }
            case TreeEffect.StoppedEverything(long ticket, List<String> unclean) ->
                check(tickets.remove(ticket) != null, "the end answered twice or never asked", ticket);
            case TreeEffect.WriteLedger(long write, SortedMap<String, Optional<ResourceNode>> services) ->
                writes.put(write, Set.copyOf(services.keySet()));
            case TreeEffect.Log log -> {}
        }
    }

    private void called(TreeEffect.CallAgent call, long nowMs) {
        Service s = service(call.service());
        check(s.running == null, "two agents of one service at once", call);
        s.running = call;
        Place at = place(s, call.label());
        switch (call.action()) {
            case "start" -> {
                check(!barred, "a start while barred", call);
                check(s.granted, "a start without a fresh yes", call);
                check(ledger.contains(call.service()), "a start that isn't in the ledger", call);
                Map<String, String> up = parents.getOrDefault(call.service(), Map.of());
                String parent = up.getOrDefault(call.label(), "");
                check(parent.isEmpty() || isUp(s, call.service(), parent), "a start below what isn't up", call);
                check(
                        s.asked.isEmpty() || !beforeTheEnd.contains(s.asked.getFirst()),
                        "a start although everything was to be stopped",
                        call);
                at.touched = true;
                at.stopTried = false;
            }
            case "stop" -> {
                for (var child : parents.getOrDefault(call.service(), Map.of()).entrySet()) {
                    if (child.getValue().equals(call.label())
                            && child(call.service(), child.getKey()).can("stop", 0)) {
                        Place below = place(s, child.getKey());
                        check(!below.touched || below.stopTried, "a stop above what wasn't tried to stop", call);
                    }
                }
            }
            case "status" -> {
                ResourceNode node = child(call.service(), call.label());
                // What is started and stopped without an agent is so unseen.
                if (s.changed || !node.can("stop", 0)) {
                    return;
                }
                long intervalMs = node.metadata().checks().stream()
                                .filter(check -> check.depth() == call.depth())
                                .mapToLong(node::intervalSeconds)
                                .findFirst()
                                .orElseThrow()
                        * 1000;
                Long last = at.checkedMs.get(call.depth());
                check(last == null || nowMs - last >= intervalMs, "a check that wasn't due", call);
                check(at.startedMs < 0 || nowMs - at.startedMs >= intervalMs, "a check right after the start", call);
            }
            default -> {}
        }
    }

    private static void allUp(Service s, ResourceNode node, boolean partial) {
        if (!partial || node.independence().critical()) {
            check(!node.can("start", 0) || place(s, node.label()).up, "said to be started without", node.label());
            node.children().forEach(child -> allUp(s, child, partial));
        }
    }

    private ResourceNode child(String service, String label) {
        ResourceNode node = trees.getOrDefault(service, Map.of()).get(label);
        if (node == null) {
            throw new AssertionError("nobody planted " + label + " in " + service);
        }
        return node;
    }

    /// A resource without a start is up with its parent.
    private boolean isUp(Service s, String service, String label) {
        ResourceNode node = child(service, label);
        String parent = parents.getOrDefault(service, Map.of()).getOrDefault(label, "");
        return node.can("start", 0) ? place(s, label).up : parent.isEmpty() || isUp(s, service, parent);
    }

    /// In the end nothing is owed.
    void nothingIsOwed() {
        check(tickets.isEmpty(), "never answered", tickets);
    }
}
