package io.muster.fence;

import io.muster.core.Node;
import java.util.SortedMap;
import java.util.TreeMap;

/// When a victim may be claimed: local clocks, kept by every node, so that a successor doesn't wait
/// from the beginning.
///
/// Source of the rules: the original fence daemon. A loss waits post_fail_delay; whoever is still a
/// victim when quorum is gained waits post_join_delay from then; each node that comes back lets all
/// others wait anew, at least post_join_delay. A negative delay is for ever.
final class Delays {
    /// What the higher nodeid of a two-node cluster gives the lower: longer than a local power switch
    /// takes.
    static final long HEAD_START_MS = 5_000;

    private final SortedMap<Node, Long> readyAtMs = new TreeMap<>();
    private boolean quorate;

    /// All of it.
    record Image(SortedMap<Node, Long> readyAtMs, boolean quorate) {}

    Image image() {
        return new Image(new TreeMap<>(readyAtMs), quorate);
    }

    void resume(Image image) {
        readyAtMs.clear();
        readyAtMs.putAll(image.readyAtMs());
        quorate = image.quorate();
    }

    /// Takes notice of the state after an entry.
    void observe(DomainState state, FenceSettings settings, int selfNodeid, boolean nodeReturned, long nowMs) {
        readyAtMs.keySet().removeIf(node -> state.victim(node).isEmpty());
        boolean gained = state.quorate() && !quorate;
        quorate = state.quorate();
        for (Victim victim : state.victims().values()) {
            Node node = victim.node();
            if (gained && victim.cause() != Victim.Cause.STARTUP) {
                readyAtMs.put(node, after(nowMs, settings.postJoinDelayMs()));
            } else if (nodeReturned && victim.claim().isEmpty() && readyAtMs.containsKey(node)) {
                restart(node, settings, nowMs);
            } else if (!readyAtMs.containsKey(node)) {
                // Start-up victims have had their post_join_delay before they became victims.
                long delay = victim.cause() == Victim.Cause.STARTUP ? 0 : settings.postFailDelayMs();
                readyAtMs.put(node, after(nowMs, delay) + headStart(settings, selfNodeid, node, delay));
            }
        }
    }

    private void restart(Node node, FenceSettings settings, long nowMs) {
        long fail = settings.postFailDelayMs();
        long join = settings.postJoinDelayMs();
        if (fail > 0) {
            readyAtMs.merge(node, after(nowMs, Math.max(fail, join)), Math::max);
        }
    }

    /// Both halves of a two-node cluster are quorate; without a difference in time they would fence
    /// each other.
    static long headStart(FenceSettings settings, int selfNodeid, Node victim, long delayMs) {
        boolean gives = settings.twoNode() && selfNodeid > victim.nodeid() && !settings.staggered();
        return gives && delayMs >= 0 ? HEAD_START_MS : 0;
    }

    long readyAtMs(Node victim) {
        return readyAtMs.getOrDefault(victim, 0L);
    }

    private static long after(long nowMs, long delayMs) {
        return delayMs < 0 ? Long.MAX_VALUE : nowMs + delayMs;
    }
}
