package io.muster.lvs.daemon;

import io.muster.lvs.Counters;
import io.muster.lvs.LvsdStatus;
import io.muster.pulse.PulseStatus;
import java.util.Locale;
import java.util.Optional;

/// lvsd's and pulse's state as OpenMetrics text.
final class MetricsText {
    private final StringBuilder text = new StringBuilder(8192);

    private MetricsText() {}

    static String of(LvsdStatus status, Optional<PulseStatus> pulse) {
        var metrics = new MetricsText();
        metrics.servers(status);
        metrics.lvsd(status);
        pulse.ifPresent(metrics::pulse);
        return metrics.text.append("# EOF\n").toString();
    }

    private void servers(LvsdStatus status) {
        type("muster_lvs_server_up", "gauge", "Whether the checks find the real server good.");
        each(status, "muster_lvs_server_up", server -> server.up() ? 1 : 0);
        type("muster_lvs_server_weight_configured", "gauge", "Weight in lvs.cf.");
        each(status, "muster_lvs_server_weight_configured", LvsdStatus.Server::configuredWeight);
        type("muster_lvs_server_weight_wanted", "gauge", "Weight it should have now; -1 for not in the table.");
        each(status, "muster_lvs_server_weight_wanted", LvsdStatus.Server::wantedWeight);
        type("muster_lvs_server_weight", "gauge", "Weight in the table; -1 for not in the table.");
        each(status, "muster_lvs_server_weight", LvsdStatus.Server::actualWeight);
        type("muster_lvs_server_active_connections", "gauge", "Active connections.");
        each(status, "muster_lvs_server_active_connections", LvsdStatus.Server::active);
        type("muster_lvs_server_inactive_connections", "gauge", "Inactive connections.");
        each(status, "muster_lvs_server_inactive_connections", LvsdStatus.Server::inactive);
        type("muster_lvs_server_templates", "gauge", "Persistence templates.");
        each(status, "muster_lvs_server_templates", LvsdStatus.Server::persistent);
        type("muster_lvs_server_draining", "gauge", "Whether it drains.");
        each(status, "muster_lvs_server_draining", server -> server.drain().isPresent() ? 1 : 0);
        type("muster_lvs_server_checks", "counter", "Checks ended since it was configured.");
        each(status, "muster_lvs_server_checks_total", LvsdStatus.Server::checks);
        type("muster_lvs_server_check_failures", "counter", "Checks failed since it was configured.");
        each(status, "muster_lvs_server_check_failures_total", LvsdStatus.Server::failures);
        type("muster_lvs_sorry_active", "gauge", "Whether the sorry server takes the connections.");
        for (LvsdStatus.Virtual virtual : status.virtuals()) {
            if (!virtual.sorry().isEmpty()) {
                line("muster_lvs_sorry_active", "{" + labels(virtual) + "}", virtual.sorryActive() ? 1 : 0);
            }
        }
    }

    private void lvsd(LvsdStatus status) {
        Counters counters = status.counters();
        gauge("muster_lvs_ready", "Whether the table has been as wanted since the start.", status.ready() ? 1 : 0);
        gauge(
                "muster_lvs_table_reachable",
                "Whether the table can be read.",
                status.tableProblem().isEmpty() ? 1 : 0);
        gauge("muster_lvs_foreign_services", "Services of somebody else's in the table.", status.foreign());
        counter("muster_lvs_drift", "Differences in the table that weren't lvsd's doing.", counters.drift());
        counter("muster_lvs_reconciles", "Times the table was changed.", counters.applies());
        counter("muster_lvs_operations", "Operations given to the table.", counters.operations());
        counter("muster_lvs_operations_refused", "Operations the table refused.", counters.refused());
        gauge(
                "muster_lvs_entries_refused",
                "What is wanted and the kernel refuses now.",
                status.refusals().size());
        type("muster_lvs_entry_refused_since_timestamp_seconds", "gauge", "When the kernel refused it first.");
        for (LvsdStatus.Refusal refusal : status.refusals()) {
            line(
                    "muster_lvs_entry_refused_since_timestamp_seconds",
                    "{entry=" + quoted(refusal.entry()) + ",reason=" + quoted(refusal.reason()) + "}",
                    refusal.sinceMs() / 1000);
        }
        type("muster_lvs_reconcile_seconds", "counter", "Time spent changing the table.");
        text.append("muster_lvs_reconcile_seconds_total ")
                .append(counters.applyMs() / 1000.0)
                .append('\n');
        counter("muster_lvs_table_reads", "Reads of the whole table.", counters.reads());
        counter("muster_lvs_table_looks", "Looks at the table's fingerprint.", counters.cheapReads());
        counter("muster_lvs_table_read_failures", "Reads that failed.", counters.readFailures());
        counter("muster_lvs_checks", "Checks ended.", counters.checks());
        counter("muster_lvs_check_failures", "Checks failed.", counters.checksFailed());
        counter("muster_lvs_reloads", "Configurations taken after the first.", counters.reloads());
    }

    private void pulse(PulseStatus pulse) {
        type("muster_pulse_activity", "stateset", "What this director is doing.");
        for (var activity : pulse.activity().getDeclaringClass().getEnumConstants()) {
            line(
                    "muster_pulse_activity",
                    "{muster_pulse_activity=" + quoted(activity.name().toLowerCase(Locale.ROOT)) + "}",
                    activity == pulse.activity() ? 1 : 0);
        }
        gauge("muster_pulse_primary", "Whether lvs.cf calls this director the primary.", pulse.primary() ? 1 : 0);
        gauge(
                "muster_pulse_partner_alive",
                "Whether the other director is heard.",
                pulse.partner().alive() ? 1 : 0);
        gauge("muster_pulse_sync_lag_connections", "Connections the backup lacks; -1 if unknown.", pulse.syncLag());
        gauge("muster_pulse_connections", "Connections in this director's table; -1 if unknown.", pulse.connections());
        counter("muster_pulse_heartbeats_sent", "Heartbeats sent.", pulse.sent());
        counter(
                "muster_pulse_heartbeats_heard",
                "Heartbeats of the partner that counted.",
                pulse.partner().beats());
        type(
                "muster_pulse_heartbeats_rejected",
                "counter",
                "Packets that weren't the partner's heartbeats, by reason.");
        pulse.rejections()
                .forEach((why, count) -> line(
                        "muster_pulse_heartbeats_rejected_total",
                        "{reason=" + quoted(why.name().toLowerCase(Locale.ROOT)) + "}",
                        count));
    }

    private interface Value {
        long of(LvsdStatus.Server server);
    }

    private void each(LvsdStatus status, String name, Value value) {
        for (LvsdStatus.Virtual virtual : status.virtuals()) {
            for (LvsdStatus.Server server : virtual.servers()) {
                line(
                        name,
                        "{" + labels(virtual) + ",server=" + quoted(server.name()) + ",address="
                                + quoted(server.address()) + "}",
                        value.of(server));
            }
        }
    }

    /// Names may be given twice, identities can't.
    private static String labels(LvsdStatus.Virtual virtual) {
        return "virtual=" + quoted(virtual.name()) + ",service=" + quoted(virtual.service());
    }

    private void gauge(String name, String help, long value) {
        type(name, "gauge", help);
        line(name, "", value);
    }

    private void counter(String name, String help, long value) {
        type(name, "counter", help);
        line(name + "_total", "", value);
    }

    private void type(String name, String type, String help) {
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    }

    private void line(String name, String labels, long value) {
        text.append(name).append(labels).append(' ').append(value).append('\n');
    }

    private static String quoted(String value) {
        return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
