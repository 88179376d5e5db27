package io.muster.config;

import java.util.List;

/// `<clusternode>`: one machine.
///
/// @param name its name; resolved, the address of its first link
/// @param nodeid from 1, unique
/// @param votes 0..255
/// @param weight of its share in lock mastering
/// @param altnames names or addresses of its further links, in order
/// @param methods ways to fence it, in the order to try them
/// @param unfence devices to run when it starts, before it may touch shared storage
public record ClusterNode(
        String name,
        int nodeid,
        int votes,
        int weight,
        List<AltName> altnames,
        List<FenceMethod> methods,
        List<DeviceUse> unfence) {
    public ClusterNode {
        altnames = List.copyOf(altnames);
        methods = List.copyOf(methods);
        unfence = List.copyOf(unfence);
    }
}
