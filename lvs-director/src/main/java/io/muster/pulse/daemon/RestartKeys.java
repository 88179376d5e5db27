package io.muster.pulse.daemon;

import io.muster.lvscf.LvsConfig;
import io.muster.lvscf.LvsConfig.Partner;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Keys of lvs.cf that a running pulse keeps as they were at its start. The two directors must agree about most of
/// them: one that shortened its deadtime before its partner shortened its keepalive would take over from it.
///
/// Thread: any.
final class RestartKeys {
    private record Row(String key, Function<LvsConfig, Object> value) {}

    private static final List<Row> ROWS = List.of(
            new Row("primary", c -> c.primary().map(Partner::publicAddress)),
            new Row("primary_private", c -> secluded(c.primary())),
            new Row("backup", c -> c.backup().map(Partner::publicAddress)),
            new Row("backup_private", c -> secluded(c.backup())),
            new Row("backup_active", LvsConfig::backupActive),
            new Row("heartbeat_port", c -> c.heartbeat().port()),
            new Row("heartbeat_format", c -> c.heartbeat().format()),
            new Row("keepalive", c -> c.heartbeat().keepaliveMs()),
            new Row("deadtime", c -> c.heartbeat().deadtimeMs()),
            new Row("monitor_links", LvsConfig::monitorLinks),
            new Row("syncdaemon", LvsConfig::syncDaemon),
            new Row("syncd_iface", LvsConfig::syncInterface),
            new Row("syncd_id", LvsConfig::syncId));

    private RestartKeys() {}

    /// Those that say something else now, in a fixed order.
    ///
    /// @param running what pulse was started with
    static List<String> changed(LvsConfig running, LvsConfig now) {
        return ROWS.stream()
                .filter(row -> !row.value.apply(running).equals(row.value.apply(now)))
                .map(Row::key)
                .toList();
    }

    /// Only where the file has one: without it, it changes with the public address.
    private static Object secluded(Optional<Partner> director) {
        return director.map(Partner::privateAddress)
                .filter(address ->
                        !address.equals(director.map(Partner::publicAddress).orElse(null)));
    }
}
