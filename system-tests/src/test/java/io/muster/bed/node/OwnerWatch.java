package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// Looks every 20 ms which nodes' kernels have the service's address: what a client's answers can't show, since of two
/// owners only one answers it.
///
/// Thread: one of its own looks; any may ask.
final class OwnerWatch implements AutoCloseable {
    private static final long PERIOD_NANOS = 20_000_000L;

    /// The nodes that had the address from this moment on.
    private record Sight(long afterMs, List<String> holders) {}

    private final List<TestNode> nodes;
    private final long beganNanos = System.nanoTime();
    private final List<Sight> sights = new ArrayList<>();
    private volatile boolean closed;

    OwnerWatch(List<TestNode> nodes) {
        this.nodes = List.copyOf(nodes);
        look();
        Thread.ofPlatform().daemon().name("owner-watch").start(() -> {
            while (!closed) {
                look();
                LockSupport.parkNanos(PERIOD_NANOS);
            }
        });
    }

    private synchronized void look() {
        List<String> holders = now();
        if (sights.isEmpty() || !sights.getLast().holders().equals(holders)) {
            sights.add(new Sight((System.nanoTime() - beganNanos) / 1_000_000, holders));
        }
    }

    List<String> now() {
        return nodes.stream()
                .filter(node -> node.has(Testbed.SERVICE_ADDRESS))
                .map(TestNode::name)
                .toList();
    }

    /// Everybody who has had it so far.
    synchronized List<String> holders() {
        return sights.stream().flatMap(s -> s.holders().stream()).distinct().toList();
    }

    synchronized void assertNeverTwo() {
        assertTrue(sights.stream().allMatch(s -> s.holders().size() <= 1), () -> "two owners: " + this);
    }

    @Override
    public synchronized String toString() {
        return sights.toString();
    }

    @Override
    public void close() {
        closed = true;
    }
}
