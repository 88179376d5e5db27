package io.muster.cman.daemon;

import io.muster.cman.client.CmanView;
import io.muster.group.Group;
import io.muster.membership.CmanStatus;
import io.muster.membership.CmanStatus.GroupStatus;
import io.muster.membership.CmanStatus.NodeStatus;
import java.util.Locale;

/// All that this node's cman can say of nodes and groups, for whoever looks for a fault: `group_tool dump`. Thread:
/// any.
final class GroupDump {
    private GroupDump() {}

    static String of(CmanView view) {
        CmanStatus status = view.status();
        var text = new StringBuilder();
        text.append("node ")
                .append(status.self())
                .append(" name ")
                .append(view.nodeName())
                .append(" ring ")
                .append(status.generation())
                .append(' ')
                .append(view.ringPhase())
                .append(" config ")
                .append(status.configVersion())
                .append(" sha256 ")
                .append(status.configSha256())
                .append(" clients ")
                .append(view.clients())
                .append('\n');
        for (NodeStatus node : status.nodes()) {
            text.append("nodeid ")
                    .append(node.nodeid())
                    .append(" name ")
                    .append(node.name())
                    .append(node.member() ? " member" : " no member")
                    .append(" incarnation ")
                    .append(node.incarnation())
                    .append(" votes ")
                    .append(node.votes())
                    .append(node.unproven() ? " lost and not made harmless" : "")
                    .append('\n');
            for (CmanStatus.Left left : node.left()) {
                text.append("  run ")
                        .append(left.run())
                        .append(left.lost() ? " lost" : " of a member")
                        .append(" may still run ")
                        .append(left.remains())
                        .append('\n');
            }
        }
        for (GroupStatus each : status.groups()) {
            Group group = each.group();
            text.append("group ")
                    .append(group.name())
                    .append(" id ")
                    .append(String.format(Locale.ROOT, "%08x", group.id()))
                    .append(" level ")
                    .append(group.level().map(Enum::name).orElse("none"))
                    .append(each.recovering() ? " recovering" : " recovered")
                    .append(" members");
            group.members().keySet().forEach(node -> text.append(' ').append(node));
            text.append('\n');
        }
        return text.toString();
    }
}
