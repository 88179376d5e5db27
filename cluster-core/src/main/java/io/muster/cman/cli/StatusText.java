package io.muster.cman.cli;

import io.muster.cman.client.CmanView;
import io.muster.membership.CmanStatus;
import io.muster.membership.CmanStatus.GroupStatus;
import io.muster.membership.CmanStatus.NodeStatus;
import io.muster.totem.Ring;
import java.util.List;

/// `cman_tool status`, line for line as the original prints it: scripts cut it by column and by word.
final class StatusText {
    /// What the original's last version announces.
    static final String VERSION = "6.2.0";

    private StatusText() {}

    static String of(CmanView view) {
        CmanStatus s = view.status();
        StringBuilder out = new StringBuilder();
        line(out, "Version", VERSION);
        line(out, "Config Version", s.configVersion());
        line(out, "Cluster Name", s.clusterName());
        line(out, "Cluster Id", s.clusterId());
        line(out, "Cluster Member", s.member() ? "Yes" : "No");
        line(out, "Cluster Generation", s.generation());
        line(out, "Membership state", membership(view));
        line(out, "Nodes", s.nodes().stream().filter(NodeStatus::member).count());
        line(out, "Expected votes", s.tally().expected());
        if (s.deviceVotes() > 0) {
            line(out, "Quorum device votes", s.deviceVotes());
        }
        line(out, "Total votes", s.tally().total());
        line(out, "Node votes", votes(s));
        line(out, "Quorum", s.tally().quorum() + " " + (s.tally().quorate() ? " " : "Activity blocked"));
        // Whoever asks isn't a subsystem.
        line(out, "Active subsystems", Math.max(0, view.clients() - 1));
        line(out, "Flags", (s.twoNode() ? "2node " : "") + (s.leaving() ? "Shutdown " : "") + state(s));
        line(out, "Ports Bound", ports(s) + " ");
        line(out, "Node name", view.nodeName());
        line(out, "Node ID", s.self().nodeid());
        line(out, "Multicast addresses", view.multicast() + " ");
        List<String> addresses = view.addresses().getOrDefault(s.self().nodeid(), List.of());
        line(out, "Node addresses", String.join(" ", addresses) + " ");
        return out.toString();
    }

    /// A member without quorum whose ring is only forming is joining again.
    private static String membership(CmanView view) {
        CmanStatus s = view.status();
        boolean settled = s.tally().quorate() || Ring.turns(view.ringPhase());
        return s.leaving() ? "Leaving" : s.member() && settled ? "Cluster-Member" : "Joining";
    }

    private static String state(CmanStatus s) {
        return s.stateful() ? "HaveState " : "";
    }

    private static int votes(CmanStatus s) {
        return s.nodes().stream()
                .filter(n -> n.nodeid() == s.self().nodeid())
                .mapToInt(NodeStatus::votes)
                .findFirst()
                .orElse(0);
    }

    /// The ports the original's daemons bound on this node: 0 is cman's own, 177 rgmanager's, 178
    /// qdiskd's.
    private static String ports(CmanStatus s) {
        StringBuilder out = new StringBuilder("0 ");
        for (GroupStatus g : s.groups()) {
            if (g.group().name().equals("clvmd") && g.group().members().containsKey(s.self())) {
                out.append("11 ");
            }
        }
        for (GroupStatus g : s.groups()) {
            if (g.group().name().equals("rgmanager") && g.group().members().containsKey(s.self())) {
                out.append("177 ");
            }
        }
        return s.device().isEmpty() ? out.toString() : out.append("178 ").toString();
    }

    private static void line(StringBuilder out, String name, Object value) {
        out.append(name).append(": ").append(value).append('\n');
    }
}
