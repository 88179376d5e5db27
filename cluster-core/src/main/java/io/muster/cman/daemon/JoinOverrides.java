package io.muster.cman.daemon;

import io.muster.config.ClusterConfig;
import io.muster.config.ClusterNode;
import io.muster.config.CmanConfig;
import io.muster.daemon.Layout;
import io.muster.membership.CmanSettings;
import io.muster.membership.CmanSettings.Configured;
import io.muster.quorum.QuorumRules;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// What `cman_tool join` was told beside cluster.conf, as variables of the environment.
///
/// | option | variable | |
/// |---|---|---|
/// | `-v` | `CMAN_VOTES` | this node's votes, 0..255; until the next configuration |
/// | `-e` | `CMAN_EXPECTEDVOTES` | expected votes; until the next configuration |
/// | `-2` | `CMAN_2NODE` | two nodes, one vote each, with `-e 1` |
/// | `-p` | `CMAN_IP_PORT` | port of this node and the others |
/// | `-k` | `CMAN_KEYFILE` | another key file |
/// | `-m` | `CMAN_MCAST_ADDR` | the address that status commands show |
/// | `-c` | `CMAN_CLUSTER_NAME` | must be the file's: the others would refuse a node of another cluster |
/// | `-N` | `CMAN_NODEID` | must be the file's, or 0 |
///
/// Source: `cman_tool(8)` and the checks of its join.
record JoinOverrides(
        OptionalInt votes,
        OptionalInt expected,
        boolean twoNode,
        OptionalInt port,
        Optional<String> keyFile,
        Optional<String> multicast,
        Optional<String> clusterName,
        OptionalInt nodeid) {
    private static final int MAX_VOTES = 255;
    private static final int MAX_EXPECTED = 1 << 20;
    private static final int MAX_PORT = 65_535;
    private static final int MAX_NODEID = 4096;
    private static final Pattern MULTICAST =
            Pattern.compile("(22[4-9]|23[0-9])(\\.[0-9]{1,3}){3}|[fF]{2}[0-9a-fA-F:]{2,}");

    /// @throws IOException naming the option that can't be used
    static JoinOverrides of(Layout layout) throws IOException {
        var overrides = new JoinOverrides(
                number(layout, "CMAN_VOTES", "-v", 0, MAX_VOTES),
                number(layout, "CMAN_EXPECTEDVOTES", "-e", 1, MAX_EXPECTED),
                layout.variable("CMAN_2NODE").isPresent(),
                number(layout, "CMAN_IP_PORT", "-p", 1, MAX_PORT),
                layout.variable("CMAN_KEYFILE"),
                layout.variable("CMAN_MCAST_ADDR"),
                layout.variable("CMAN_CLUSTER_NAME"),
                number(layout, "CMAN_NODEID", "-N", 0, MAX_NODEID));
        if (overrides.twoNode && overrides.expected.orElse(0) != 1) {
            throw new IOException("-2: two_node needs expected votes of 1: add -e 1");
        }
        if (overrides.multicast.filter(a -> !MULTICAST.matcher(a).matches()).isPresent()) {
            throw new IOException("-m \"" + overrides.multicast.get() + "\": not a multicast address");
        }
        return overrides;
    }

    private static OptionalInt number(Layout layout, String variable, String option, int least, int most)
            throws IOException {
        Optional<String> text = layout.variable(variable);
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        try {
            int value = Integer.parseInt(text.get());
            if (value >= least && value <= most) {
                return OptionalInt.of(value);
            }
        } catch (NumberFormatException e) {
            // Told below, as for one out of range.
        }
        throw new IOException(
                option + " \"" + text.get() + "\" (" + variable + "): not a number from " + least + " to " + most);
    }

    /// Whether they fit the file.
    void check(ClusterConfig config, ClusterNode me) throws IOException {
        if (clusterName.isPresent() && !clusterName.get().equals(config.name())) {
            throw new IOException("-c \"" + clusterName.get() + "\": cluster.conf is that of cluster \"" + config.name()
                    + "\": the others would refuse this node");
        }
        if (nodeid.orElse(0) != 0 && nodeid.getAsInt() != me.nodeid()) {
            throw new IOException("-N " + nodeid.getAsInt() + ": cluster.conf has nodeid " + me.nodeid() + " for "
                    + me.name() + ": change it there");
        }
        int mine = votes.orElse(me.votes());
        int sum = config.nodes().stream().mapToInt(ClusterNode::votes).sum() - me.votes() + mine;
        if (twoNode && (config.nodes().size() != 2 || sum != 2 || mine != 1)) {
            throw new IOException("-2: two_node needs exactly two nodes with one vote each; cluster.conf has "
                    + config.nodes().size() + " with " + sum + " votes together");
        }
        if (config.cman().twoNode() && mine != 1) {
            throw new IOException("-v " + mine + ": two_node needs one vote for each node");
        }
    }

    /// How this node talks, which no other has to agree to. For every version of the file.
    ClusterConfig apply(ClusterConfig c) {
        CmanConfig cman = c.cman();
        return c.withCman(cman.withTalk(
                port.orElse(cman.port()),
                multicast.orElse(cman.multicast()),
                multicast.isPresent() || cman.multicastSet(),
                keyFile.or(cman::keyfile)));
    }

    /// What this node brings into the cluster: it tells the others, and the next configuration takes it
    /// back.
    CmanSettings apply(CmanSettings s, int self) {
        SortedMap<Integer, Configured> nodes = new TreeMap<>(s.nodes());
        nodes.computeIfPresent(
                self, (id, node) -> new Configured(node.name(), votes.orElse(node.votes()), node.altnames()));
        QuorumRules rules = twoNode && !s.rules().twoNode() ? s.rules().withTwoNode() : s.rules();
        int sum = nodes.values().stream().mapToInt(Configured::votes).sum();
        int before = s.nodes().values().stream().mapToInt(Configured::votes).sum();
        // A file that says nothing of expected votes means the sum, which has changed then.
        int fromFile = s.expectedVotes() == before && !rules.twoNode() ? sum : s.expectedVotes();
        return s.withVotes(nodes, expected.orElse(fromFile), rules);
    }
}
