package io.muster.cluster;

/// The daemons of a node, in the order of their units.
public enum Hosted {
    CMAN,
    FENCED,
    RGMANAGER,
    CCSD;

    /// As its unit, its log and its socket have it.
    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
