package io.muster.resource;

import io.muster.resource.AgentMetadata.AgentAction;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// What is remembered of a resource between operations. Times are monotonic milliseconds.
///
/// @param up its start succeeded and no stop has since
/// @param off it isn't critical, and was switched off
/// @param startedMs [#NEVER] while it isn't up
/// @param checkedMs when each depth was last checked, by depth
/// @param lastStatus of the last check since the start; 0 before the first
/// @param failuresMs failed checks within the window of its failure counter
/// @param restartsMs repairs within the window of its restart counter
record NodeState(
        boolean up,
        boolean off,
        long startedMs,
        SortedMap<Integer, Long> checkedMs,
        int lastStatus,
        List<Long> failuresMs,
        List<Long> restartsMs) {
    /// Before any time there is.
    static final long NEVER = Long.MIN_VALUE;

    static final NodeState NEW =
            new NodeState(false, false, NEVER, Collections.emptySortedMap(), 0, List.of(), List.of());

    NodeState {
        checkedMs = Collections.unmodifiableSortedMap(new TreeMap<>(checkedMs));
        failuresMs = List.copyOf(failuresMs);
        restartsMs = List.copyOf(restartsMs);
    }

    NodeState started(long nowMs) {
        return new NodeState(true, false, nowMs, checkedMs, lastStatus, failuresMs, restartsMs);
    }

    /// Counters outlive a stop: they count what goes on too long.
    NodeState stopped() {
        return new NodeState(false, false, NEVER, Collections.emptySortedMap(), 0, failuresMs, restartsMs);
    }

    NodeState switchedOff() {
        return new NodeState(up, true, startedMs, checkedMs, lastStatus, failuresMs, restartsMs);
    }

    NodeState checked(int depth, int status, long nowMs) {
        var times = new TreeMap<>(checkedMs);
        times.put(depth, nowMs);
        return new NodeState(up, off, startedMs, times, status, failuresMs, restartsMs);
    }

    /// What the agent repaired by itself isn't held against it until the next check.
    NodeState recovered() {
        return new NodeState(up, off, startedMs, checkedMs, 0, failuresMs, restartsMs);
    }

    NodeState failed(long nowMs, long windowSeconds) {
        return new NodeState(
                up, off, startedMs, checkedMs, lastStatus, oneMore(failuresMs, nowMs, windowSeconds), restartsMs);
    }

    NodeState repaired(long nowMs, long windowSeconds) {
        return new NodeState(
                up, off, startedMs, checkedMs, lastStatus, failuresMs, oneMore(restartsMs, nowMs, windowSeconds));
    }

    /// The deepest check whose interval has passed since it was last made and since the start.
    Optional<AgentAction> due(ResourceNode node, long nowMs) {
        return node.metadata().checks().reversed().stream()
                .filter(check -> {
                    long since = Math.max(checkedMs.getOrDefault(check.depth(), NEVER), startedMs);
                    return since == NEVER || nowMs - since >= node.intervalSeconds(check) * 1000;
                })
                .findFirst();
    }

    private static List<Long> oneMore(List<Long> timesMs, long nowMs, long windowSeconds) {
        return Stream.concat(
                        timesMs.stream().filter(time -> nowMs - time <= windowSeconds * 1000),
                        LongStream.of(nowMs).boxed())
                .toList();
    }
}
