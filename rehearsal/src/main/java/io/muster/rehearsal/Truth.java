package io.muster.rehearsal;

import static io.muster.model.ModelCluster.require;

import io.muster.core.Node;
import io.muster.fence.DomainReport;
import io.muster.fence.daemon.FenceDaemon;
import io.muster.model.ModelNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What is true of a rehearsed cluster, as no node knows it: where something of a service runs, and who
/// has started it and hasn't been proven to have ended since. Breaks off when a promise is broken.
final class Truth {
    private final Site site;
    private final Map<Integer, SortedSet<String>> running = new TreeMap<>();
    /// Who has started a service and hasn't been proven to have ended since.
    private final Map<String, Node> holders = new TreeMap<>();
    /// Services of which an agent has failed, or that an operator has stopped: not owed to anybody.
    private final Set<String> failures = new TreeSet<>();

    Truth(Site site) {
        this.site = site;
    }

    boolean runs(ModelNode node, String service) {
        return running.getOrDefault(node.nodeid(), new TreeSet<>()).contains(service);
    }

    /// An agent's start begins: from now on something of the service may run here.
    void starts(ModelNode node, String service) {
        node.say("starts " + service);
        for (ModelNode other : site.model().nodes().values()) {
            require(
                    other == node || !runs(other, service),
                    service + " is started on node " + node.nodeid() + " and runs on node " + other.nodeid());
        }
        Node holder = holders.get(service);
        require(
                holder == null || holder.nodeid() == node.nodeid(),
                service + " is started on node " + node.nodeid() + " while " + holder
                        + " has neither been fenced nor proven to have stopped it");
        node.run().ifPresent(run -> holders.put(service, run));
        running.computeIfAbsent(node.nodeid(), _ -> new TreeSet<>()).add(service);
    }

    /// An agent's stop has succeeded.
    void stopped(ModelNode node, String service) {
        running.getOrDefault(node.nodeid(), new TreeSet<>()).remove(service);
        Node holder = holders.get(service);
        if (holder != null && holder.nodeid() == node.nodeid()) {
            holders.remove(service);
        }
    }

    /// The power of a machine is off.
    void off(ModelNode node) {
        running.remove(node.nodeid());
        holders.values().removeIf(holder -> holder.nodeid() == node.nodeid());
    }

    void failed(String service) {
        failures.add(service);
    }

    boolean hasFailed(String service) {
        return failures.contains(service);
    }

    /// A fence agent is started.
    void agentStarts(ModelNode by, int victim) {
        by.say("fence agent against node " + victim);
        List<Node> members = by.process("fenced")
                .flatMap(process -> by.wireOf("fenced"))
                .flatMap(client -> by.cman().map(cman -> cman.freshMembers(client)))
                .orElse(List.of());
        int size = site.model().nodes().size();
        require(size == 2 || members.size() * 2 > size, "node " + by.nodeid() + " fences without quorum");
        Node run = site.model().node(victim).run().orElse(null);
        boolean claimed = run != null
                && by.daemon("fenced", FenceDaemon.class)
                        .map(fenced -> claims(fenced.report(), run))
                        .orElse(false);
        require(
                run == null || claimed || !members.contains(run),
                "node " + by.nodeid() + " starts an agent against node " + victim + ", which is a member again as "
                        + run);
    }

    /// Whether the very run that is up is the one to be fenced.
    private static boolean claims(DomainReport report, Node run) {
        return report.victims().stream().anyMatch(line -> line.node().equals(run) && line.claimedBy() != 0);
    }
}
