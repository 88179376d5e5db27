package io.muster.member.daemon;

import io.muster.cman.client.GroupClient;
import io.muster.core.CauseId;
import io.muster.core.Core;
import io.muster.core.ReplicatedCore;
import io.muster.driver.CauseIds;
import io.muster.driver.DaemonLog;
import io.muster.driver.EventDriver;
import io.muster.group.GroupEntry;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import io.muster.machine.Machine;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;

/// Runs a [Replica] in a daemon: entries of its group come from a [GroupClient], proposals go there,
/// local effects go to the daemon's performer, all on one event loop.
///
/// An entry's parent is the cause its message carries, so causes reach across nodes.
///
/// Thread: [#post] and [#entry] from any; the performer on the loop.
///
/// @param <E> local events of the core
/// @param <F> effects of the core
public final class ReplicaDriver<E, F> implements AutoCloseable {

    private final Setup<E, F> setup;
    private final Replica<E, F> replica;
    private final EventDriver.Performer<F> performer;
    private final Records.Open<ReplicaEvent<E>, ReplicaEffect<F>> record;
    private final EventDriver<ReplicaEvent<E>, ReplicaEffect<F>> driver;

    /// What a driver needs beside the core.
    ///
    /// @param group the group's name
    /// @param ids shared by the drivers of the process
    /// @param record who sees its steps
    /// @param synced told when the replica has the group's state
    /// @param fatal ends the process when the core is broken
    public record Setup<E, F>(
            String group,
            GroupClient client,
            Machine machine,
            CauseIds ids,
            Function<Replica<E, F>, Records.Open<ReplicaEvent<E>, ReplicaEffect<F>>> record,
            Runnable synced,
            Consumer<Throwable> fatal) {}

    /// @param core in its initial state
    public ReplicaDriver(Setup<E, F> setup, ReplicatedCore<GroupEntry, E, F> core, EventDriver.Performer<F> performer) {
        this.setup = setup;
        this.performer = performer;
        this.replica = new Replica<>(setup.client().self(), core);
        this.record = setup.record().apply(replica);
        Core<ReplicaEvent<E>, ReplicaEffect<F>> whole = replica;
        LongFunction<ReplicaEvent<E>> woken = ms -> new ReplicaEvent.Tick<>();
        this.driver = EventDriver.of(setup.group(), whole)
                .loop(setup.machine().loop())
                .clocks(setup.machine().clocks())
                .performer(this::perform)
                .tick(new ReplicaEvent.Tick<>())
                .stallEvent(woken)
                .ids(setup.ids())
                .recorder(record.recorder())
                .fatal(setup.fatal())
                .start();
    }

    /// The next entry of this group's stream.
    ///
    /// @param cause of what cman says; a message carries what its sender said instead
    public void entry(GroupEntry entry, CauseId cause) {
        CauseId parent = entry instanceof GroupEntry.Message m ? m.cause() : cause;
        driver.post(new ReplicaEvent.Entry<>(entry), parent);
    }

    /// A local event.
    public void post(E event) {
        driver.post(new ReplicaEvent.Local<>(event));
    }

    /// A local event of known origin.
    public void post(E event, CauseId parent) {
        driver.post(new ReplicaEvent.Local<>(event), parent);
    }

    /// The replica, for status queries on the loop.
    public Replica<E, F> replica() {
        return replica;
    }

    public EventDriver<ReplicaEvent<E>, ReplicaEffect<F>> driver() {
        return driver;
    }

    private void perform(ReplicaEffect<F> effect, CauseId cause) {
        switch (effect) {
            case ReplicaEffect.Send<F>(byte[] payload, boolean safe) ->
                setup.client().send(setup.group(), payload, safe, cause);
            case ReplicaEffect.Perform<F>(F inner) -> performer.perform(inner, cause);
            case ReplicaEffect.Synced<F>(long position, int from) -> {
                DaemonLog.get()
                        .info(
                                "group={} position={} {}",
                                setup.group(),
                                position,
                                from == 0 ? "begins afresh" : "state taken from node " + from);
                setup.synced().run();
            }
            case ReplicaEffect.Ignored<F>(long position, int from, String why) ->
                DaemonLog.get()
                        .warn(
                                "group={} position={} message of node {} ignored: {}",
                                setup.group(),
                                position,
                                from,
                                why);
        }
    }

    @Override
    public void close() {
        driver.close();
        record.close().run();
    }
}
