package io.muster.ledger.daemon;

import io.muster.core.MalformedMessage;
import io.muster.daemon.Layout;
import io.muster.finding.Why;
import io.muster.group.Remains;
import io.muster.ledger.Ledger;
import io.muster.machine.Files;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The file with the [Ledger], and beside it, where a reboot doesn't reach, the witness of the life it was begun in.
///
/// | ledger | witness | what may run |
/// |---|---|---|
/// | of this life, whole | any | its services |
/// | of another life | any | nothing |
/// | not there | of this life | all: somebody has lost it |
/// | not there | not there, of another life | nothing |
/// | damaged, unreadable | any | all |
/// | not there | unreadable | all |
///
/// Blocks on the disk. Thread: any, one at a time.
public final class LedgerFile {
    private static final int MAX_BYTES = 16 << 20;

    private final Files files;
    private final Path ledger;
    private final Path witness;
    private final String life;

    /// What was found.
    ///
    /// @param services with how each is stopped; empty also when `remains` is all
    /// @param why all may run; empty otherwise
    /// @param absent whether no ledger was begun in this life
    public record Found(Remains remains, SortedMap<String, byte[]> services, String why, boolean absent) {
        public Found {
            services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
        }

        private static Found all(String why) {
            return new Found(Remains.ALL, Collections.emptySortedMap(), why, false);
        }

        private static Found of(SortedMap<String, byte[]> services) {
            return new Found(Remains.of(services.keySet()), services, "", false);
        }
    }

    /// @param life of the machine
    public LedgerFile(Files files, Layout layout, String life) {
        this.files = files;
        this.ledger = layout.ledger();
        this.witness = layout.life();
        this.life = life;
    }

    /// What may run on this machine. A file that can't be read is an answer, too.
    public Found read() {
        try {
            Optional<byte[]> octets = files.read(ledger, MAX_BYTES);
            if (octets.isPresent()) {
                Ledger found = Ledger.decode(octets.get());
                return found.life().equals(life) ? Found.of(found.services()) : Found.of(Collections.emptySortedMap());
            }
            Optional<byte[]> seen = files.read(witness, MAX_BYTES);
            return seen.isPresent() && Arrays.equals(seen.get(), mark())
                    ? Found.all(ledger + " was lost since this machine has started")
                    : new Found(Remains.NONE, Collections.emptySortedMap(), "", true);
        } catch (MalformedMessage e) {
            return Found.all(ledger + " is damaged: " + e.getMessage());
        } catch (IOException e) {
            return Found.all(ledger + " can't be read: " + Why.reason(e));
        }
    }

    /// Replaces the ledger: when this returns it survives whatever happens to the daemons.
    ///
    /// @throws IOException the former one is still there: nothing may be started that it lacks
    public void write(SortedMap<String, byte[]> services) throws IOException {
        Optional<byte[]> seen = files.read(witness, MAX_BYTES);
        if (seen.isEmpty() || !Arrays.equals(seen.get(), mark())) {
            files.write(witness, mark());
        }
        files.writeSecret(ledger, new Ledger(life, services).encode());
    }

    private byte[] mark() {
        return (life + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
