package io.muster.config;

import io.muster.finding.Findings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whether the votes of a file can make a quorum, and only one at a time. The original computed with
/// whatever it was given, so this warns: such a cluster runs, in its way.
///
/// Source: cman's arithmetic, `quorum = max((expected + 2) / 2, (total + 2) / 2)`.
final class VoteRules {
    private final Findings findings;
    private final Element cluster;
    private final List<Element> nodes;

    VoteRules(Findings findings, Element cluster, List<Element> nodes) {
        this.findings = findings;
        this.cluster = cluster;
        this.nodes = nodes;
    }

    void check() {
        if (nodes.isEmpty()) {
            return;
        }
        int sum = 0;
        for (Element node : nodes) {
            String wrong = SchemaCheck.number(node.attribute("votes", "1"), 0, 255);
            if (!wrong.isEmpty()) {
                return;
            }
            sum += Values.number(node, "votes", 1);
        }
        Element cman = cluster.child("cman");
        if (sum == 0) {
            findings.warn(nodes.getFirst(), "votes", "no node has a vote: the cluster is never quorate");
        } else if (cman == null || !Rule.isYes(cman.attribute("two_node", "0"))) {
            expected(cman, sum);
        }
        if (cman != null) {
            tieBreaker(cman);
        }
    }

    private void expected(@Nullable Element cman, int sum) {
        String said = cman == null ? null : cman.attribute("expected_votes");
        if (cman == null || said == null || !SchemaCheck.number(said, 1, 65535).isEmpty()) {
            return;
        }
        int expected = Values.number(said, sum);
        String what = "expected_votes=\"" + expected + "\": ";
        String all = "all nodes together have " + votes(sum);
        int quorum = quorum(expected, sum);
        if (quorum > sum) {
            findings.warn(
                    cman,
                    "expected_votes",
                    what + "quorum is " + quorum + ", and " + all + ": the cluster is never quorate");
        } else if (expected > sum) {
            findings.warn(cman, "expected_votes", what + all + ", " + left(quorum, sum));
        } else if (expected < sum) {
            findings.warn(
                    cman,
                    "expected_votes",
                    what + all + ": nodes that start alone are quorate with " + votes((expected + 2) / 2)
                            + ", and fence the others; leave it out, and the sum is taken");
        }
    }

    /// What is left to lose when more votes are expected than there are.
    private String left(int quorum, int sum) {
        return (cluster.child("quorumd") == null ? "" : "and there is no quorum disk here to add its own; ")
                + "quorum takes " + quorum + " of them"
                + (quorum == sum ? ", so no node with a vote may be lost" : "");
    }

    /// A node that isn't there breaks no tie.
    private void tieBreaker(Element cman) {
        String nodeid = cman.attribute("auto_tie_breaker_node");
        if (nodeid != null
                && SchemaCheck.number(nodeid, 1, 4096).isEmpty()
                && nodes.stream().noneMatch(node -> nodeid.equals(node.attribute("nodeid")))) {
            findings.warn(
                    cman, "auto_tie_breaker_node", "auto_tie_breaker_node=\"" + nodeid + "\": no node has this nodeid");
        }
    }

    private static int quorum(int expected, int total) {
        return Math.max((expected + 2) / 2, (total + 2) / 2);
    }

    private static String votes(int count) {
        return count == 1 ? "1 vote" : count + " votes";
    }
}
