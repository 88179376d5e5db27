package io.muster.cman.cli;

import io.muster.cman.client.CmanView;
import io.muster.group.Group;
import io.muster.group.GroupEntry.Level;
import io.muster.membership.CmanStatus.GroupStatus;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// The listing of `group_tool ls` and `cman_tool services`: the groups of a level that this node is in.
final class GroupsText {
    private GroupsText() {}

    /// One line's worth.
    record Row(String type, int level, String name, int id, String state, String members, int waiting) {}

    static List<Row> rows(CmanView view) {
        return view.status().groups().stream()
                .filter(g -> g.group().level().isPresent())
                .filter(g -> g.group().members().containsKey(view.status().self()))
                .map(GroupsText::row)
                .sorted(Comparator.comparingInt(Row::level).thenComparing(Row::name))
                .toList();
    }

    private static Row row(GroupStatus status) {
        Group group = status.group();
        Level level = group.level().orElseThrow();
        int colon = group.name().indexOf(':');
        // The original saw services by the lockspace of their daemon, and so do those who ask.
        String type = switch (level) {
            case FENCE -> "fence";
            case LOCK -> colon > 0 ? group.name().substring(0, colon) : "dlm";
            case SERVICE -> "dlm";
        };
        List<String> ids = group.members().keySet().stream()
                .map(node -> Integer.toString(node.nodeid()))
                .toList();
        String state = status.recovering() ? (level == Level.FENCE ? "FAIL_START_WAIT" : "FAIL_ALL_STOPPED") : "none";
        return new Row(
                type,
                level == Level.FENCE ? 0 : 1,
                group.name().substring(colon + 1),
                group.id(),
                state,
                "[" + String.join(" ", ids) + "]",
                status.recovering() ? 1 : 0);
    }

    /// @param verbose the columns of `-v`
    static String table(List<Row> rows, boolean verbose) {
        int width =
                Math.max(5, rows.stream().mapToInt(r -> r.name().length()).max().orElse(0) + 1);
        StringBuilder out = new StringBuilder();
        String last = verbose ? "state node id local_done" : "state";
        out.append(line("type", "level", "name", width, "id", last));
        for (Row r : rows) {
            String state = verbose ? r.state() + " 0 0 " + r.waiting() : r.state();
            String id = String.format(Locale.ROOT, "%08x", r.id());
            out.append(line(r.type(), Integer.toString(r.level()), r.name(), width, id, state));
            out.append(r.members()).append('\n');
        }
        return out.toString();
    }

    private static String line(String type, String level, String name, int width, String id, String state) {
        String format = "%-16s %-5s %-" + width + "s %-8s %-12s\n";
        return String.format(Locale.ROOT, format, type, level, name, id, state);
    }
}
