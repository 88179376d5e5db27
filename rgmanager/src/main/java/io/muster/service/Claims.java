package io.muster.service;

import io.muster.core.Node;
import io.muster.group.Remains;
import io.muster.resource.Identities;
import io.muster.resource.ResourceType;
import io.muster.service.Plan.Resource;
import io.muster.service.Plan.ServiceSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Who has which resource ([Identities]), and who must let go of it before a service may start. A run
/// of a node has what it was given from the grant of a start on, until its stop has succeeded or it is
/// proven harmless: a holder is kept for each resource, not only for each service.
///
/// Looks at the replicated state and never changes it.
final class Claims {
    /// Of a holder of which nobody knows what it has: anything.
    static final String UNKNOWN = "?";

    /// Somebody else has what a service needs.
    ///
    /// @param what its identity
    /// @param passing whether it is about to let go of it by itself
    record Conflict(Service holder, Node run, String what, boolean passing) {}

    private final ClusterState state;
    private final TypeTable table;
    private final SortedMap<String, SortedSet<String>> needs = new TreeMap<>();
    private final SortedMap<Integer, SortedMap<String, SortedSet<String>>> onNodes = new TreeMap<>();

    Claims(ClusterState state) {
        this.state = state;
        this.table = TypeTable.of(state.types);
    }

    /// What a service needs on a node as it is configured, by all the names that things have there.
    SortedSet<String> needs(ServiceSpec spec, int nodeid) {
        return onNodes.computeIfAbsent(nodeid, _ -> new TreeMap<>()).computeIfAbsent(spec.name(), _ -> {
            var all = new TreeSet<>(needs(spec));
            var names = state.types.getOrDefault(nodeid, NodeTable.NONE).names();
            needs(spec).forEach(what -> all.addAll(names.getOrDefault(what, Collections.emptySortedSet())));
            return Collections.unmodifiableSortedSet(all);
        });
    }

    /// The same wherever it is going to be.
    private SortedSet<String> needsSomewhere(ServiceSpec spec) {
        var all = new TreeSet<>(needs(spec));
        state.types.keySet().forEach(nodeid -> all.addAll(needs(spec, nodeid)));
        return all;
    }

    private SortedSet<String> needs(ServiceSpec spec) {
        return needs.computeIfAbsent(spec.name(), _ -> {
            var all = new TreeSet<String>();
            for (Resource resource : spec.resources()) {
                ResourceType type = table.of(resource.type());
                if (type != null) {
                    all.addAll(Identities.of(type, resource.attributes()));
                }
            }
            return Collections.unmodifiableSortedSet(all);
        });
    }

    /// What others have that a service needs for a start on a node.
    List<Conflict> conflicts(Service service, ServiceSpec spec, int nodeid) {
        SortedSet<String> wanted = needs(spec, nodeid);
        if (wanted.isEmpty()) {
            return List.of();
        }
        var found = new ArrayList<Conflict>();
        for (Service other : state.services.values()) {
            if (other == service) {
                continue;
            }
            for (Map.Entry<Node, SortedSet<String>> entry : other.held.entrySet()) {
                for (String what : entry.getValue()) {
                    boolean here = entry.getKey().nodeid() == nodeid;
                    if (what.equals(UNKNOWN)
                            ? anyEverywhere(wanted) || here
                            : wanted.contains(what) && (here || !Identities.onNode(what))) {
                        found.add(new Conflict(other, entry.getKey(), what, passing(other, entry.getKey(), what)));
                    }
                }
            }
        }
        return found;
    }

    private static boolean anyEverywhere(SortedSet<String> wanted) {
        return wanted.stream().anyMatch(what -> !Identities.onNode(what));
    }

    /// Whether a service will let go of something because the configuration gives it to it no more.
    private boolean passing(Service holder, Node run, String what) {
        if (holder.fresh.contains(run) && !holder.holders().contains(run)) {
            return true;
        }
        if (holder.frozen || !(holder.stage instanceof Stage.Owned) || holder.doubted()) {
            return false;
        }
        if (holder.stage instanceof Stage.Started started
                && started.change()
                        .filter(change -> change.phase() == Stage.Change.Phase.REFUSED)
                        .isPresent()) {
            return false;
        }
        ServiceSpec spec = state.spec(holder);
        return spec == null
                || holder.stage instanceof Stage.Stopping
                || !needs(spec, run.nodeid()).contains(what);
    }

    /// Whether a run on whose list other services are may have what this one needs.
    boolean listBars(ServiceSpec spec, Node run, Remains list) {
        SortedSet<String> wanted = needsSomewhere(spec);
        if (list.all() || !anyEverywhere(wanted)) {
            return false;
        }
        for (String name : list.services()) {
            SortedSet<String> has = name.equals(spec.name()) ? null : had(state.services.get(name), run);
            if (!name.equals(spec.name())
                    && (has == null
                            || has.stream()
                                    .anyMatch(what -> what.equals(UNKNOWN)
                                            || !Identities.onNode(what) && wanted.contains(what)))) {
                return true;
            }
        }
        return false;
    }

    /// What a service has on a node; null where nobody knows.
    private static @Nullable SortedSet<String> had(@Nullable Service service, Node run) {
        if (service == null) {
            return null;
        }
        SortedSet<String> exact = service.held.get(run);
        if (exact != null) {
            return exact;
        }
        return service.held.entrySet().stream()
                .filter(entry -> entry.getKey().nodeid() == run.nodeid())
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }
}
