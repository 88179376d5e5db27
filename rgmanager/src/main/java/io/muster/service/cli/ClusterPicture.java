package io.muster.service.cli;

import io.muster.cman.client.CmanFrames;
import io.muster.cman.client.CmanView;
import io.muster.cman.client.StatusCodec;
import io.muster.control.CommandClient;
import io.muster.control.NotRunningException;
import io.muster.core.MalformedMessage;
import io.muster.daemon.Layout;
import io.muster.membership.CmanStatus;
import io.muster.service.ClusterServices;
import io.muster.service.ServiceStatus;
import io.muster.service.daemon.ServiceFrames;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a command knows of the cluster at one moment: cman's status and, if it runs here, rgmanager's.
///
/// @param self nodeid of this node
/// @param groupMember whether this node's rgmanager answers
/// @param members by nodeid; a quorum disk is number 0 and comes last
/// @param services empty when no rgmanager answers here
record ClusterPicture(
        String name,
        int clusterId,
        long generation,
        boolean quorate,
        int self,
        boolean groupMember,
        List<MemberRow> members,
        Optional<ClusterServices> services) {
    private static final Duration RGMANAGER_WAIT = Duration.ofSeconds(10);

    /// One line of the members' table.
    record MemberRow(
            int nodeid,
            String name,
            boolean online,
            boolean local,
            boolean estranged,
            boolean rgmanager,
            boolean qdisk) {}

    ClusterPicture {
        members = List.copyOf(members);
    }

    /// Asks both daemons.
    ///
    /// @throws IOException when cman doesn't answer
    static ClusterPicture take(Layout layout) throws IOException {
        try {
            CmanView view = cman(layout);
            Optional<ClusterServices> services = services(layout);
            return of(view, services);
        } catch (MalformedMessage e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    static CmanView cman(Layout layout) throws IOException, MalformedMessage {
        return StatusCodec.decode(
                CommandClient.askOnce(layout.socket("cman"), CommandClient.QUICK, CmanFrames.ASK_STATUS));
    }

    private static Optional<ClusterServices> services(Layout layout) throws IOException, MalformedMessage {
        try {
            return Optional.of(ServiceFrames.status(
                    CommandClient.askOnce(layout.socket("rgmanager"), RGMANAGER_WAIT, ServiceFrames.ASK_STATUS)));
        } catch (NotRunningException e) {
            return Optional.empty();
        }
    }

    static ClusterPicture of(CmanView view, Optional<ClusterServices> services) {
        CmanStatus status = view.status();
        int self = status.self().nodeid();
        var running = new ArrayList<Integer>();
        for (CmanStatus.GroupStatus group : status.groups()) {
            if (group.group().name().equals("rgmanager")) {
                group.group().members().keySet().forEach(node -> running.add(node.nodeid()));
            }
        }
        var rows = new ArrayList<MemberRow>();
        for (CmanStatus.NodeStatus node : status.nodes()) {
            int id = node.nodeid();
            rows.add(new MemberRow(
                    id, node.name(), node.member(), id == self, node.name().isEmpty(), running.contains(id), false));
        }
        rows.sort((a, b) -> Integer.compare(a.nodeid(), b.nodeid()));
        if (!status.device().isEmpty()) {
            rows.add(new MemberRow(0, status.device(), status.deviceVotes() > 0, false, false, false, true));
        }
        return new ClusterPicture(
                status.clusterName(),
                status.clusterId(),
                status.generation(),
                status.tally().quorate(),
                self,
                services.isPresent(),
                rows,
                services);
    }

    /// How an owner is written: its name, `none`, `unknown`.
    String nodeName(int nodeid) {
        if (nodeid == 0) {
            return "none";
        }
        for (MemberRow row : members) {
            if (row.nodeid() == nodeid && !row.name().isEmpty()) {
                return row.name();
            }
        }
        return "unknown";
    }

    @Nullable
    MemberRow member(String memberName) {
        for (MemberRow row : members) {
            if (row.name().equals(memberName)) {
                return row;
            }
        }
        return null;
    }

    List<ServiceStatus> serviceRows() {
        return services.map(ClusterServices::services).orElse(List.of());
    }

    @Nullable
    ServiceStatus service(String serviceName) {
        for (ServiceStatus status : serviceRows()) {
            if (status.name().equals(serviceName)) {
                return status;
            }
        }
        return null;
    }
}
