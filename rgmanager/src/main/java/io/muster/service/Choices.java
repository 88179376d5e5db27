package io.muster.service;

import io.muster.core.Node;
import io.muster.service.Placement.Score;
import io.muster.service.Plan.ServiceSpec;
import java.util.Comparator;
import java.util.SortedSet;
import java.util.stream.Stream;

/// Which node a service is to go to. Pure: the same state gives the same node everywhere.
///
/// Where the original let nodes race for a lock or shuffled them, the order of an ordered domain
/// decides, then the node with the fewest services wins, then the lowest nodeid.
final class Choices {
    private final ClusterState state;
    private final SortedSet<Integer> online;

    Choices(ClusterState state) {
        this.state = state;
        this.online = state.online();
    }

    SortedSet<Integer> online() {
        return online;
    }

    Score score(Service service, ServiceSpec spec, int nodeid) {
        boolean running = service.stage instanceof Stage.Starting || service.stage instanceof Stage.Started;
        int owner = running && online.contains(service.owner()) ? service.owner() : 0;
        Plan plan = state.plan;
        if (plan == null || nodeid != owner && !configured(nodeid)) {
            return Score.ILLEGAL;
        }
        return Placement.score(plan, spec, online, nodeid, owner);
    }

    /// A member that cluster.conf has no more keeps what it runs until it leaves, and gets nothing new.
    private boolean configured(int nodeid) {
        Plan plan = state.plan;
        return plan != null && plan.nodes().stream().anyMatch(node -> node.nodeid() == nodeid);
    }

    /// Whether nothing but time speaks against a start there: it is legal, all of it can be run,
    /// exclusive services leave room, and nobody else may still be running it.
    boolean fits(Service service, ServiceSpec spec, int nodeid) {
        return score(service, spec, nodeid) != Score.ILLEGAL
                && state.unfit(service.name, nodeid).isEmpty()
                && state.roomFor(service, spec, nodeid)
                && free(service, nodeid)
                && service.marked.stream().noneMatch(run -> run.nodeid() == nodeid)
                && unclaimed(service, spec, nodeid);
    }

    /// Whether nobody else has what it needs there.
    private boolean unclaimed(Service service, ServiceSpec spec, int nodeid) {
        return state.claims().conflicts(service, spec, nodeid).isEmpty();
    }

    /// Whether another has there what only one may have on a node, and keeps it.
    private boolean taken(Service service, ServiceSpec spec, int nodeid) {
        return state.claims().conflicts(service, spec, nodeid).stream().anyMatch(conflict -> !conflict.passing());
    }

    /// Whether what others have keeps it from the nodes that it could try.
    boolean waits(Service service, ServiceSpec spec, Search search) {
        return online.stream()
                .filter(search::untried)
                .anyMatch(n -> score(service, spec, n) != Score.ILLEGAL
                        && state.roomFor(service, spec, n)
                        && free(service, n)
                        && !unclaimed(service, spec, n));
    }

    /// Whether some node will be free for it without an operator.
    boolean passing(Service service, ServiceSpec spec) {
        return online.stream()
                .map(n -> state.claims().conflicts(service, spec, n))
                .anyMatch(found -> !found.isEmpty() && found.stream().allMatch(Claims.Conflict::passing));
    }

    private boolean free(Service service, int nodeid) {
        Node present = state.standing.members().get(nodeid);
        return present == null ? service.holders().isEmpty() : service.freeFor(present);
    }

    /// Whether a start in place is still possible.
    boolean inPlace(Service service, ServiceSpec spec, int nodeid) {
        return online.contains(nodeid)
                && configured(nodeid)
                && state.unfit(service.name, nodeid).isEmpty()
                && free(service, nodeid)
                && unclaimed(service, spec, nodeid);
    }

    /// Whether it will be once others have let go of what it needs there.
    boolean waitsInPlace(Service service, ServiceSpec spec, int nodeid) {
        return online.contains(nodeid)
                && configured(nodeid)
                && free(service, nodeid)
                && state.claims().conflicts(service, spec, nodeid).stream().allMatch(Claims.Conflict::passing);
    }

    /// For an automatic start: a node that scores best; when exclusive services, or what they
    /// can't run, bar all of these, the
    /// best of the rest. 0 for none.
    int automatic(Service service, ServiceSpec spec) {
        int best = emptiest(
                service, online.stream().filter(n -> score(service, spec, n) == Score.BEST && fits(service, spec, n)));
        boolean barred = online.stream()
                .anyMatch(n -> score(service, spec, n) == Score.BEST
                        && (!state.roomFor(service, spec, n)
                                || !state.unfit(service.name, n).isEmpty()
                                || taken(service, spec, n)));
        return best == 0 && barred ? highest(service, spec, online.stream()) : best;
    }

    /// For a relocation: the preferred target first, then the highest score among those not tried, then
    /// whoever had it. 0 for none.
    int next(Service service, ServiceSpec spec, Search search) {
        int target = search.target();
        if (target != 0 && search.untried(target) && fits(service, spec, target)) {
            return target;
        }
        int origin = search.origin();
        int other = highest(service, spec, online.stream().filter(n -> n != origin && search.untried(n)));
        if (other != 0) {
            return other;
        }
        return origin != 0 && search.untried(origin) && fits(service, spec, origin) ? origin : 0;
    }

    /// Of the nodes that have arrived, the one that suits a running service strictly better than its
    /// owner; 0 for none.
    int failback(Service service, ServiceSpec spec) {
        Score present = score(service, spec, service.owner());
        return highest(
                service,
                spec,
                state.arrivals.stream()
                        .filter(n -> online.contains(n)
                                && state.unfit(service.name, n).isEmpty()
                                && score(service, spec, n).compareTo(present) > 0
                                && state.roomFor(service, spec, n)),
                false);
    }

    /// Where what runs could run as it is configured now; 0 for nowhere.
    int elsewhere(Service service, ServiceSpec spec) {
        return highest(
                service,
                spec,
                online.stream()
                        .filter(n -> n != service.owner()
                                && score(service, spec, n) != Score.ILLEGAL
                                && state.unfit(service.name, n).isEmpty()
                                && state.roomFor(service, spec, n)
                                && unclaimed(service, spec, n)),
                false);
    }

    private int highest(Service service, ServiceSpec spec, Stream<Integer> nodes) {
        return highest(service, spec, nodes, true);
    }

    private int highest(Service service, ServiceSpec spec, Stream<Integer> nodes, boolean mustFit) {
        return nodes.filter(n -> !mustFit || fits(service, spec, n))
                .min(Comparator.<Integer, Score>comparing(n -> score(service, spec, n))
                        .reversed()
                        .thenComparingInt(n -> rank(spec, n))
                        .thenComparing(state.emptiestFirst(service)))
                .orElse(0);
    }

    private int rank(ServiceSpec spec, int nodeid) {
        Plan plan = state.plan;
        return plan == null ? 0 : Placement.rank(plan, spec, nodeid);
    }

    private int emptiest(Service service, Stream<Integer> nodes) {
        return nodes.min(state.emptiestFirst(service)).orElse(0);
    }
}
