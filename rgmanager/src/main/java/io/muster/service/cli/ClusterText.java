package io.muster.service.cli;

import io.muster.service.ClusterServices;
import io.muster.service.ResultCode;
import io.muster.service.ServiceStatus;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;

/// How `clustat` looks. Pure; widths and words as the original has them, with trailing blanks.
///
/// No formatter classes are used on the way: they would cost more time than everything else the command does.
final class ClusterText {
    /// Names are never wider, whatever the terminal.
    private static final int NAME_LIMIT = 64;

    private static final int STATE = 14;
    private static final String[] DAYS = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };

    private ClusterText() {}

    /// As ctime(3), without its newline.
    static String time(long seconds, ZoneId zone) {
        ZonedDateTime t = Instant.ofEpochSecond(seconds).atZone(zone);
        return DAYS[t.getDayOfWeek().getValue() - 1] + " " + MONTHS[t.getMonthValue() - 1] + " "
                + right(Integer.toString(t.getDayOfMonth()), 2) + " " + two(t.getHour()) + ":" + two(t.getMinute())
                + ":"
                + two(t.getSecond()) + " " + t.getYear();
    }

    static String header(ClusterPicture picture, long nowSec, ZoneId zone) {
        return "Cluster Status for " + picture.name() + " @ " + time(nowSec, zone) + "\nMember Status: "
                + (picture.quorate() ? "Quorate" : "Inquorate") + "\n\n";
    }

    /// @param columns of the terminal
    static String members(List<ClusterPicture.MemberRow> rows, int columns) {
        int width = Math.min(NAME_LIMIT, columns / 2);
        var text = new StringBuilder();
        text.append(' ').append(left("Member Name", width)).append("ID   Status\n");
        text.append(' ').append(left("------ ----", width)).append("---- ------\n");
        for (ClusterPicture.MemberRow row : rows) {
            text.append(' ').append(left(row.name(), width)).append(' ');
            text.append(right(Integer.toString(row.nodeid()), 4)).append(' ').append(words(row));
            text.append('\n');
        }
        return text.append('\n').toString();
    }

    private static String words(ClusterPicture.MemberRow row) {
        var words = new StringBuilder(row.online() ? "Online" : "Offline");
        if (row.local()) {
            words.append(", Local");
        }
        if (row.estranged()) {
            words.append(", Estranged");
        }
        if (row.rgmanager()) {
            words.append(", rgmanager");
        }
        if (row.qdisk()) {
            words.append(", Quorum Disk");
        }
        return words.toString();
    }

    /// The table of services, in the order given.
    static String services(ClusterPicture picture, List<ServiceStatus> services, int columns) {
        int width = Math.min(NAME_LIMIT, Math.max(1, (columns - 20) / 2));
        var text = new StringBuilder();
        line(text, width, "Service Name", "Owner (Last)", left("State", STATE));
        line(text, width, "------- ----", "----- ------", left("-----", STATE));
        for (ServiceStatus service : services) {
            line(text, width, service.name(), owner(picture, service), state(service));
        }
        for (ServiceStatus service : services) {
            if (!service.barred().isEmpty()) {
                text.append("\n ")
                        .append(service.name())
                        .append(": ")
                        .append(service.barred())
                        .append('\n');
            }
        }
        return text.toString();
    }

    private static void line(StringBuilder text, int width, String name, String owner, String state) {
        text.append(' ').append(left(name, width)).append(' ').append(left(owner, width));
        text.append(' ').append(state).append('\n');
    }

    private static String owner(ClusterPicture picture, ServiceStatus service) {
        return service.state().showsLastOwner()
                ? "(" + picture.nodeName(service.lastOwner()) + ")"
                : picture.nodeName(service.owner());
    }

    private static String state(ServiceStatus service) {
        String flags = (service.frozen() ? "Z" : "") + (service.partial() ? "P" : "");
        if (flags.isEmpty()) {
            return left(service.state().text(), STATE);
        }
        String shown = "[" + flags + "]";
        return left(service.state().text(), STATE - shown.length()) + shown;
    }

    /// `clustat -l`.
    static String longServices(ClusterPicture picture, List<ServiceStatus> services, ZoneId zone) {
        var text = new StringBuilder("Service Information\n------- -----------\n\n");
        for (ServiceStatus service : services) {
            text.append("Service Name      : ").append(service.name());
            text.append("\n  Current State   : ").append(service.state().text());
            text.append(" (").append(service.state().number()).append(')');
            text.append("\n  Flags           : ").append(flagNames(service, "none", ", "));
            text.append(" (").append(flags(service)).append(')');
            text.append("\n  Owner           : ").append(picture.nodeName(service.owner()));
            text.append("\n  Last Owner      : ").append(picture.nodeName(service.lastOwner()));
            text.append("\n  Last Transition : ").append(time(service.transitionSec(), zone));
            if (!service.barred().isEmpty()) {
                text.append("\n  Barred          : ").append(service.barred());
            }
            text.append("\n\n");
        }
        return text.toString();
    }

    /// What stands in place of the table when there is none; empty when there is nothing to say.
    static String unavailable(ClusterServices services) {
        return services.code() == ResultCode.SUCCESS
                ? ""
                : "Service states unavailable: " + services.code().text() + "\n";
    }

    static int flags(ServiceStatus service) {
        return (service.frozen() ? 1 : 0) + (service.partial() ? 2 : 0);
    }

    static String flagNames(ServiceStatus service, String none, String between) {
        String frozen = service.frozen() ? "frozen" : "";
        String partial = service.partial() ? "partial" : "";
        if (frozen.isEmpty() && partial.isEmpty()) {
            return none;
        }
        return frozen + (frozen.isEmpty() || partial.isEmpty() ? "" : between) + partial;
    }

    private static String two(int number) {
        return number < 10 ? "0" + number : Integer.toString(number);
    }

    private static String left(String text, int width) {
        return text.length() >= width ? text.substring(0, width) : text + " ".repeat(width - text.length());
    }

    private static String right(String text, int width) {
        return text.length() >= width ? text : " ".repeat(width - text.length()) + text;
    }
}
