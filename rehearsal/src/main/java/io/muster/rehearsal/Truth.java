package io.muster.rehearsal;

import static io.muster.model.ModelCluster.require;

import io.muster.core.Node;
import io.muster.fence.DomainReport;
import io.muster.fence.daemon.FenceDaemon;
import io.muster.model.ModelNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What is true of a rehearsed cluster's machines, as no node knows it: which device is mounted where,
/// which address is up, which process lives. It stays so whatever becomes of daemons and cman, until a
/// stop has succeeded or the power has gone. Breaks off when two machines may have the same.
///
/// What agents lie about is nobody's promise: a stop or a fence agent that reports success and has done
/// nothing sets free, here too, what it claims to have ended.
final class Truth {
    /// Something that may be there.
    private static final class Hold {
        private final Optional<Node> run;
        private boolean there;
        private boolean deniedByAgent;

        Hold(Optional<Node> run) {
            this.run = run;
        }
    }

    private final Site site;
    private final SortedMap<Integer, SortedMap<String, Hold>> machines = new TreeMap<>();
    /// Machines of which a fence agent says falsely that they are off.
    private final SortedSet<Integer> saidOff = new TreeSet<>();
    /// Runs whose machine has lost its power since.
    private final Set<Node> dead = new HashSet<>();
    /// Services of which an agent has failed, or that an operator has stopped: not owed to anybody.
    private final SortedSet<Integer> failures = new TreeSet<>();
    private boolean anyMayHaveFailed;
    private final SortedMap<String, Integer> starts = new TreeMap<>();

    Truth(Site site) {
        this.site = site;
    }

    /// The service that a device, address or program belongs to.
    static int service(String what) {
        String tail = what.startsWith("/")
                ? what.substring(what.lastIndexOf('/') + 2)
                : what.substring(what.lastIndexOf('.') + 1);
        int end = tail.indexOf('.');
        return Integer.parseInt(end < 0 ? tail : tail.substring(0, end));
    }

    private SortedMap<String, Hold> at(ModelNode node) {
        return machines.computeIfAbsent(node.nodeid(), _ -> new TreeMap<>());
    }

    /// Whether it is there: mounted, up, alive.
    boolean there(ModelNode node, String what) {
        Hold hold = at(node).get(what);
        return hold != null && hold.there;
    }

    /// What may be on a machine, but for what agents deny.
    SortedSet<String> left(ModelNode node) {
        var all = new TreeSet<String>();
        at(node).forEach((what, hold) -> {
            if (!hold.deniedByAgent) {
                all.add(what);
            }
        });
        return all;
    }

    /// How often something was started.
    int starts(String what) {
        return starts.getOrDefault(what, 0);
    }

    /// An agent's start begins: from now on it may be here.
    void begins(ModelNode node, String what) {
        starts.merge(what, 1, Integer::sum);
        node.say("starts " + what);
        alone(node, what, "is started");
        for (ModelNode other : site.model().nodes().values()) {
            require(
                    !hits(other, node),
                    () -> what + " is started on node " + node.nodeid() + " while a fence agent of node "
                            + other.nodeid() + " is at work against that node");
        }
        Hold before = at(node).get(what);
        var hold = new Hold(node.run());
        hold.there = before != null && before.there;
        at(node).put(what, hold);
    }

    /// The start takes effect, whoever still wants it.
    void up(ModelNode node, String what) {
        alone(node, what, "comes up");
        at(node).computeIfAbsent(what, _ -> new Hold(node.run())).there = true;
    }

    private void alone(ModelNode node, String what, String does) {
        if (saidOff.contains(node.nodeid()) || shared(what)) {
            return;
        }
        for (ModelNode other : site.model().nodes().values()) {
            Hold hold = other == node ? null : at(other).get(what);
            require(
                    hold == null || hold.deniedByAgent,
                    () -> what + " " + does + " on node " + node.nodeid() + " and "
                            + (hold != null && hold.there ? "is" : "may be") + " on node " + other.nodeid());
        }
    }

    /// A script that several services have may run on several machines.
    private boolean shared(String what) {
        return what.startsWith("/etc/") && site.documents().everHad(what).size() > 1;
    }

    /// A fence agent of a fenced that has been in the domain with this node all the time since.
    private boolean hits(ModelNode by, ModelNode target) {
        return by != target
                && by.cman()
                        .flatMap(cman -> target.run()
                                .filter(run -> cman.ring().members().contains(run))
                                .filter(run -> target.cman()
                                        .map(other -> other.ring().members().contains(cman.self()))
                                        .orElse(false)))
                        .isPresent()
                && site.agents().hits(by, target.nodeid());
    }

    /// An agent's stop has succeeded.
    void down(ModelNode node, String what) {
        at(node).remove(what);
    }

    /// An agent says that it has stopped it, and hasn't.
    void denied(ModelNode node, String what) {
        Hold hold = at(node).get(what);
        if (hold != null) {
            hold.deniedByAgent = true;
        }
    }

    /// A fence agent says that it has switched a machine off, and hasn't.
    void deniedAll(ModelNode node) {
        saidOff.add(node.nodeid());
        at(node).values().forEach(hold -> hold.deniedByAgent = true);
    }

    /// The power of a machine is off.
    void off(ModelNode node) {
        node.run().ifPresent(dead::add);
        at(node).values().forEach(hold -> hold.run.ifPresent(dead::add));
        at(node).clear();
        saidOff.remove(node.nodeid());
    }

    /// Whether something that this run, or an earlier one, has started may still be there.
    boolean harmless(Node run) {
        ModelNode node = site.model().node(run.nodeid());
        return dead.contains(run)
                || saidOff.contains(run.nodeid())
                || at(node).values().stream()
                        .allMatch(hold -> hold.deniedByAgent || !hold.run.equals(Optional.of(run)));
    }

    void failed(int service) {
        failures.add(service);
    }

    /// From now on a start may have been refused without any agent being asked: where that it is
    /// started can't be written down, it isn't.
    void startsMayFail() {
        anyMayHaveFailed = true;
    }

    boolean hasFailed(int service) {
        return anyMayHaveFailed || failures.contains(service);
    }

    /// A fence agent is started.
    void agentStarts(ModelNode by, int victim) {
        by.say("fence agent against node " + victim);
        List<Node> members = by.process("fenced")
                .flatMap(process -> by.wireOf("fenced"))
                .flatMap(client -> by.cman().map(cman -> cman.freshMembers(client)))
                .orElse(List.of());
        require(!members.isEmpty(), () -> "node " + by.nodeid() + " fences without quorum");
        Node run = site.model().node(victim).run().orElse(null);
        boolean claimed = run != null
                && by.daemon("fenced", FenceDaemon.class)
                        .map(fenced -> claims(fenced.report(), run))
                        .orElse(false);
        require(
                run == null || claimed || !members.contains(run),
                () -> "node " + by.nodeid() + " starts an agent against node " + victim
                        + ", which is a member again as " + run);
    }

    /// Whether the very run that is up is the one to be fenced.
    private static boolean claims(DomainReport report, Node run) {
        return report.victims().stream().anyMatch(line -> line.node().equals(run) && line.claimedBy() != 0);
    }

    /// For a failure's message.
    @Override
    public String toString() {
        var text = new StringBuilder();
        for (Map.Entry<Integer, SortedMap<String, Hold>> machine : machines.entrySet()) {
            if (!machine.getValue().isEmpty()) {
                text.append("node ")
                        .append(machine.getKey())
                        .append(" has ")
                        .append(machine.getValue().keySet())
                        .append('\n');
            }
        }
        return text.toString();
    }
}
