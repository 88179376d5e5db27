package io.muster.lvs.cli;

import io.muster.lvs.Counters;
import io.muster.lvs.LvsdStatus;
import io.muster.pulse.PulseStatus;
import java.util.Locale;
import java.util.Optional;

/// `lvsctl status --json` for programs. Times are wall-clock milliseconds unless a name ends in `age_ms`.
final class StatusJson {
    private final StringBuilder text = new StringBuilder(4096);
    private boolean first = true;

    private StatusJson() {}

    static String of(LvsdStatus status, Optional<PulseStatus> pulse) {
        var json = new StatusJson();
        json.open('{');
        json.number("now_ms", status.nowMs());
        json.key("lvsd").open('{');
        json.number("started_ms", status.startedMs());
        json.flag("ready", status.ready());
        json.word("table_problem", status.tableProblem());
        json.number("foreign_services", status.foreign());
        json.counters(status.counters());
        json.close('}');
        pulse.ifPresent(json::pulse);
        json.key("virtuals").open('[');
        status.virtuals().forEach(json::virtual);
        json.close(']').close('}');
        return json.text.append('\n').toString();
    }

    private void counters(Counters c) {
        number("drift", c.drift());
        number("reconciles", c.applies());
        number("operations", c.operations());
        number("refused", c.refused());
        number("reads", c.reads());
        number("looks", c.cheapReads());
        number("read_failures", c.readFailures());
        number("apply_ms", c.applyMs());
        number("last_apply_ms", c.lastApplyMs());
        number("checks", c.checks());
        number("checks_failed", c.checksFailed());
        number("reloads", c.reloads());
    }

    private void pulse(PulseStatus pulse) {
        key("pulse").open('{');
        word("role", pulse.activity().name().toLowerCase(Locale.ROOT));
        flag("primary", pulse.primary());
        number("role_age_ms", pulse.sinceMs());
        word("reason", pulse.reason());
        flag("partner_alive", pulse.partner().alive());
        flag("partner_active", pulse.partner().active());
        number("partner_age_ms", pulse.partner().ageMs());
        number("connections", pulse.connections());
        number("sync_permille", pulse.syncPermille());
        number("sync_lag", pulse.syncLag());
        number("heartbeats_sent", pulse.sent());
        number("heartbeats_heard", pulse.partner().beats());
        close('}');
    }

    private void virtual(LvsdStatus.Virtual virtual) {
        item().open('{');
        word("name", virtual.name());
        word("service", virtual.service());
        word("scheduler", virtual.scheduler());
        number("persistent_s", virtual.persistentS());
        flag("present", virtual.present());
        word("sorry_server", virtual.sorry());
        flag("sorry_active", virtual.sorryActive());
        key("servers").open('[');
        virtual.servers().forEach(this::server);
        close(']').close('}');
    }

    private void server(LvsdStatus.Server server) {
        item().open('{');
        word("name", server.name());
        word("address", server.address());
        flag("up", server.up());
        flag("known", server.known());
        number("since_ms", server.sinceMs());
        word("detail", server.detail());
        number("configured_weight", server.configuredWeight());
        number("wanted_weight", server.wantedWeight());
        number("actual_weight", server.actualWeight());
        number("active", server.active());
        number("inactive", server.inactive());
        number("templates", server.persistent());
        number("checks", server.checks());
        number("check_failures", server.failures());
        server.drain().ifPresent(drain -> {
            key("drain").open('{');
            word("by", drain.by().name().toLowerCase(Locale.ROOT));
            number("since_ms", drain.sinceMs());
            number("deadline_ms", drain.deadlineMs());
            number("remaining", drain.over() ? 0 : server.active() + server.inactive());
            number("cut", drain.cut());
            close('}');
        });
        close('}');
    }

    private StatusJson open(char bracket) {
        text.append(bracket);
        first = true;
        return this;
    }

    private StatusJson close(char bracket) {
        text.append(bracket);
        first = false;
        return this;
    }

    private StatusJson item() {
        if (!first) {
            text.append(',');
        }
        first = false;
        return this;
    }

    private StatusJson key(String name) {
        item();
        string(name);
        text.append(':');
        return this;
    }

    private void number(String name, long value) {
        key(name).text.append(value);
    }

    private void flag(String name, boolean value) {
        key(name).text.append(value);
    }

    private void word(String name, String value) {
        key(name).string(value);
    }

    private void string(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}
