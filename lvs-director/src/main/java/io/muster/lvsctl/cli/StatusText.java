package io.muster.lvsctl.cli;

import io.muster.finding.Counted;
import io.muster.lvs.Drain;
import io.muster.lvs.LvsdStatus;
import io.muster.pulse.PulseStatus;
import java.util.Locale;
import java.util.Optional;

/// `lvsctl status` for people.
final class StatusText {
    /// The first are shown: the rest mostly has the same reason.
    private static final int MOST_REFUSALS = 10;

    private StatusText() {}

    static String of(LvsdStatus status, Optional<PulseStatus> pulse) {
        var text = new StringBuilder();
        pulse.ifPresentOrElse(
                p -> role(text, p), () -> text.append("pulse: not running: addresses don't move from here\n"));
        lvsd(text, status);
        for (LvsdStatus.Virtual virtual : status.virtuals()) {
            text.append('\n').append(virtual.name()).append(": ").append(virtual.service());
            text.append(' ').append(virtual.scheduler());
            if (!virtual.flags().isEmpty()) {
                text.append(' ').append(virtual.flags());
            }
            if (virtual.persistentS() > 0) {
                text.append(" persistent ").append(virtual.persistentS());
            }
            if (!virtual.present()) {
                text.append(", not in the table");
            }
            if (!virtual.sorry().isEmpty()) {
                text.append(", sorry server ").append(virtual.sorry());
                text.append(virtual.sorryActive() ? " TAKES OVER" : " stands by");
            }
            text.append('\n');
            line(text, "server", "address", "state", "weight", "active", "inact", "templ", "");
            for (LvsdStatus.Server server : virtual.servers()) {
                row(text, server, status.nowMs());
            }
        }
        return text.toString();
    }

    private static void role(StringBuilder text, PulseStatus pulse) {
        text.append("pulse: ")
                .append(pulse.activity().name().toLowerCase(Locale.ROOT))
                .append(pulse.primary() ? " (primary)" : " (backup)")
                .append(" for ")
                .append(span(pulse.sinceMs()));
        if (!pulse.reason().isEmpty()) {
            text.append(": ").append(pulse.reason());
        }
        text.append('\n');
        if (pulse.partnerConfigured()) {
            text.append("partner: ");
            if (pulse.partner().alive()) {
                text.append(pulse.partner().active() ? "active" : "stands by")
                        .append(", heard ")
                        .append(span(pulse.partner().ageMs()))
                        .append(" ago");
            } else {
                text.append("not heard")
                        .append(
                                pulse.partner().ageMs() < 0
                                        ? " yet"
                                        : " for " + span(pulse.partner().ageMs()));
            }
            text.append(", sync lag ")
                    .append(pulse.syncLag() < 0 ? "unknown" : Counted.of(pulse.syncLag(), "connection"))
                    .append('\n');
        }
    }

    private static void lvsd(StringBuilder text, LvsdStatus status) {
        text.append("lvsd: up for ").append(span(status.nowMs() - status.startedMs()));
        if (!status.tableProblem().isEmpty()) {
            text.append(", TABLE OUT OF REACH: ").append(status.tableProblem());
        } else {
            int refused = status.refusals().size();
            text.append(
                    refused > 0
                            ? ", TABLE NOT AS WANTED: the kernel refuses " + refused
                                    + (refused == 1 ? " entry" : " entries")
                            : status.ready() ? ", table as wanted" : ", at work on the table");
        }
        text.append(", drift ").append(status.counters().drift());
        if (status.counters().refused() > 0) {
            text.append(", refused ").append(status.counters().refused());
        }
        if (status.foreign() > 0) {
            text.append(", ").append(Counted.of(status.foreign(), "foreign service"));
        }
        text.append('\n');
        for (LvsdStatus.Refusal refusal :
                status.refusals().stream().limit(MOST_REFUSALS).toList()) {
            text.append("  refused for ")
                    .append(span(status.nowMs() - refusal.sinceMs()))
                    .append(": ")
                    .append(refusal.entry())
                    .append(": ")
                    .append(refusal.reason())
                    .append('\n');
        }
        if (status.refusals().size() > MOST_REFUSALS) {
            text.append("  and ")
                    .append(status.refusals().size() - MOST_REFUSALS)
                    .append(" more: lvsctl status --json\n");
        }
    }

    private static void row(StringBuilder text, LvsdStatus.Server server, long nowMs) {
        String state = !server.known() ? "unchecked" : server.up() ? "up" : "down";
        String weight = server.actualWeight() < 0 ? "-" : Integer.toString(server.actualWeight());
        if (server.actualWeight() != server.wantedWeight()) {
            weight += ">" + (server.wantedWeight() < 0 ? "-" : server.wantedWeight());
        } else if (server.up() && server.drain().isEmpty() && server.actualWeight() != server.configuredWeight()) {
            weight += "/" + server.configuredWeight();
        }
        var note = new StringBuilder();
        server.drain().ifPresent(drain -> drain(note, drain, server, nowMs));
        if (server.known() && !server.up() && !server.detail().isEmpty()) {
            note.append(note.isEmpty() ? "" : "; ").append(server.detail());
        }
        if (server.upper() > 0) {
            boolean full = server.active() + server.inactive() >= server.upper();
            note.append(note.isEmpty() ? "" : "; ")
                    .append(full ? "full: takes " : "takes ")
                    .append(Counted.of(server.upper(), "connection"))
                    .append(" at most");
        }
        if (!server.checkedAt().isEmpty()) {
            note.append(note.isEmpty() ? "" : "; ").append("checked at ").append(server.checkedAt());
        }
        line(
                text,
                server.name(),
                server.address(),
                state + (server.known() ? " " + span(nowMs - server.sinceMs()) : ""),
                weight,
                Long.toString(server.active()),
                Long.toString(server.inactive()),
                Long.toString(server.persistent()),
                note.toString());
    }

    private static void drain(StringBuilder note, Drain drain, LvsdStatus.Server server, long nowMs) {
        note.append(
                switch (drain.by()) {
                    case HAND -> "drains (weight set by hand)";
                    case REMOVAL -> "no longer in lvs.cf: drains";
                    case LVSCTL -> "drains";
                });
        note.append(" for ").append(span(nowMs - drain.sinceMs()));
        if (drain.over()) {
            note.append(", deadline reached, ").append(drain.cut()).append(" cut");
        } else {
            note.append(", ").append(server.active() + server.inactive()).append(" left");
            if (drain.deadlineMs() > 0) {
                note.append(", cut in ").append(span(drain.deadlineMs() - nowMs));
            }
        }
    }

    private static void line(StringBuilder text, Object... columns) {
        text.append(String.format(Locale.ROOT, "  %-12s %-24s %-12s %8s %7s %7s %7s  %s", columns)
                        .stripTrailing())
                .append('\n');
    }

    /// `7s`, `3m12s`, `2h05m`, `4d03h`.
    static String span(long ms) {
        long s = Math.max(0, ms) / 1000;
        if (s < 60) {
            return s + "s";
        }
        if (s < 3600) {
            return String.format(Locale.ROOT, "%dm%02ds", s / 60, s % 60);
        }
        return s < 86_400
                ? String.format(Locale.ROOT, "%dh%02dm", s / 3600, s / 60 % 60)
                : String.format(Locale.ROOT, "%dd%02dh", s / 86_400, s / 3600 % 24);
    }
}
