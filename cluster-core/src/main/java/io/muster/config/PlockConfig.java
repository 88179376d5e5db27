package io.muster.config;

/// POSIX lock attributes, the same on `<dlm>` and `<gfs_controld>`.
///
/// @param rateLimit operations per second; 0 for none
/// @param ownership cached per node; all nodes must agree on it
public record PlockConfig(
        boolean enabled,
        boolean debug,
        int rateLimit,
        boolean ownership,
        int dropResourcesTimeMs,
        int dropResourcesCount,
        int dropResourcesAgeMs) {}
