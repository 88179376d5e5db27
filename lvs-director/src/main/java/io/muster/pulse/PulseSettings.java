package io.muster.pulse;

import io.muster.lvscf.LvsConfig.FloatingAddress;
import io.muster.lvscf.LvsConfig.Heartbeat;
import io.muster.net.IpAddress;
import java.util.List;
import java.util.Set;

/// What pulse goes by: lvs.cf and the command line, as far as deciding needs them.
///
/// @param primary whether this director carries the `primary` address (the original's "master")
/// @param partner whether a backup director takes part (`backup_active`): heartbeats are sent and heard
/// @param sources addresses the partner may send from
/// @param forceActive active at once (`--forceactive`)
/// @param syncDaemon connections are synchronised (`syncdaemon = 1`)
/// @param lvsd whether an lvsd is run
/// @param addresses what moves with the role, each once
public record PulseSettings(
        boolean primary,
        boolean partner,
        Heartbeat heartbeat,
        Set<IpAddress> sources,
        boolean forceActive,
        boolean syncDaemon,
        boolean lvsd,
        List<FloatingAddress> addresses) {
    public PulseSettings {
        sources = Set.copyOf(sources);
        addresses = List.copyOf(addresses);
    }

    /// Seconds an address lives unless refreshed: the whole seconds of deadtime, at least one, since the kernel
    /// counts no finer.
    public int lifetimeS() {
        return Math.clamp(heartbeat.deadtimeMs() / 1000, 1, Integer.MAX_VALUE);
    }

    /// How often lifetimes are refreshed: three times within one.
    public long refreshMs() {
        return lifetimeS() * 1000L / 3;
    }

    /// The role as the log names it.
    public String role() {
        return primary ? "primary" : "backup";
    }

    /// The partner's.
    public String partnerRole() {
        return primary ? "backup" : "primary";
    }
}
