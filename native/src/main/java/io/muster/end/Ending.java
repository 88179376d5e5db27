package io.muster.end;

import java.util.List;

/// How this machine ends, if it may.
public sealed interface Ending {
    /// It is a machine of its own: reset, with nothing written back.
    record Reset() implements Ending {}

    /// It is a node of a test bed, which has a plug for it.
    ///
    /// @param command program and arguments; ends the node's first process
    record Pull(List<String> command) implements Ending {
        public Pull {
            command = List.copyOf(command);
        }
    }

    /// Nobody said what this is: ending it might end something else.
    ///
    /// @param reasons all there are, each a clause
    record Refused(List<String> reasons) implements Ending {
        public Refused {
            reasons = List.copyOf(reasons);
        }
    }
}
