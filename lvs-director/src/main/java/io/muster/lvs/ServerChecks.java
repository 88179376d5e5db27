package io.muster.lvs;

import io.muster.checks.Check;
import io.muster.checks.LoadSource;
import io.muster.checks.Rules;
import io.muster.ipvs.ServiceId;
import io.muster.lvscf.LvsConfig;
import io.muster.lvscf.LvsConfig.CheckRule;
import io.muster.lvscf.LvsConfig.LoadMonitor;
import io.muster.net.IpAddress;
import java.util.Locale;
import java.util.Optional;

/// How the servers of a virtual are checked, by what lvs.cf says of it.
final class ServerChecks {
    private ServerChecks() {}

    /// A `server` block's. With `load_monitor = uptime` loads are what `send_program` prints, see [Check.Program]; with
    /// `rup` and `ruptime` what these do.
    ///
    /// @throws IllegalArgumentException with a reason in words, for a regular expression that isn't one
    static Rules rules(LvsConfig.Virtual virtual, LvsConfig.Server server) {
        CheckRule rule = virtual.check();
        LoadMonitor monitor = virtual.loadMonitor();
        boolean agent = monitor == LoadMonitor.UPTIME;
        return new Rules(
                check(rule, server.checkAddress(), server.checkPort(), virtual.protocol() == ServiceId.UDP, agent),
                rule.intervalMs(),
                virtual.reentryMs(),
                virtual.retries(),
                server.weight(),
                monitor == LoadMonitor.NONE ? 0 : Rules.LOAD_SCALE,
                monitor.asksBeside()
                        ? Optional.of(
                                LoadSource.of(monitor.name().toLowerCase(Locale.ROOT), server.address(), server.name()))
                        : Optional.empty());
    }

    private static Check check(CheckRule rule, IpAddress server, int port, boolean udp, boolean agent) {
        return switch (rule.kind()) {
            case CONNECT -> Check.plain(server, port, udp);
            case TALK -> Check.talk(server, port, udp, rule.send(), rule.expect(), rule.regex());
            case PROGRAM -> Check.program(rule.program(), server, port, rule.expect(), agent);
            case HTTP -> Check.http(server, port, false, rule.path(), rule.host(), rule.statuses(), rule.digest());
            case HTTPS -> Check.http(server, port, true, rule.path(), rule.host(), rule.statuses(), rule.digest());
            case DNS -> new Check.Dns(server, port, udp, rule.path());
            case SMTP -> new Check.Smtp(server, port);
            case PING -> new Check.Ping(server);
        };
    }
}
