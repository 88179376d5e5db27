package io.muster.member.daemon;

import io.muster.config.ClusterConfig;
import io.muster.core.CauseId;
import io.muster.core.Node;
import io.muster.core.ReplicatedCore;
import io.muster.group.GroupEntry;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// What a daemon supplies beside its policy: its core and what it does. It decides nothing.
///
/// Thread: the loop.
///
/// @param <E> local events of the core
/// @param <F> effects of the core
public interface Hands<E, F> {
    /// A core in its initial state, for one stay in the group.
    ReplicatedCore<GroupEntry, E, F> core(Node self);

    /// Does what the core has decided; never a proposal.
    ///
    /// @param cause the event that produced the effect
    void perform(F effect, CauseId cause);

    /// Does what must be done before joining.
    ///
    /// @param nodeName in cluster.conf; empty before cman is known
    /// @param then empty when it went well, else why not
    default void prepare(String nodeName, Consumer<Optional<String>> then) {
        then.accept(Optional.empty());
    }

    /// The configuration in force, seen while waiting to join.
    default void found(ClusterConfig config) {}

    /// The replica exists and its stream follows: the time for first events.
    default void entered() {}

    /// The replica is no more.
    default void left() {}

    /// The replica has taken an entry: those that wait for something may look again.
    default void changed() {}

    /// Whether this daemon runs nothing that keeps the node from leaving.
    default boolean idle() {
        return true;
    }

    /// Whatever comes next isn't started, or is again.
    default void bar(boolean barred) {}

    /// Tells the core that the daemon is to end, so that it hands over.
    default void handOver() {}

    /// Stops all that runs here.
    ///
    /// @param then what couldn't be stopped
    default void stopAlone(Consumer<List<String>> then) {
        then.accept(List.of());
    }

    /// Answers whoever asked and will hear nothing from the core any more.
    default void abandon() {}

    /// An operator should know; it has been logged already.
    default void said(String text) {}
}
