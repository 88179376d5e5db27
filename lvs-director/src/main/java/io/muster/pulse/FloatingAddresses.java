package io.muster.pulse;

import io.muster.lvs.LvsConfig.FloatingAddress;
import io.muster.pulse.PulseEffect.Announce;
import io.muster.pulse.PulseEffect.DropAddresses;
import io.muster.pulse.PulseEffect.PutAddresses;
import io.muster.pulse.PulseEffect.Say;
import java.util.List;

/// The addresses that move with the role: taken, renewed before their lifetime ends, announced at once
/// and [Pulse#ANNOUNCEMENTS] more times, dropped.
///
/// Thread: the core's.
final class FloatingAddresses {
    private final int lifetimeS;
    private final long refreshMs;
    private List<FloatingAddress> addresses;
    private long nextRefreshMs = Long.MAX_VALUE;
    private long nextAnnounceMs = Long.MAX_VALUE;
    private int announcements;

    FloatingAddresses(PulseSettings settings) {
        lifetimeS = settings.lifetimeS();
        refreshMs = settings.refreshMs();
        addresses = settings.addresses();
    }

    /// All of it, but for what is configured.
    record Image(List<FloatingAddress> addresses, long nextRefreshMs, long nextAnnounceMs, int announcements) {}

    Image image() {
        return new Image(addresses, nextRefreshMs, nextAnnounceMs, announcements);
    }

    void resume(Image image) {
        addresses = List.copyOf(image.addresses());
        nextRefreshMs = image.nextRefreshMs();
        nextAnnounceMs = image.nextAnnounceMs();
        announcements = image.announcements();
    }

    List<FloatingAddress> addresses() {
        return addresses;
    }

    void take(List<PulseEffect> out, long nowMs) {
        out.add(new PutAddresses(addresses, lifetimeS, true));
        nextRefreshMs = nowMs + refreshMs;
    }

    /// With whatever was still to be said of them.
    void drop(List<PulseEffect> out) {
        out.add(new DropAddresses(addresses));
        nextRefreshMs = Long.MAX_VALUE;
        nextAnnounceMs = Long.MAX_VALUE;
        announcements = 0;
    }

    void announce(List<PulseEffect> out, long nowMs) {
        out.add(new Announce(addresses));
        announcements = Pulse.ANNOUNCEMENTS;
        nextAnnounceMs = nowMs + Pulse.ANNOUNCE_MS;
    }

    long nextMs() {
        return Math.min(nextRefreshMs, nextAnnounceMs);
    }

    void tick(List<PulseEffect> out, long nowMs) {
        if (nowMs >= nextRefreshMs) {
            out.add(new PutAddresses(addresses, lifetimeS, false));
            nextRefreshMs = nowMs + refreshMs;
        }
        if (nowMs >= nextAnnounceMs) {
            out.add(new Announce(addresses));
            announcements--;
            nextAnnounceMs = announcements > 0 ? nowMs + Pulse.ANNOUNCE_MS : Long.MAX_VALUE;
            if (announcements == 0) {
                out.add(new Say(false, "gratuitous lvs arps finished"));
            }
        }
    }

    /// The file names others now.
    ///
    /// @param held whether this director has them
    void change(List<FloatingAddress> now, boolean held, List<PulseEffect> out) {
        List<FloatingAddress> gone =
                addresses.stream().filter(a -> !now.contains(a)).toList();
        List<FloatingAddress> come =
                now.stream().filter(a -> !addresses.contains(a)).toList();
        addresses = now;
        if (!gone.isEmpty()) {
            out.add(new DropAddresses(gone));
        }
        if (held && !come.isEmpty()) {
            out.add(new PutAddresses(come, lifetimeS, true));
            out.add(new Announce(come));
        }
        if (!gone.isEmpty() || !come.isEmpty()) {
            out.add(new Say(false, "addresses reread: " + gone.size() + " gone, " + come.size() + " new"));
        }
    }
}
