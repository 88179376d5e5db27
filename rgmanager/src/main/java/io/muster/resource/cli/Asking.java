package io.muster.resource.cli;

import io.muster.driver.Patience;
import io.muster.machine.Machine;
import io.muster.resource.MetadataSet;
import io.muster.resource.daemon.AgentDirectory;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// A command's wait for what happens on a machine's loop.
final class Asking {
    private Asking() {}

    /// What the agents of a directory say of themselves; empty when asking broke off.
    static Optional<MetadataSet> agents(Machine machine, Path directory) {
        return awaited(machine, told -> AgentDirectory.load(machine, directory, set -> told.accept(Optional.of(set))));
    }

    /// Begins something on the loop and waits until it says what came of it; empty if it can't.
    static <T> Optional<T> awaited(Machine machine, Consumer<Consumer<Optional<T>>> work) {
        var outcome = new AtomicReference<Optional<T>>(Optional.empty());
        var told = new Patience();
        machine.loop()
                .execute(() -> work.accept(what -> {
                    outcome.set(what);
                    told.end();
                }));
        told.await();
        return Objects.requireNonNull(outcome.get());
    }
}
