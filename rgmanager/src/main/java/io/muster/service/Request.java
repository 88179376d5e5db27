package io.muster.service;

/// A user's request on its way through the cluster.
///
/// @param asker the node whose operator waits for the answer
/// @param id as that node's driver numbers it
/// @param target nodeid, 0 for none
record Request(int asker, long id, RequestKind kind, int target) {
    /// Whether a start is wanted, perhaps behind a stop.
    boolean starts() {
        return switch (kind) {
            case ENABLE, ENABLE_BY_DOMAIN, RESTART, RELOCATE, MIGRATE -> true;
            case DISABLE, STOP, FREEZE, UNFREEZE, CONVALESCE, LOCK, UNLOCK, QUERY_LOCK -> false;
        };
    }
}
