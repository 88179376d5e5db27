package io.muster.resource;

/// What an operation comes back to. [Walk] keeps a stack of these where a recursive walk has its local
/// variables, so that an operation can be written down in the middle and gone on with.
///
/// @see Walk what each of them does next
sealed interface Frame {
    /// The resource it is about, by its number in the tree.
    int node();

    /// Its agent has been called; always the top of the stack, and only there.
    sealed interface OnAgent extends Frame {}

    /// Something is being done below; gets its result.
    sealed interface OnPart extends Frame {}

    /// Its `start` runs.
    record Starting(int node) implements OnAgent {}

    /// @param part place in the order of starting
    /// @param partial something before it is off
    record StartingParts(int node, int part, boolean partial) implements OnPart {}

    /// @param part place in the order of stopping
    /// @param worst the first failure so far
    record StoppingParts(int node, int part, TreeResult worst) implements OnPart {}

    /// Its `stop` runs; its parts have been stopped.
    record Stopping(int node, TreeResult worst) implements OnAgent {}

    /// It is being stopped to stay off.
    record SwitchingOff(int node) implements OnPart {}

    /// Its `status` runs.
    record Checking(int node, int depth) implements OnAgent {}

    /// Its `recover` runs because of this status.
    record Recovering(int node, int status) implements OnAgent {}

    record CheckingParts(int node, int part, boolean partial) implements OnPart {}

    /// An independent part is being stopped because it or something below has failed.
    ///
    /// @param allowed whether it may be started again
    record RepairStopping(int node, TreeResult failed, boolean allowed) implements OnPart {}

    /// And is being started again.
    record RepairStarting(int node, TreeResult failed) implements OnPart {}

    record Convalescing(int node, int part, boolean partial) implements OnPart {}

    /// Its `reconfig` runs.
    record Reconfiguring(int node) implements OnAgent {}

    record ReconfiguringParts(int node, int part, TreeResult worst) implements OnPart {}

    /// Its `migrate` runs.
    record Migrating(int node) implements OnAgent {}

    /// What goes of its parts is being stopped.
    record SheddingParts(int node, int part, TreeResult worst) implements OnPart {}

    /// Its `reconfig` runs; what comes of its parts is started after it.
    record Altering(int node) implements OnAgent {}

    /// What comes of its parts is being started.
    record GrowingParts(int node, int part, boolean partial) implements OnPart {}
}
