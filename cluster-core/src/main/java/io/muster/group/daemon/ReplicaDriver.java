package io.muster.group.daemon;

import io.muster.core.CauseId;
import io.muster.core.Core;
import io.muster.core.ReplicatedCore;
import io.muster.driver.CauseIds;
import io.muster.driver.EventDriver;
import io.muster.driver.FlightRecorder;
import io.muster.driver.Recorder;
import io.muster.group.GroupEntry;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import io.netty.channel.EventLoop;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs a [Replica] in a daemon: entries of its group come from a [GroupClient], proposals go there, local effects go
/// to the daemon's performer, all on one event loop.
///
/// Hand entries over with [#entry] from the client's listener; join the group once the driver exists. An entry's
/// parent
/// is
/// the cause its message carries, so causes reach across nodes.
///
/// Thread: [#post] and [#entry] from any; the performer on the loop.
///
/// @param <E> local events of the core
/// @param <F> effects of the core
public final class ReplicaDriver<E, F> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaDriver.class);

    private final String group;
    private final GroupClient client;
    private final Replica<E, F> replica;
    private final EventDriver.Performer<F> performer;
    private final Optional<FlightRecorder<ReplicaEvent<E>, ReplicaEffect<F>>> recorder;
    private final EventDriver<ReplicaEvent<E>, ReplicaEffect<F>> driver;

    /// What a driver needs beside the core.
    ///
    /// @param group the group's name
    /// @param ids shared by the drivers of the process
    /// @param record whether and where its steps are recorded
    /// @param fatal ends the process when the core is broken
    public record Setup(
            String group,
            GroupClient client,
            EventLoop loop,
            CauseIds ids,
            ReplicaRecord record,
            Consumer<Throwable> fatal) {}

    /// @param core in its initial state
    public ReplicaDriver(Setup setup, ReplicatedCore<GroupEntry, E, F> core, EventDriver.Performer<F> performer) {
        this.group = setup.group();
        this.client = setup.client();
        this.performer = performer;
        this.replica = new Replica<>(client.self(), core);
        this.recorder = setup.record().open(replica);
        Recorder<ReplicaEvent<E>, ReplicaEffect<F>> none = Recorder.none();
        Core<ReplicaEvent<E>, ReplicaEffect<F>> whole = replica;
        LongFunction<ReplicaEvent<E>> woken = ms -> new ReplicaEvent.Tick<>();
        this.driver = EventDriver.of(group, whole)
                .loop(setup.loop())
                .performer(this::perform)
                .tick(new ReplicaEvent.Tick<>())
                .stallEvent(woken)
                .ids(setup.ids())
                .recorder(recorder.isPresent() ? recorder.get() : none)
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
            case ReplicaEffect.Send<F>(byte[] payload, boolean safe) -> client.send(group, payload, safe, cause);
            case ReplicaEffect.Perform<F>(F inner) -> performer.perform(inner, cause);
            case ReplicaEffect.Synced<F>(long position, int from) ->
                LOG.info(
                        "group={} position={} {}",
                        group,
                        position,
                        from == 0 ? "begins afresh" : "state taken from node " + from);
            case ReplicaEffect.Ignored<F>(long position, int from, String why) ->
                LOG.warn("group={} position={} message of node {} ignored: {}", group, position, from, why);
        }
    }

    @Override
    public void close() {
        driver.close();
        recorder.ifPresent(FlightRecorder::close);
    }
}
