package io.muster.bench;

import io.muster.bed.Directories;
import io.muster.bed.node.Cluster;
import io.muster.bed.node.ClusterFile;
import io.muster.bed.node.LogWatch;
import io.muster.bed.node.TestNode;
import io.muster.bed.node.Testbed;
import io.muster.bed.node.WebClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A three-node cluster with its service, for a benchmark; gone when the benchmark ends.
final class BenchCluster implements AutoCloseable {
    final Testbed testbed;
    final Cluster cluster;
    final LogWatch logs;
    final WebClient client;

    private BenchCluster(Testbed testbed, Cluster cluster, LogWatch logs, WebClient client) {
        this.testbed = testbed;
        this.cluster = cluster;
        this.logs = logs;
        this.client = client;
    }

    /// Boots it and waits until the service answers.
    static BenchCluster open(boolean oneProcess, int periodMs) throws IOException {
        Path dir = Files.createTempDirectory("muster-bench-");
        Testbed testbed;
        try {
            testbed = Testbed.open(dir, java.util.List.of("node1", "node2", "node3"), 1);
        } catch (IOException e) {
            Directories.delete(dir);
            throw e;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            testbed.close();
            Directories.delete(dir);
        }));
        Cluster cluster = new Cluster(testbed, oneProcess);
        cluster.configure(ClusterFile.of(testbed).withNoFailback(true));
        cluster.start(testbed.nodes());
        LogWatch logs = new LogWatch(testbed.nodes());
        WebClient client = WebClient.start(testbed, Testbed.SERVICE_ADDRESS, 80, periodMs);
        BenchCluster all = new BenchCluster(testbed, cluster, logs, client);
        all.awaitWhole();
        return all;
    }

    void awaitWhole() {
        for (TestNode node : testbed.nodes()) {
            cluster.awaitMembers(node, testbed.nodes().size(), 30_000);
        }
        if (client.await(System.nanoTime(), 40_000) == null) {
            throw new IllegalStateException("the service doesn't answer");
        }
    }

    @Override
    public void close() {
        client.close();
        logs.close();
        testbed.close();
    }
}
