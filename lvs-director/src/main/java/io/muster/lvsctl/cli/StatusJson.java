package io.muster.lvsctl.cli;

import io.muster.cli.Json;
import io.muster.lvs.Counters;
import io.muster.lvs.LvsdStatus;
import io.muster.pulse.PulseStatus;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// `lvsctl status --json` for programs. Times are wall-clock milliseconds unless a name ends in `age_ms`.
final class StatusJson {
    private StatusJson() {}

    static String of(LvsdStatus status, Optional<PulseStatus> pulse) {
        var all = new LinkedHashMap<String, Object>();
        all.put("now_ms", status.nowMs());
        all.put("lvsd", lvsd(status));
        pulse.ifPresent(there -> all.put("pulse", pulse(there)));
        // Streams: a director may have ten thousand real servers, and a command little memory.
        all.put("virtuals", status.virtuals().stream().map(StatusJson::virtual));
        return Json.text(all) + "\n";
    }

    private static Map<String, Object> lvsd(LvsdStatus status) {
        var lvsd = new LinkedHashMap<String, Object>();
        lvsd.put("started_ms", status.startedMs());
        lvsd.put("ready", status.ready());
        lvsd.put("table_problem", status.tableProblem());
        lvsd.put("foreign_services", status.foreign());
        Counters c = status.counters();
        lvsd.put("drift", c.drift());
        lvsd.put("reconciles", c.applies());
        lvsd.put("operations", c.operations());
        lvsd.put("refused", c.refused());
        lvsd.put("refusals", status.refusals().stream().map(StatusJson::refusal));
        lvsd.put("reads", c.reads());
        lvsd.put("looks", c.cheapReads());
        lvsd.put("read_failures", c.readFailures());
        lvsd.put("apply_ms", c.applyMs());
        lvsd.put("last_apply_ms", c.lastApplyMs());
        lvsd.put("checks", c.checks());
        lvsd.put("checks_failed", c.checksFailed());
        lvsd.put("reloads", c.reloads());
        return lvsd;
    }

    private static Map<String, Object> refusal(LvsdStatus.Refusal status) {
        var refusal = new LinkedHashMap<String, Object>();
        refusal.put("entry", status.entry());
        refusal.put("reason", status.reason());
        refusal.put("since_ms", status.sinceMs());
        refusal.put("times", status.times());
        return refusal;
    }

    private static Map<String, Object> pulse(PulseStatus status) {
        var pulse = new LinkedHashMap<String, Object>();
        pulse.put("role", status.activity().name().toLowerCase(Locale.ROOT));
        pulse.put("primary", status.primary());
        pulse.put("role_age_ms", status.sinceMs());
        pulse.put("reason", status.reason());
        pulse.put("partner_alive", status.partner().alive());
        pulse.put("partner_active", status.partner().active());
        pulse.put("partner_age_ms", status.partner().ageMs());
        pulse.put("connections", status.connections());
        pulse.put("sync_permille", status.syncPermille());
        pulse.put("sync_lag", status.syncLag());
        pulse.put("heartbeats_sent", status.sent());
        pulse.put("heartbeats_heard", status.partner().beats());
        return pulse;
    }

    private static Map<String, Object> virtual(LvsdStatus.Virtual status) {
        var virtual = new LinkedHashMap<String, Object>();
        virtual.put("name", status.name());
        virtual.put("service", status.service());
        virtual.put("scheduler", status.scheduler());
        virtual.put("flags", status.flags());
        virtual.put("persistent_s", status.persistentS());
        virtual.put("present", status.present());
        virtual.put("sorry_server", status.sorry());
        virtual.put("sorry_active", status.sorryActive());
        virtual.put("servers", status.servers().stream().map(StatusJson::server));
        return virtual;
    }

    private static Map<String, Object> server(LvsdStatus.Server status) {
        var server = new LinkedHashMap<String, Object>();
        server.put("name", status.name());
        server.put("address", status.address());
        server.put("up", status.up());
        server.put("known", status.known());
        server.put("since_ms", status.sinceMs());
        server.put("detail", status.detail());
        server.put("configured_weight", status.configuredWeight());
        server.put("wanted_weight", status.wantedWeight());
        server.put("actual_weight", status.actualWeight());
        server.put("u_threshold", status.upper());
        server.put("l_threshold", status.lower());
        server.put("active", status.active());
        server.put("inactive", status.inactive());
        server.put("templates", status.persistent());
        server.put("checks", status.checks());
        server.put("check_failures", status.failures());
        if (!status.checkedAt().isEmpty()) {
            server.put("checked_at", status.checkedAt());
        }
        status.drain().ifPresent(its -> {
            var drain = new LinkedHashMap<String, Object>();
            drain.put("by", its.by().name().toLowerCase(Locale.ROOT));
            drain.put("since_ms", its.sinceMs());
            drain.put("deadline_ms", its.deadlineMs());
            drain.put("remaining", its.over() ? 0 : status.active() + status.inactive());
            drain.put("cut", its.cut());
            server.put("drain", drain);
        });
        return server;
    }
}
