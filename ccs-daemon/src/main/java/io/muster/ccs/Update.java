package io.muster.ccs;

import io.muster.core.Node;
import java.util.Optional;

/// A change of what is in force, under way.
///
/// @param asked by whom; empty when the former content comes back by itself
/// @param probationSec it goes back by itself unless confirmed within this time; 0 for never
record Update(Pending pending, Optional<Asked> asked, int probationSec) {
    /// An operator's request.
    ///
    /// @param from the run of the node at which it was made
    /// @param request counted there
    record Asked(Node from, long request) {}

    Update on(int nodeid) {
        return new Update(pending.on(nodeid), asked, probationSec);
    }
}
