package io.muster.service;

/// What an operator may ask for. Order is part of the message format: append only.
public enum RequestKind {
    /// Start on the target, or on the asking node.
    ENABLE,
    /// Start where the failover domain says.
    ENABLE_BY_DOMAIN,
    DISABLE,
    /// Stop until the next transition.
    STOP,
    RESTART,
    RELOCATE,
    MIGRATE,
    FREEZE,
    UNFREEZE,
    /// Start again what was left off as not critical.
    CONVALESCE,
    /// Nothing starts or fails over in the cluster; stopping works.
    LOCK,
    UNLOCK,
    /// Answered on the spot: [ResultCode#SUCCESS] when unlocked, [ResultCode#AGAIN] when locked.
    QUERY_LOCK
}
