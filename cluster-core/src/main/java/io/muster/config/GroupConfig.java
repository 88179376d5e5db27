package io.muster.config;

/// `<group>` and `<clvmd>`.
///
/// @param groupdCompat run the protocols of RHEL 5
/// @param clvmdInterface `cman`, `corosync` or `openais`
public record GroupConfig(boolean groupdCompat, String clvmdInterface) {}
