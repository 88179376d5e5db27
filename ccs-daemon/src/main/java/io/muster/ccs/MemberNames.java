package io.muster.ccs;

import io.muster.config.ClusterConfig;
import io.muster.config.ClusterNode;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What each member is called by the last configuration that had it: part of the replicated state, since a member that
/// was taken out of the file runs on under its old name.
///
/// Thread: the core's.
final class MemberNames {
    private static final int MAX = 4096;

    private final SortedMap<Integer, String> names = new TreeMap<>();

    /// After each entry, and when another configuration comes into force.
    void follow(SortedMap<Integer, Node> members, ClusterConfig inForce) {
        names.keySet().retainAll(members.keySet());
        for (ClusterNode node : inForce.nodes()) {
            if (members.containsKey(node.nodeid())) {
                names.put(node.nodeid(), node.name());
            }
        }
    }

    SortedMap<Integer, String> names() {
        return Collections.unmodifiableSortedMap(names);
    }

    /// A running node keeps its number and its name: fencing and addresses go by them, and would hit another machine.
    ///
    /// @return why a configuration can't be taken; empty if it can
    String refusal(ClusterConfig next) {
        for (Map.Entry<Integer, String> member : names.entrySet()) {
            int nodeid = member.getKey();
            String name = member.getValue();
            String other = next.node(nodeid).map(ClusterNode::name).orElse(name);
            int number = next.node(name).map(ClusterNode::nodeid).orElse(nodeid);
            if (!other.equals(name)) {
                return name + " is a member with nodeid " + nodeid + ", which the file gives to " + other
                        + ": a running node can't be renamed" + way(name);
            }
            if (number != nodeid) {
                return name + " is a member with nodeid " + nodeid + ", and the file gives it nodeid " + number
                        + ": a running node can't be renumbered" + way(name);
            }
        }
        return "";
    }

    private static String way(String name) {
        return ": stop the cluster on " + name + " (cman_tool leave), update, copy the file there, start it again";
    }

    void encode(Output out) {
        out.list(names.entrySet(), (o, entry) -> o.u32(entry.getKey()).string(entry.getValue()));
    }

    static MemberNames decode(Input in) throws MalformedMessage {
        var it = new MemberNames();
        for (Map.Entry<Integer, String> entry : in.list(MAX, i -> Map.entry(i.u32(Integer.MAX_VALUE), i.string(255)))) {
            it.names.put(entry.getKey(), entry.getValue());
        }
        return it;
    }
}
