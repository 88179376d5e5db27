package io.muster.cman.daemon;

import io.muster.core.CauseId;
import io.muster.daemon.Layout;
import io.muster.group.Remains;
import io.muster.ledger.daemon.LedgerFile;
import io.muster.ledger.daemon.LedgerFile.Found;
import io.muster.machine.Machine;
import io.muster.machine.Machine.Outcome;
import io.muster.membership.CmanEvent;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks the ledger of this machine what may run here, when cman wants to know. The daemon and the simulator use it
/// alike.
///
/// Thread: the daemon's loop, but for [#first].
public final class LedgerReader {
    private static final Logger LOG = LoggerFactory.getLogger("cman");

    private final Machine machine;
    private final LedgerFile file;
    private final CmanSessions.Inbox inbox;

    public LedgerReader(Machine machine, Layout layout, CmanSessions.Inbox inbox) {
        this.machine = machine;
        this.file = new LedgerFile(machine.files(), layout, machine.life());
        this.inbox = inbox;
    }

    /// What cman begins with. Blocks on the disk: for the start.
    public CmanEvent.LedgerRead first() {
        return answer(0, file.read());
    }

    /// Answers [io.muster.membership.CmanEffect.ReadLedger].
    public void read(long number) {
        machine.beside("ledger", file::read, outcome -> {
            Optional<Remains> unreadable = Optional.of(Remains.ALL);
            inbox.post(
                    switch (outcome) {
                        case Outcome.Done<Found>(Found found) -> answer(number, found);
                        case Outcome.Failed<Found> _ -> new CmanEvent.LedgerRead(number, unreadable);
                    },
                    CauseId.NONE);
        });
    }

    private static CmanEvent.LedgerRead answer(long number, Found found) {
        if (!found.why().isEmpty()) {
            LOG.warn("any service may still run here: {}", found.why());
        }
        return new CmanEvent.LedgerRead(number, found.absent() ? Optional.empty() : Optional.of(found.remains()));
    }
}
