package io.muster.config;

import java.util.List;

/// `<dlm>`: the lock manager.
///
/// @param timewarnCs centiseconds
/// @param protocol `tcp`, `sctp` or `detect`
public record DlmConfig(
        boolean logDebug,
        int timewarnCs,
        String protocol,
        boolean enableFencing,
        boolean enableQuorum,
        boolean enableDeadlock,
        PlockConfig plock,
        List<Lockspace> lockspaces) {
    /// `<lockspace>`: who may master the locks of one lockspace.
    ///
    /// @param nodir masters are computed, not looked up
    /// @param masters empty: all nodes
    public record Lockspace(String name, boolean nodir, List<Master> masters) {
        public Lockspace {
            masters = List.copyOf(masters);
        }
    }

    /// `<master>`: a node and its share.
    public record Master(String name, int weight) {}

    public DlmConfig {
        lockspaces = List.copyOf(lockspaces);
    }
}
