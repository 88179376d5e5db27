package io.muster.config;

import java.util.List;
import java.util.Optional;

/// A valid cluster.conf with every default filled in. Immutable; lists keep document order.
///
/// Source of elements, attributes and defaults: the RHEL 5 and 6 schemas. Made by [ConfigReader], or from one of those.
///
/// @param version `config_version`; grows with every change
/// @param sha256 of the file's octets, 64 lower-case hexadecimal digits
/// @param root the tree it was read from
public record ClusterConfig(
        String name,
        int version,
        String sha256,
        CmanConfig cman,
        TotemConfig totem,
        FenceDaemonConfig fenceDaemon,
        Optional<FenceXvmdConfig> fenceXvmd,
        List<ClusterNode> nodes,
        List<FenceDevice> fenceDevices,
        Optional<QuorumdConfig> quorumd,
        DlmConfig dlm,
        GfsControldConfig gfsControld,
        GroupConfig group,
        LoggingConfig logging,
        List<UidGid> uidgid,
        RmConfig rm,
        Element root) {
    public ClusterConfig {
        nodes = List.copyOf(nodes);
        fenceDevices = List.copyOf(fenceDevices);
        uidgid = List.copyOf(uidgid);
    }

    /// The same with another `<cman>`.
    public ClusterConfig withCman(CmanConfig other) {
        return new ClusterConfig(
                name,
                version,
                sha256,
                other,
                totem,
                fenceDaemon,
                fenceXvmd,
                nodes,
                fenceDevices,
                quorumd,
                dlm,
                gfsControld,
                group,
                logging,
                uidgid,
                rm,
                root);
    }

    /// The same with other nodes.
    public ClusterConfig withNodes(List<ClusterNode> others) {
        return new ClusterConfig(
                name,
                version,
                sha256,
                cman,
                totem,
                fenceDaemon,
                fenceXvmd,
                others,
                fenceDevices,
                quorumd,
                dlm,
                gfsControld,
                group,
                logging,
                uidgid,
                rm,
                root);
    }

    /// The node of that name, exactly as written in the file.
    public Optional<ClusterNode> node(String nodeName) {
        return nodes.stream().filter(node -> node.name().equals(nodeName)).findFirst();
    }

    /// The node of that number.
    public Optional<ClusterNode> node(int nodeid) {
        return nodes.stream().filter(node -> node.nodeid() == nodeid).findFirst();
    }

    /// The fence device of that name.
    public Optional<FenceDevice> fenceDevice(String deviceName) {
        return fenceDevices.stream()
                .filter(device -> device.name().equals(deviceName))
                .findFirst();
    }

    /// What orders versions and tells two files of one number apart.
    public ConfigVersion configVersion() {
        return new ConfigVersion(version, sha256);
    }
}
