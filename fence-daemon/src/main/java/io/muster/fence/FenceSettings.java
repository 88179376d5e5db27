package io.muster.fence;

import io.muster.config.ClusterConfig;
import io.muster.config.ClusterNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What fencing takes from cluster.conf. Local to each node: the replicated state names nodes by number
/// only, and what an agent is told is the business of the node that runs it.
///
/// @param version of the configuration
/// @param postJoinDelayMs [#FOREVER] waits until no victim is left
/// @param postFailDelayMs [#FOREVER] likewise
/// @param cleanStart never fence at start-up
/// @param skipUndefined nodes without a method aren't fenced at start-up
/// @param retryPauseMs between two rounds through the methods
/// @param agentTimeoutMs an agent that runs longer is killed, and has failed
/// @param nodes by nodeid
public record FenceSettings(
        int version,
        long postJoinDelayMs,
        long postFailDelayMs,
        boolean cleanStart,
        boolean skipUndefined,
        boolean twoNode,
        long retryPauseMs,
        long agentTimeoutMs,
        SortedMap<Integer, NodeFencing> nodes) {
    /// A delay that never ends.
    public static final long FOREVER = -1;

    /// Time an agent is given unless told otherwise.
    public static final long AGENT_TIMEOUT_MS = 300_000;

    /// What the command line says instead of cluster.conf, this one and later ones.
    ///
    /// @param postJoinDelaySec [#UNSET] leaves it to the file
    public record Overrides(boolean cleanStart, int postJoinDelaySec, long agentTimeoutMs) {
        public static final int UNSET = -2;
        public static final Overrides NONE = new Overrides(false, UNSET, AGENT_TIMEOUT_MS);
    }

    public FenceSettings {
        nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
    }

    public static FenceSettings of(ClusterConfig config) {
        return of(config, AGENT_TIMEOUT_MS);
    }

    public static FenceSettings of(ClusterConfig config, long agentTimeoutMs) {
        var daemon = config.fenceDaemon();
        var nodes = new TreeMap<Integer, NodeFencing>();
        for (ClusterNode node : config.nodes()) {
            nodes.put(node.nodeid(), NodeFencing.of(config, node));
        }
        return new FenceSettings(
                config.version(),
                delayMs(daemon.postJoinDelaySec()),
                delayMs(daemon.postFailDelaySec()),
                daemon.cleanStart(),
                daemon.skipUndefined(),
                config.cman().twoNode(),
                Math.max(1, daemon.overrideTimeSec()) * 1000L,
                agentTimeoutMs,
                nodes);
    }

    private static long delayMs(int seconds) {
        return seconds < 0 ? FOREVER : seconds * 1000L;
    }

    /// With what the command line says instead.
    public FenceSettings overridden(Overrides by) {
        return new FenceSettings(
                version,
                by.postJoinDelaySec() == Overrides.UNSET ? postJoinDelayMs : delayMs(by.postJoinDelaySec()),
                postFailDelayMs,
                cleanStart || by.cleanStart(),
                skipUndefined,
                twoNode,
                retryPauseMs,
                by.agentTimeoutMs(),
                nodes);
    }

    /// How the node of that name, or else of that nodeid, is fenced.
    public Optional<NodeFencing> node(String name) {
        return nodes.values().stream()
                .filter(node -> node.name().equalsIgnoreCase(name))
                .findFirst()
                .or(() -> nodes.values().stream()
                        .filter(node -> Integer.toString(node.nodeid()).equals(name))
                        .findFirst());
    }

    /// Names in the order of nodeids.
    public List<String> names() {
        var names = new ArrayList<String>();
        nodes.values().forEach(node -> names.add(node.name()));
        return names;
    }

    boolean staggered() {
        return nodes.values().stream().anyMatch(NodeFencing::staggered);
    }
}
