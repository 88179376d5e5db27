package io.muster.service;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.resource.Identities;
import io.muster.service.ClusterState.Peer;
import io.muster.service.Plan.ServiceSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Why a service is started nowhere, or nowhere else: by whom it is barred, and what an operator can
/// do.
final class Barred {
    private static final int SHOWN = 4;

    private Barred() {}

    /// In words; empty when nothing bars it, or nothing is to be started.
    static String why(ClusterState state, Service service) {
        return why(state, service, false);
    }

    /// @param wanted whether an operator wants it started, whatever has become of it
    static String why(ClusterState state, Service service, boolean wanted) {
        var reasons = new ArrayList<String>();
        var told = new TreeSet<Integer>();
        for (Node holder : Stage.without(service.holders(), owners(service))) {
            told.add(holder.nodeid());
            reasons.add(
                    state.online(holder)
                            ? "its stop failed on node " + holder.nodeid() + ": clusvcadm -d " + service.name
                            : "node " + holder.nodeid() + " may still run it: " + cure(state, holder));
        }
        boolean sought = wanted || service.stage instanceof Stage.Stopped || service.stage instanceof Stage.Seeking;
        boolean ownerGone = service.owner() != 0 && !state.ready(service.owner());
        if (sought || ownerGone || !reasons.isEmpty()) {
            state.barring(service.name).stream()
                    .filter(run -> told.add(run.nodeid()))
                    .forEach(run -> reasons.add(why(state, run)));
        }
        if (sought || service.stage instanceof Stage.Started) {
            reasons.addAll(unfit(state, service));
        }
        reasons.addAll(claimed(state, service, sought));
        return String.join("; ", reasons);
    }

    /// What an operator can do about a run that is no ready rgmanager's.
    private static String cure(ClusterState state, Node run) {
        return state.standing.members().containsKey(run.nodeid())
                ? "start rgmanager there, or once it is stopped fence_ack_manual -s"
                : "it has to be fenced, or fence_ack_manual once it is off";
    }

    /// It would run without a resource: on which nodes, and why; where all say the same, once.
    private static List<String> unfit(ClusterState state, Service service) {
        var nodes = new TreeMap<String, List<String>>();
        for (int nodeid : state.online()) {
            String why = state.unfit(service.name, nodeid);
            if (!why.isEmpty()) {
                nodes.computeIfAbsent(why, _ -> new ArrayList<>()).add("node " + nodeid);
            }
        }
        return nodes.entrySet().stream()
                .map(e -> (e.getValue().size() == state.online().size() ? "" : String.join(", ", e.getValue()) + ": ")
                        + "it would run without a resource: " + e.getKey())
                .toList();
    }

    /// Who has what it needs.
    private static List<String> claimed(ClusterState state, Service service, boolean sought) {
        ServiceSpec spec = state.spec(service);
        var reasons = new ArrayList<String>();
        for (Node run : service.marked) {
            reasons.add("its stop failed on node " + run.nodeid() + " when it was new: not started there");
        }
        if (!service.fresh.isEmpty()) {
            reasons.add("it is new, and being stopped first on "
                    + String.join(
                            ", ",
                            service.fresh.stream()
                                    .map(run -> "node " + run.nodeid())
                                    .toList()));
        }
        if (spec == null) {
            if (!service.holders().isEmpty()) {
                reasons.add(
                        "gone from the configuration" + (service.frozen ? ", and frozen: " + unfreeze(service) : ""));
            }
            return reasons;
        }
        boolean changes = service.stage instanceof Stage.Started started
                && (started.change().isPresent() || !started.digest().equals(spec.digest()));
        if (unknownYet(service)) {
            reasons.add("it was left running while no rgmanager was there: "
                    + (service.frozen
                            ? "compared with its configuration once it isn't frozen: " + unfreeze(service)
                            : "not compared with its configuration yet"));
        } else if (changes) {
            reasons.add("its new configuration isn't carried out"
                    + (refused(service) ? ": it can't be run on node " + service.owner() : " yet")
                    + (service.frozen ? ", it is frozen: " + unfreeze(service) : ""));
        }
        if (sought || changes) {
            Stream<Integer> nodes = changes ? Stream.of(service.owner()) : state.online().stream();
            nodes.flatMap(node -> state.claims().conflicts(service, spec, node).stream())
                    .map(Barred::words)
                    .distinct()
                    .limit(SHOWN)
                    .forEach(reasons::add);
        }
        return reasons;
    }

    /// Whether it was found running, and nobody in the group knows as configured by what.
    private static boolean unknownYet(Service service) {
        return service.stage instanceof Stage.Started started
                && started.digest().isEmpty()
                && started.change().isEmpty();
    }

    private static boolean refused(Service service) {
        return service.stage instanceof Stage.Started started
                && started.change()
                        .filter(change -> change.phase() == Stage.Change.Phase.REFUSED)
                        .isPresent();
    }

    private static String words(Claims.Conflict conflict) {
        Service holder = conflict.holder();
        String what = conflict.what().equals(Claims.UNKNOWN) ? "anything" : Identities.words(conflict.what());
        String has = "waits for " + holder.name + ", which has " + what + " on node "
                + conflict.run().nodeid();
        if (conflict.passing()) {
            return has;
        }
        return has + (holder.frozen ? " and is frozen: " + unfreeze(holder) : ": clusvcadm -d " + holder.name);
    }

    private static String unfreeze(Service service) {
        return "clusvcadm -U " + service.name;
    }

    private static List<Node> owners(Service service) {
        return service.stage instanceof Stage.Owned owned && !service.suspects.contains(owned.run())
                ? List.of(owned.run())
                : List.of();
    }

    private static String why(ClusterState state, Node run) {
        String node = "node " + run.nodeid();
        if (run.incarnation().equals(Incarnation.UNKNOWN)) {
            return node + " was never seen, and isn't fenced yet";
        }
        if (state.standing.lost().containsKey(run)) {
            boolean back = state.standing.members().containsKey(run.nodeid());
            return node
                    + (back ? " may run it since before it restarted: " : " was lost and may run it: ")
                    + cure(state, run);
        }
        Peer peer = state.peers.get(run.nodeid());
        return peer != null && peer.node().equals(run)
                ? node + " is still stopping everything"
                : node + " may run it and has no rgmanager: " + cure(state, run);
    }
}
