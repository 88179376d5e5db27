package io.muster.core;

import java.util.Locale;

/// Names one event of one process of one node, so that every later event can say which one it came from.
///
/// Drivers number events and stamp them; messages between daemons and nodes carry the id, and a walk up the chain
/// answers "why".
///
/// @param nodeid the node; 0 before it is known
/// @param process random per start of the process
/// @param number counted from 1 in that process; 0 only in [#NONE]
public record CauseId(int nodeid, int process, long number) {
    /// The event came from outside: an operator, a disk, the weather.
    public static final CauseId NONE = new CauseId(0, 0, 0);

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d.%08x.%d", nodeid, process, number);
    }
}
