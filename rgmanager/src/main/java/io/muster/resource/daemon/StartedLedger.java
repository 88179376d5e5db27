package io.muster.resource.daemon;

import io.muster.core.MalformedMessage;
import io.muster.daemon.Layout;
import io.muster.ledger.daemon.LedgerFile;
import io.muster.machine.Machine;
import io.muster.machine.Machine.Outcome;
import io.muster.resource.ResourceNode;
import io.muster.resource.TreeCodec;
import java.io.IOException;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/// The ledger of what was started on this node, as rgmanager writes it and reads it again at its start; cman reads it,
/// too. The file: [LedgerFile]; what stands in it of each service: [TreeCodec].
///
/// Thread: the loop; the disk is waited for beside it.
public final class StartedLedger implements TreeRunner.Ledger {
    private static final byte[] UNREADABLE = new byte[0];

    private final Machine machine;
    private final LedgerFile file;

    public StartedLedger(Machine machine, Layout layout) {
        this.machine = machine;
        this.file = new LedgerFile(machine.files(), layout, machine.life());
    }

    /// What an earlier run has left.
    ///
    /// @param all nobody knows what runs here
    /// @param services how each is built; empty where that can't be read
    /// @param why all may run; empty otherwise
    public record Left(boolean all, SortedMap<String, Optional<ResourceNode>> services, String why) {
        public Left {
            services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
        }
    }

    /// @param then on the loop
    public void read(Consumer<Left> then) {
        machine.beside("reading what was started", file::read, outcome -> {
            switch (outcome) {
                case Outcome.Done<LedgerFile.Found>(LedgerFile.Found found) -> then.accept(left(found));
                case Outcome.Failed<LedgerFile.Found>(IOException why) ->
                    then.accept(new Left(true, Collections.emptySortedMap(), why.toString()));
            }
        });
    }

    private static Left left(LedgerFile.Found found) {
        var services = new TreeMap<String, Optional<ResourceNode>>();
        found.services().forEach((label, octets) -> services.put(label, tree(octets)));
        return new Left(found.remains().all(), services, found.why());
    }

    private static Optional<ResourceNode> tree(byte[] octets) {
        try {
            return octets.length == 0 ? Optional.empty() : Optional.of(TreeCodec.decode(octets));
        } catch (MalformedMessage e) {
            // Another version's: the service is known by its name alone.
            return Optional.empty();
        }
    }

    @Override
    public void write(SortedMap<String, Optional<ResourceNode>> services, Consumer<Optional<String>> then) {
        var octets = new TreeMap<String, byte[]>();
        services.forEach(
                (label, root) -> octets.put(label, root.map(TreeCodec::encode).orElse(UNREADABLE)));
        machine.beside("writing what is started", () -> replaced(octets), outcome -> {
            switch (outcome) {
                case Outcome.Done<Boolean> _ -> then.accept(Optional.empty());
                case Outcome.Failed<Boolean>(IOException why) ->
                    then.accept(Optional.of(String.valueOf(why.getMessage())));
            }
        });
    }

    private boolean replaced(SortedMap<String, byte[]> services) throws IOException {
        file.write(services);
        return true;
    }
}
