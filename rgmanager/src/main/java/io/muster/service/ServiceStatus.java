package io.muster.service;

/// What there is to show of a service.
///
/// @param owner 0 for nobody
/// @param transitionSec seconds since 1970, 0 for never
/// @param barred why it is started nowhere, or nowhere else; empty when nothing bars it
public record ServiceStatus(
        String name,
        ServiceState state,
        boolean frozen,
        boolean partial,
        int owner,
        int lastOwner,
        int restarts,
        long transitionSec,
        String barred) {}
