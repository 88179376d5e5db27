package io.muster.service;

import io.muster.service.Plan.Domain;
import io.muster.service.Plan.DomainMember;
import io.muster.service.Plan.ServiceSpec;
import java.util.SortedSet;

/// How well a node suits a service: the original's scores, without dice.
///
/// In an ordered domain a missing priority is 0 and sorts before 1, as it did there.
public final class Placement {
    /// In ascending order of preference.
    public enum Score {
        /// Offline, or outside a restricted domain.
        ILLEGAL,
        /// Outside the domain while one of its members is online.
        GOOD,
        /// In an ordered domain while a more preferred member is online.
        BETTER,
        /// Nobody suits it better. An automatic start needs this.
        BEST
    }

    private Placement() {}

    /// @param online nodes that may run services
    /// @param owner who runs it now and is online, 0 for nobody: with `nofailback` that counts
    public static Score score(Plan plan, ServiceSpec spec, SortedSet<Integer> online, int nodeid, int owner) {
        if (!online.contains(nodeid)) {
            return Score.ILLEGAL;
        }
        Domain domain = plan.domain(spec.domain());
        if (domain == null) {
            return Score.BEST;
        }
        DomainMember member = domain.member(nodeid);
        if (member == null) {
            if (domain.restricted()) {
                return Score.ILLEGAL;
            }
            return anyOnline(domain, online) ? Score.GOOD : Score.BEST;
        }
        if (!domain.ordered()) {
            return Score.BEST;
        }
        boolean lowest = member.priority() == lowestOnline(domain, online);
        if (domain.nofailback() && owner != 0) {
            if (nodeid == owner) {
                return Score.BEST;
            }
            return Score.BETTER;
        }
        return lowest ? Score.BEST : Score.BETTER;
    }

    /// A node's place in an ordered domain, lower first; the same for all nodes where there is no order.
    static int rank(Plan plan, ServiceSpec spec, int nodeid) {
        Domain domain = plan.domain(spec.domain());
        DomainMember member = domain == null || !domain.ordered() ? null : domain.member(nodeid);
        return member == null ? 0 : member.priority();
    }

    private static boolean anyOnline(Domain domain, SortedSet<Integer> online) {
        return domain.members().stream().anyMatch(m -> online.contains(m.nodeid()));
    }

    private static int lowestOnline(Domain domain, SortedSet<Integer> online) {
        int lowest = Integer.MAX_VALUE;
        for (DomainMember member : domain.members()) {
            if (online.contains(member.nodeid())) {
                lowest = Math.min(lowest, member.priority());
            }
        }
        return lowest;
    }
}
