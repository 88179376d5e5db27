package io.muster.membership;

import io.muster.config.ConfigVersion;
import io.muster.core.Node;
import io.muster.group.Remains;
import io.muster.membership.CmanEffect.Result;
import io.muster.membership.CmanMessage.Ordinary;
import io.muster.totem.RingId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What operators ask for with `cman_tool kill`, `expected`, `votes` and `version`: refused at once, or
/// made a message to all.
final class OperatorRequests {
    private OperatorRequests() {}

    /// @param message what is to be ordered, if the request is taken
    record Verdict(Result result, String text, Optional<Ordinary> message, boolean safe) {
        private static Verdict no(Result result, String text) {
            return new Verdict(result, text, Optional.empty(), false);
        }

        private static Verdict yes(Ordinary message, boolean safe) {
            return new Verdict(Result.OK, "", Optional.of(message), safe);
        }
    }

    static Verdict kill(ClusterState state, Node self, CmanEvent.Kill e) {
        return state.members.containsKey(self)
                ? Verdict.yes(new CmanMessage.Kill(e.nodeids(), e.why()), false)
                : Verdict.no(Result.NOT_MEMBER, "");
    }

    static Verdict expected(ClusterState state, Node self, @Nullable RingId ring, CmanEvent.SetExpected e) {
        if (!state.members.containsKey(self)) {
            return Verdict.no(Result.NOT_MEMBER, "");
        }
        return trial(state, self, ring).admissibleExpected(self.nodeid(), e.votes())
                ? Verdict.yes(new CmanMessage.Expected(e.votes()), false)
                : Verdict.no(Result.INVALID, "");
    }

    static Verdict votes(ClusterState state, Node self, @Nullable RingId ring, CmanEvent.SetVotes e) {
        int nodeid = e.nodeid() == 0 ? self.nodeid() : e.nodeid();
        boolean known = state.nodes().stream().anyMatch(n -> n.nodeid() == nodeid);
        if (!state.members.containsKey(self)) {
            return Verdict.no(Result.NOT_MEMBER, "");
        }
        return known && trial(state, self, ring).admissibleVotes(nodeid, e.votes())
                ? Verdict.yes(new CmanMessage.NodeVotes(nodeid, e.votes()), false)
                : Verdict.no(Result.INVALID, "");
    }

    /// @param agreed whether the one who says so is ccsd: nobody else knows what all have agreed on and
    ///     have on disk
    static Verdict announce(ClusterState state, CmanSettings.Reader reader, CmanEvent.Announce e, boolean agreed) {
        if (!agreed) {
            return Verdict.no(Result.INVALID, "a configuration is announced by ccsd, once the nodes have agreed on it");
        }
        List<Node> holders = state.holders();
        boolean same = e.version() == state.configVersion && e.sha256().equals(state.configSha256);
        if (same && state.configAgreed && holders.size() == state.members.size()) {
            return Verdict.no(Result.OK, "");
        }
        if (!state.tally.quorate()) {
            return Verdict.no(Result.INQUORATE, "");
        }
        boolean next = same || HeldConfiguration.follows(state, e.version(), true);
        return !next || reader.read(e.document()).isEmpty()
                ? Verdict.no(Result.INVALID, notTaken(state, e))
                : Verdict.yes(new CmanMessage.Configuration(e.version(), e.sha256(), true, e.document()), true);
    }

    private static String notTaken(ClusterState state, CmanEvent.Announce e) {
        var offered = new ConfigVersion(e.version(), e.sha256());
        var held = new ConfigVersion(state.configVersion, state.configSha256);
        return "cluster.conf " + offered + " isn't taken, " + held + " is in force"
                + (offered.number() == held.number() ? ": one number, other content" : "");
    }

    /// An operator's word counts for one run and one service that is listed. Of a run where nobody knows what runs, no
    /// word on one service is enough.
    static Verdict acknowledge(ClusterState state, CmanEvent.Acknowledge e, long wallMs) {
        Remains listed = state.remains(e.run());
        if (listed.all()) {
            return Verdict.no(Result.INVALID, "nobody knows what runs there: any service may");
        }
        return listed.bars(e.service())
                ? Verdict.yes(new CmanMessage.Acknowledged(e.run(), e.service(), wallMs), true)
                : Verdict.no(
                        Result.INVALID,
                        e.service() + " isn't on the list of run " + e.run().incarnation() + " of node "
                                + e.run().nodeid());
    }

    /// Only asked what it would do: nothing is changed, and nothing logged.
    private static StateMachine trial(ClusterState state, Node self, @Nullable RingId ring) {
        return new StateMachine(state, ring == null ? new RingId(0, self) : ring, new Log());
    }
}
