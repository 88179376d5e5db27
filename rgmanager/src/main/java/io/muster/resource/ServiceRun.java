package io.muster.resource;

import io.muster.resource.TreeImage.Job;
import io.muster.resource.TreeImage.Wait;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// One service on this node: how it is built, what is asked of it, and the operation that is being
/// carried out.
///
/// Thread: the core's.
final class ServiceRun {
    final String label;
    /// As the configuration has it; null when it has none that can be built.
    @Nullable
    LiveTree configured;

    /// What may run here, as it was built when it was started.
    @Nullable
    LiveTree started;

    final Deque<Job> queue = new ArrayDeque<>();

    @Nullable
    Underway underway;

    ServiceRun(String label) {
        this.label = label;
    }

    /// An operation and where it has come to.
    static final class Underway {
        Job job;
        final Walk walk;
        /// Null only while a step is being taken.
        @Nullable
        Wait waiting;

        Underway(Job job, Walk walk) {
            this.job = job;
            this.walk = walk;
        }

        Operation operation() {
            return ServiceRun.operation(job);
        }

        /// Whether everything was to be stopped after it was asked for.
        boolean ended() {
            return job instanceof Job.Asked asked && asked.ended();
        }

        String target() {
            return job instanceof Job.Asked asked ? asked.target() : "";
        }
    }

    static Operation operation(Job job) {
        return switch (job) {
            case Job.Asked asked -> asked.operation();
            case Job.Stop stop -> Operation.STOP;
        };
    }

    /// What is stopped, checked and convalesced.
    @Nullable
    LiveTree tree() {
        return started == null ? configured : started;
    }

    /// Whatever was started of it by an earlier daemon is up.
    void started(long nowMs) {
        LiveTree tree = started;
        for (int number = 0; tree != null && number < tree.size(); number++) {
            tree.set(number, tree.state(number).started(nowMs));
        }
    }

    /// Whether any of these may be here as part of what was started.
    boolean hasAny(SortedSet<String> identities) {
        LiveTree tree = started;
        return tree != null && !Collections.disjoint(Identities.of(tree.root()), identities);
    }

    /// The trees that are remembered, each once.
    Set<LiveTree> trees() {
        Set<LiveTree> trees = Collections.newSetFromMap(new IdentityHashMap<>());
        if (configured != null) {
            trees.add(configured);
        }
        if (started != null) {
            trees.add(started);
        }
        if (underway != null) {
            trees.add(underway.walk.tree());
        }
        return trees;
    }

    /// How many of its resources are up under a label.
    int up(String resource) {
        return trees().stream().mapToInt(tree -> tree.up(resource)).sum();
    }

    /// Nothing that was asked for by now starts an agent any more.
    void endWhatStarts() {
        for (int left = queue.size(); left > 0; left--) {
            queue.add(ended(queue.remove()));
        }
        if (underway != null) {
            underway.job = ended(underway.job);
        }
    }

    /// It is configured otherwise than when these were asked for: they start nothing.
    void overtaken() {
        for (int left = queue.size(); left > 0; left--) {
            Job job = queue.remove();
            boolean starts = operation(job) == Operation.START || operation(job) == Operation.GROW;
            queue.add(starts ? ended(job) : job);
        }
    }

    private static Job ended(Job job) {
        return switch (job) {
            case Job.Asked(long ticket, Operation operation, String target, boolean ended) ->
                new Job.Asked(ticket, operation, target, true);
            case Job.Stop stop -> stop;
        };
    }

    /// @param number of each tree
    TreeImage.Service image(ToIntFunction<LiveTree> number) {
        Optional<TreeImage.Work> work = Optional.ofNullable(underway)
                .map(present -> new TreeImage.Work(
                        present.job,
                        number.applyAsInt(present.walk.tree()),
                        present.walk.frames(),
                        Objects.requireNonNull(present.waiting)));
        return new TreeImage.Service(
                configured == null ? 0 : number.applyAsInt(configured),
                started == null ? 0 : number.applyAsInt(started),
                List.copyOf(queue),
                work);
    }

    /// @param trees by number
    static ServiceRun restore(String label, TreeImage.Service image, Map<Integer, LiveTree> trees, Walk.Teller log) {
        var service = new ServiceRun(label);
        service.configured = trees.get(image.configured());
        service.started = trees.get(image.started());
        service.queue.addAll(image.queue());
        image.work().ifPresent(work -> {
            var walk = new Walk(tree(trees, work.tree()), work.frames(), log);
            var underway = new Underway(work.job(), walk);
            underway.waiting = work.waiting();
            if (underway.operation() == Operation.INIT) {
                walk.initial();
            }
            service.underway = underway;
        });
        return service;
    }

    private static LiveTree tree(Map<Integer, LiveTree> trees, int number) {
        LiveTree tree = trees.get(number);
        if (tree == null) {
            throw new IllegalArgumentException("no tree " + number);
        }
        return tree;
    }

    /// Whether what goes on here waits until the ledger is written.
    boolean awaitsLedger() {
        return underway != null && (underway.waiting instanceof Wait.Ledger || underway.waiting instanceof Wait.Noted);
    }

    /// Nothing is known and nothing asked of it.
    boolean forgotten() {
        return configured == null && started == null && underway == null && queue.isEmpty();
    }
}
