package io.muster.resource;

import io.muster.driver.Patience;
import io.muster.machine.Machine;
import io.muster.os.RealMachine;
import io.muster.resource.daemon.AgentDirectory;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;

/// Real agents, asked for their metadata by running them.
public final class RealAgents {
    private RealAgents() {}

    public static MetadataSet in(Path directory) {
        return in(directory, MetadataSet.NONE);
    }

    /// @param before what they said when they were asked last
    public static MetadataSet in(Path directory, MetadataSet before) {
        try (Machine machine = RealMachine.of("agents")) {
            var found = new AtomicReference<MetadataSet>(MetadataSet.NONE);
            var told = new Patience();
            machine.loop()
                    .execute(() -> AgentDirectory.reload(machine, directory, before, set -> {
                        found.set(set);
                        told.end();
                    }));
            if (!told.await(60_000)) {
                throw new AssertionError(directory + ": the agents don't answer");
            }
            return found.get();
        }
    }
}
