package io.muster.pulse;

import io.muster.lvscf.LvsConfig.FloatingAddress;
import io.muster.pulse.PulseEffect.Announce;
import io.muster.pulse.PulseEffect.DropAddresses;
import io.muster.pulse.PulseEffect.PutAddresses;
import java.util.List;

/// The addresses that move with the role: taken, renewed before their lifetime ends, announced at once
/// and [Pulse#ANNOUNCEMENTS] more times, dropped.
///
/// Thread: the core's.
final class FloatingAddresses {
    private final int lifetimeS;
    private final long refreshMs;
    private final Journal journal;
    private List<FloatingAddress> addresses;

    FloatingAddresses(PulseSettings settings, Journal journal) {
        lifetimeS = settings.lifetimeS();
        refreshMs = settings.refreshMs();
        this.journal = journal;
        addresses = settings.addresses();
    }

    void resume(List<FloatingAddress> image) {
        addresses = List.copyOf(image);
    }

    List<FloatingAddress> addresses() {
        return addresses;
    }

    /// @return when they are renewed
    Upkeep take(long nowMs) {
        journal.add(new PutAddresses(addresses, lifetimeS, true));
        return new Upkeep(nowMs + refreshMs, Long.MAX_VALUE, 0);
    }

    void drop() {
        journal.add(new DropAddresses(addresses));
    }

    Upkeep announce(Upkeep upkeep, long nowMs) {
        journal.add(new Announce(addresses));
        return upkeep.announcing(nowMs);
    }

    /// Does what is due.
    ///
    /// @param silent whether there should be a partner and nobody hears it
    Upkeep tick(Upkeep before, boolean silent, long nowMs) {
        Upkeep upkeep = before;
        if (nowMs >= upkeep.refreshAtMs()) {
            journal.add(new PutAddresses(addresses, lifetimeS, false));
            upkeep = upkeep.refreshed(nowMs + refreshMs);
        }
        if (nowMs >= upkeep.announceAtMs()) {
            journal.add(new Announce(addresses));
            upkeep = upkeep.announced(nowMs, silent);
            if (before.announcements() == 1) {
                journal.say("gratuitous lvs arps finished");
            }
        }
        return upkeep;
    }

    /// The file names others now.
    ///
    /// @param held whether this director has them
    void change(List<FloatingAddress> now, boolean held) {
        List<FloatingAddress> gone =
                addresses.stream().filter(a -> !now.contains(a)).toList();
        List<FloatingAddress> come =
                now.stream().filter(a -> !addresses.contains(a)).toList();
        addresses = now;
        if (!gone.isEmpty()) {
            journal.add(new DropAddresses(gone));
        }
        if (held && !come.isEmpty()) {
            journal.add(new PutAddresses(come, lifetimeS, true));
            journal.add(new Announce(come));
        }
        if (!gone.isEmpty() || !come.isEmpty()) {
            journal.say("addresses reread: " + gone.size() + " gone, " + come.size() + " new");
        }
    }
}
