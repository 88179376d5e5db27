package io.muster.cman.daemon;

import io.muster.core.CauseId;
import io.muster.daemon.Layout;
import io.muster.machine.Machine;
import io.muster.machine.Machine.Outcome;
import io.muster.membership.CmanEvent;
import io.muster.membership.CmanSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the sequence of the ring in which this machine last saw a quorum, where a reboot doesn't reach: one line,
/// `SEQUENCE CLUSTERID NAME`. That of another cluster says nothing. The daemon and the simulator use it alike.
///
/// Thread: the daemon's loop, but for [#first].
public final class QuorumMemory {
    private static final Logger LOG = LoggerFactory.getLogger("cman");
    private static final int MAX_BYTES = 4096;

    private final Machine machine;
    private final Path file;
    private final String cluster;
    private final CmanSessions.Inbox inbox;

    public QuorumMemory(Machine machine, Layout layout, CmanSettings settings, CmanSessions.Inbox inbox) {
        this.machine = machine;
        this.file = layout.quorum();
        this.cluster = settings.clusterId() + " " + settings.clusterName();
        this.inbox = inbox;
    }

    /// What cman begins with. Blocks on the disk: for the start.
    public CmanEvent.QuorumRemembered first() {
        try {
            return new CmanEvent.QuorumRemembered(
                    machine.files().read(file, MAX_BYTES).map(this::parsed).orElse(0L));
        } catch (IOException e) {
            LOG.warn("{} can't be read, so a later quorum than that of others isn't known: {}", file, e.getMessage());
            return new CmanEvent.QuorumRemembered(0);
        }
    }

    private long parsed(byte[] octets) {
        String[] words = new String(octets, StandardCharsets.UTF_8).strip().split(" ", 2);
        boolean whole = words.length == 2 && words[0].matches("[0-9]{1,18}");
        if (!whole) {
            LOG.warn("{} is damaged, so a later quorum than that of others isn't known", file);
        }
        return whole && words[1].equals(cluster) ? Long.parseLong(words[0]) : 0;
    }

    /// Performs [io.muster.membership.CmanEffect.RememberQuorum].
    public void write(long sequence) {
        machine.beside(
                "quorum",
                () -> {
                    machine.files().write(file, (sequence + " " + cluster + "\n").getBytes(StandardCharsets.UTF_8));
                    return Optional.empty();
                },
                outcome -> {
                    // Without it this node is as good a member, as long as nobody restarts.
                    if (outcome instanceof Outcome.Failed<Optional<Object>>(IOException why)) {
                        LOG.warn("{} can't be written: {}", file, why.getMessage());
                    }
                    inbox.post(new CmanEvent.QuorumRemembered(sequence), CauseId.NONE);
                });
    }
}
