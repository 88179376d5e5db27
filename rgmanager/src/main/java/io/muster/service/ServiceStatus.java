package io.muster.service;

/// What there is to show of a service.
///
/// @param owner 0 for nobody
/// @param transitionSec seconds since 1970, 0 for never
public record ServiceStatus(
        String name,
        ServiceState state,
        boolean frozen,
        boolean partial,
        int owner,
        int lastOwner,
        int restarts,
        long transitionSec) {}
