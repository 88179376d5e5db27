package io.muster.service.daemon;

import io.muster.config.RmConfig;
import io.muster.resource.MetadataSet;
import io.muster.resource.ResourceNode;
import io.muster.resource.ResourceTree;
import io.muster.resource.daemon.AgentLedger;
import io.muster.resource.TreeResult;
import io.muster.resource.daemon.TreeRunner;
import io.muster.service.Operation;
import io.muster.service.ServiceRunner;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The resource trees of this node. What was started with one version of cluster.conf is stopped with the same, even
/// if the configuration has changed in between.
///
/// Thread: any.
final class Trees implements ServiceRunner {
    private static final Logger LOG = LoggerFactory.getLogger("rgmanager");
    private static final Result GOOD = new Result(true, false);
    private static final Result BAD = new Result(false, false);

    private final MetadataSet agents;
    private final TreeRunner runner;
    private final Map<String, ResourceNode> started = new TreeMap<>();
    private @Nullable ResourceTree current;

    Trees(MetadataSet agents, BooleanSupplier mayStart, AgentLedger ledger) {
        this.agents = agents;
        this.runner = new TreeRunner(mayStart, Optional.of(ledger));
    }

    /// New services are built from this configuration from now on.
    synchronized void configure(RmConfig rm) {
        ResourceTree tree = ResourceTree.build(rm, agents);
        tree.problems().forEach(LOG::warn);
        current = tree;
        var used = new ArrayList<>(tree.services().values());
        used.addAll(started.values());
        runner.retain(used);
    }

    @Override
    public synchronized CompletableFuture<Result> run(String service, Operation operation) {
        ResourceNode running = started.get(service);
        ResourceNode configured =
                current == null ? null : current.service(service).orElse(null);
        return switch (operation) {
            case START -> configured == null ? unbuilt(service) : start(service, configured);
            case STOP -> stop(service, running == null ? configured : running);
            case STATUS -> go(running == null ? configured : running, TreeRunner.Operation.STATUS);
            case CONVALESCE -> go(running == null ? configured : running, TreeRunner.Operation.CONVALESCE);
        };
    }

    @Override
    public synchronized CompletableFuture<List<String>> stopEverything() {
        var names = new TreeMap<String, ResourceNode>();
        if (current != null) {
            names.putAll(current.services());
        }
        names.putAll(started);
        var stops = new TreeMap<String, CompletableFuture<Result>>();
        names.forEach((name, node) -> stops.put(name, stop(name, node)));
        return CompletableFuture.allOf(stops.values().toArray(CompletableFuture[]::new))
                .thenApply(all -> stops.entrySet().stream()
                        .filter(stop -> !stop.getValue().join().success())
                        .map(Map.Entry::getKey)
                        .toList());
    }

    private CompletableFuture<Result> start(String service, ResourceNode node) {
        started.put(service, node);
        return go(node, TreeRunner.Operation.START);
    }

    private CompletableFuture<Result> stop(String service, @Nullable ResourceNode node) {
        if (node == null) {
            // What couldn't be built was never started either.
            return CompletableFuture.completedFuture(GOOD);
        }
        return go(node, TreeRunner.Operation.STOP).thenApply(result -> {
            if (result.success()) {
                forget(service, node);
            }
            return result;
        });
    }

    private synchronized void forget(String service, ResourceNode node) {
        started.remove(service, node);
    }

    private CompletableFuture<Result> unbuilt(String service) {
        LOG.error("{} can't be started: its resources can't be built here, see the warnings above", service);
        return CompletableFuture.completedFuture(BAD);
    }

    private CompletableFuture<Result> go(@Nullable ResourceNode node, TreeRunner.Operation operation) {
        if (node == null) {
            return CompletableFuture.completedFuture(BAD);
        }
        return runner.run(node, operation).handle((result, failure) -> {
            if (failure != null) {
                LOG.error("{} on {}: {}", operation, node.label(), failure.toString());
                return BAD;
            }
            return told(node, operation, result);
        });
    }

    private static Result told(ResourceNode node, TreeRunner.Operation operation, TreeResult result) {
        if (!result.ok()) {
            LOG.warn("{} on {} failed at {} with status {}", operation, node.label(), result.failed(), result.status());
        }
        return new Result(result.ok(), result.partial());
    }
}
