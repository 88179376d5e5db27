package io.muster.quorum;

import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;

/// cman's quorum arithmetic, with integer division:
///
/// ```
/// total    = votes of members + votes of the quorum device while it is alive
/// expected = the highest expected votes a member knows of
/// quorum   = max((expected + 2) / 2, (total + 2) / 2), and not below the present one unless a decrease is allowed
/// two_node and at most two members: quorum = 1
/// quorate  = total >= quorum
/// ```
///
/// Quorum therefore follows the votes present upwards, and never falls because a node has died. Source:
/// cman(5) and the original's behaviour; the special cases are votequorum(5)'s.
public final class VoteCount {
    private VoteCount() {}

    /// Votes needed, before any special case.
    public static int quorum(int expected, int total) {
        return Math.max((expected + 2) / 2, (total + 2) / 2);
    }

    /// Counts.
    ///
    /// @param before the count before this one
    /// @param decrease whether quorum may fall: after `leave remove`, a new value, a new configuration
    public static Tally count(Collection<Voter> members, QuorumRules rules, Tally before, boolean decrease) {
        int device = members.stream().mapToInt(Voter::deviceVotes).max().orElse(0);
        int total = members.stream().mapToInt(Voter::votes).sum() + device;
        int expected = members.stream().mapToInt(Voter::expected).max().orElse(0);
        int quorum = quorum(expected, total);
        if (!decrease) {
            quorum = Math.max(quorum, before.quorum());
        }
        if (rules.twoNode() && members.size() <= 2) {
            quorum = 1;
        }
        List<Integer> present = members.stream().map(Voter::nodeid).toList();
        boolean waited = before.waited() || present.containsAll(rules.nodeids());
        boolean enough = total >= quorum || tieBroken(rules, before, present, total, expected);
        boolean quorate = !members.isEmpty() && enough && (waited || !rules.waitForAll());
        return new Tally(total, expected, quorum, quorate, waited);
    }

    /// Only a half of what was quorate just before: two halves that start apart don't both claim the
    /// lowest node is theirs, but one of them would act without ever having met the other.
    private static boolean tieBroken(QuorumRules rules, Tally before, List<Integer> present, int total, int expected) {
        if (!rules.autoTieBreaker() || rules.nodeids().isEmpty() || !before.quorate()) {
            return false;
        }
        int node = rules.tieNode().orElse(rules.nodeids().getFirst());
        return expected > 0 && total * 2 == expected && present.contains(node);
    }

    /// Quorum if these were the members from now on, as an operator wants them.
    ///
    /// @return empty when the value isn't admissible: quorum would be more than the votes present, or less than
    /// half
    public static OptionalInt admissibleQuorum(Collection<Voter> members, QuorumRules rules, Tally before) {
        Tally after = count(members, rules, before, true);
        boolean fits = after.total() / 2 <= after.quorum() && after.quorum() <= after.total();
        return fits ? OptionalInt.of(after.quorum()) : OptionalInt.empty();
    }

    /// Members after somebody has set expected votes for the cluster.
    public static List<Voter> withExpected(Collection<Voter> members, int setter, int expected) {
        return members.stream()
                .map(m -> m.nodeid() == setter || m.expected() > expected ? m.withExpected(expected) : m)
                .toList();
    }

    /// Members after one has left with `remove`: everybody expects as many votes as there are *nodes*
    /// left. (A count of nodes and not of votes: the original does it, so scripts rely on it.)
    public static List<Voter> withoutRemoved(Collection<Voter> remaining) {
        return remaining.stream().map(m -> m.withExpected(remaining.size())).toList();
    }
}
