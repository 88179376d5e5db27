package io.muster.cman.cli;

import io.muster.cman.client.CmanView;
import io.muster.membership.CmanStatus.Left;
import io.muster.membership.CmanStatus.NodeStatus;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// `cman_tool nodes`, byte for byte as the original prints it.
final class NodesText {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
    private static final String NEVER = " ".repeat(19);

    private NodesText() {}

    /// @param node only this one, by name or number; empty for all
    static List<NodeStatus> select(CmanView view, String node) {
        return view.status().nodes().stream()
                .filter(n -> node.isEmpty()
                        || n.name().equals(node)
                        || Integer.toString(n.nodeid()).equals(node))
                .toList();
    }

    static String table(CmanView view, List<NodeStatus> nodes, boolean addresses, boolean fenced, ZoneId zone) {
        StringBuilder out = new StringBuilder("Node  Sts   Inc   Joined               Name\n");
        if (!view.status().device().isEmpty()
                && nodes.size() == view.status().nodes().size()) {
            char sign = view.status().deviceVotes() > 0 ? 'M' : 'X';
            out.append(row(0, sign, 0, NEVER, view.status().device()));
        }
        for (NodeStatus n : nodes) {
            String joined = n.member() && n.joinedMs() > 0 ? time(n.joinedMs(), zone) : NEVER;
            out.append(row(n.nodeid(), sign(n), n.incarnation(), joined, n.name()));
            if (fenced) {
                fenced(out, n, zone);
            }
            List<String> known = view.addresses().getOrDefault(n.nodeid(), List.of());
            if (addresses && n.member() && !known.isEmpty()) {
                out.append("       Addresses: ").append(String.join(" ", known)).append(" \n");
            }
        }
        return out.toString();
    }

    private static void fenced(StringBuilder out, NodeStatus n, ZoneId zone) {
        if (n.lastFenced().isPresent()) {
            String when = n.lastFenced().get().atMs() <= 0
                    ? NEVER
                    : time(n.lastFenced().get().atMs(), zone);
            out.append("       Last fenced:   ").append(when).append(" by ");
            out.append(n.lastFenced().get().how()).append('\n');
        }
        if (!n.member() && n.unproven()) {
            out.append("       Node has not been fenced since it went down\n");
        }
        for (Left left : n.left()) {
            // What the original couldn't know: why a service starts nowhere else, and what an operator may acknowledge.
            out.append("       May still run: ").append(left.remains().all() ? "any service" : left.remains());
            out.append(left.lost() ? " (lost run " : " (no rgmanager; run ");
            out.append(left.run().incarnation()).append(")\n");
        }
    }

    private static char sign(NodeStatus n) {
        return n.member() ? 'M' : 'X';
    }

    private static String row(int id, char sign, long incarnation, String joined, String name) {
        return String.format(Locale.ROOT, "%4d   %c  %5d   %s  %s\n", id, sign, incarnation, joined, name);
    }

    private static String time(long wallMs, ZoneId zone) {
        return TIME.format(Instant.ofEpochMilli(wallMs).atZone(zone));
    }

    /// `-F id,name,type,addr,votes,exp,state`: no header, every item followed by one space; unknown
    /// words are skipped.
    static String list(CmanView view, List<NodeStatus> nodes, String format) {
        StringBuilder out = new StringBuilder();
        for (NodeStatus n : nodes) {
            List<String> items = new ArrayList<>();
            for (String key : format.split(",")) {
                switch (key.trim()) {
                    case "id" -> items.add(Integer.toString(n.nodeid()));
                    case "name" -> items.add(n.name());
                    case "type" -> items.add(String.valueOf(sign(n)));
                    case "addr" -> items.add(String.join(",", view.addresses().getOrDefault(n.nodeid(), List.of())));
                    case "votes" -> items.add(Integer.toString(n.votes()));
                    case "exp" -> items.add(Integer.toString(n.expected()));
                    case "state" ->
                        items.add(n.member() ? n.leaving() ? "Leaving" : "Member" : n.unproven() ? "Dead" : "Unknown");
                    default -> {}
                }
            }
            items.forEach(item -> out.append(item).append(' '));
            out.append('\n');
        }
        return out.toString();
    }
}
