package io.muster.pulse.daemon;

import io.muster.daemon.Layout;
import io.muster.finding.Reading;
import io.muster.ipvs.Forwarding;
import io.muster.lvscf.LvsConfig;
import io.muster.lvscf.LvsConfig.FloatingAddress;
import io.muster.lvscf.LvsConfig.Heartbeat.Format;
import io.muster.lvscf.LvsConfig.Partner;
import io.muster.lvscf.LvsConfig.ServiceKind;
import io.muster.lvscf.LvsConfig.Virtual;
import io.muster.lvscf.daemon.LvsFile;
import io.muster.net.IpAddress;
import io.muster.os.InterfaceAddress;
import io.muster.os.RouteNetlink;
import io.muster.pulse.HeartbeatKey;
import io.muster.pulse.PulseSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/// What a pulse goes by, made of lvs.cf, the machine it is on and the command line.
///
/// @param own this director's addresses
/// @param other the partner's
/// @param key for Muster's own heartbeats
/// @param monitored interfaces whose carrier counts
record Setup(
        Path file,
        LvsConfig config,
        PulseSettings settings,
        Partner own,
        Optional<Partner> other,
        Optional<HeartbeatKey> key,
        Set<String> monitored) {
    /// Reads and checks everything. Blocks.
    ///
    /// @param warn hears of what is odd but no ground to refuse
    /// @throws IOException with what is wrong, in an operator's words
    static Setup load(PulseOptions options, Layout layout, RouteNetlink netlink, Consumer<String> warn)
            throws IOException {
        Path file = options.file().orElse(layout.lvsConf());
        LvsConfig config = read(file, warn);
        Partner primary = config.primary()
                .orElseThrow(() -> new IOException(file + ": primary is missing: the primary director's address"));
        List<InterfaceAddress> here = netlink.addresses();
        boolean master = device(here, primary.publicAddress()).isPresent();
        if (!master && config.backup().isEmpty()) {
            throw new IOException(file + ": this machine has no address " + primary.publicAddress()
                    + " (primary), and there is no backup line that could mean it");
        }
        Partner own = master ? primary : config.backup().orElseThrow();
        Optional<Partner> other = master ? config.backup() : Optional.of(primary);
        if (device(here, own.publicAddress()).isEmpty()) {
            throw new IOException(file + ": this machine has neither the address " + primary.publicAddress()
                    + " (primary) nor " + own.publicAddress() + " (backup): give it the one that is meant for it");
        }
        if (config.backupActive() && other.isEmpty()) {
            throw new IOException(file + ": backup_active = 1 without a backup line");
        }
        boolean muster = config.heartbeat().format() == Format.MUSTER;
        if (config.heartbeat().preempt() && !muster) {
            warn.accept("preempt = 1 does nothing with heartbeat_format = original");
        }
        Optional<HeartbeatKey> key =
                muster && config.backupActive() ? Optional.of(LvsKeyFile.read(layout.lvsKey())) : Optional.empty();
        var sources = new TreeSet<IpAddress>();
        other.ifPresent(o -> sources.addAll(List.of(o.publicAddress(), o.privateAddress())));
        var monitored = new TreeSet<String>();
        if (config.monitorLinks()) {
            device(here, own.publicAddress()).ifPresent(monitored::add);
            device(here, own.privateAddress()).ifPresent(monitored::add);
        }
        var settings = new PulseSettings(
                master,
                config.backupActive(),
                config.heartbeat(),
                sources,
                options.forceActive(),
                config.syncDaemon() && !options.withoutLvsd(),
                !options.withoutLvsd() && !options.dryRun(),
                addresses(config));
        return new Setup(file, config, settings, own, other, key, Set.copyOf(monitored));
    }

    /// Reads the file alone: for what a running pulse takes over from it.
    static LvsConfig read(Path file, Consumer<String> warn) throws IOException {
        Reading<LvsConfig> reading = LvsFile.read(file);
        reading.warnings().forEach(problem -> warn.accept(problem.withSeverity()));
        LvsConfig config = reading.config()
                .orElseThrow(() -> new IOException(String.join(
                        "\n", reading.errors().stream().map(String::valueOf).toList())));
        if (!config.refusals().isEmpty()) {
            throw new IOException(file + ": " + String.join("; ", config.refusals()));
        }
        if (config.service() == ServiceKind.LVS && config.virtuals().stream().noneMatch(Virtual::active)) {
            throw new IOException("no active lvs services defined in " + file);
        }
        return config;
    }

    /// What moves with the role: each active virtual's address once, and with NAT the router's.
    static List<FloatingAddress> addresses(LvsConfig config) {
        Map<IpAddress, FloatingAddress> distinct = new LinkedHashMap<>();
        for (Virtual virtual : config.virtuals()) {
            if (virtual.active()) {
                virtual.address().ifPresent(a -> distinct.putIfAbsent(a.address(), a));
            }
        }
        if (config.forwarding() == Forwarding.MASQ) {
            config.natRouter().ifPresent(a -> distinct.putIfAbsent(a.address(), a));
        }
        return new ArrayList<>(distinct.values());
    }

    private static Optional<String> device(List<InterfaceAddress> here, IpAddress address) {
        return here.stream()
                .filter(a -> IpAddress.of(a.address()).equals(address))
                .map(InterfaceAddress::device)
                .findFirst();
    }
}
