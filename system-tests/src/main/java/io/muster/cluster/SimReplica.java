package io.muster.cluster;

import io.muster.core.ReplicatedCore;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Level;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import io.muster.membership.CmanEffect;
import io.muster.membership.CmanEvent;
import io.muster.simulator.SimProcess;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/// A daemon that is one member's replica of a group's state: process, connection to cman, real core. What it does to
/// the
/// world is in its subclasses.
///
/// @param <E> local events of the core
/// @param <F> effects of the core
abstract class SimReplica<E, F> implements SimCman.Client {
    final SimMachine machine;
    final String group;
    final SimCman.Connection connection;
    final SimProcess<ReplicaEvent<E>, ReplicaEffect<F>> process;
    final Replica<E, F> replica;
    private final ReplicatedCore<GroupEntry, E, F> core;
    private final ArrayDeque<Consumer<Boolean>> questions = new ArrayDeque<>();
    private final TreeMap<Long, Integer> entries = new TreeMap<>();
    private int chain;
    private int request;
    private boolean joined;

    SimReplica(
            SimMachine machine,
            SimCman cman,
            String group,
            Optional<Level> level,
            ReplicatedCore<GroupEntry, E, F> core) {
        this.machine = machine;
        this.group = group;
        this.core = core;
        this.replica = new Replica<>(cman.self, core);
        this.process = new SimProcess<>(
                machine.world.simulation, machine.node, group, replica, this::perform, new ReplicaEvent.Tick<>(), null);
        this.connection = cman.connect(this);
        process.onDeath(() -> {
            connection.close("gone");
            died();
        });
        connection.send(new CmanEvent.Join(connection.id, ++request, group, level));
        if (level.isPresent()) {
            connection.send(new CmanEvent.Require(connection.id, group, 10_000));
        }
    }

    abstract void perform(F effect, long nowMs);

    /// The process is gone.
    void died() {}

    /// The connection is gone while the process lives.
    abstract void lost();

    /// Before an entry goes to the replica.
    void entry(GroupEntry entry) {}

    boolean alive() {
        return process.alive();
    }

    void post(E event) {
        process.post(new ReplicaEvent.Local<>(event));
    }

    void askFresh(Consumer<Boolean> answer) {
        if (!connection.open()) {
            answer.accept(false);
            return;
        }
        questions.add(answer);
        connection.send(new CmanEvent.AskFresh(connection.id, ++request));
    }

    @Override
    public boolean reading() {
        return process.running();
    }

    @Override
    public void closed() {
        while (!questions.isEmpty()) {
            questions.remove().accept(false);
        }
        if (process.alive()) {
            lost();
        }
    }

    @Override
    public void received(CmanEffect effect) {
        switch (effect) {
            case CmanEffect.Entry(var _, String name, GroupEntry entry, var _) -> {
                if (name.equals(group)) {
                    joined = true;
                    if (entry instanceof GroupEntry.View view) {
                        machine.say(group + " view at " + view.position() + ": " + view.members() + ", joined "
                                + view.joined() + ", left " + view.left());
                    }
                    entry(entry);
                    int hash = hash(entry);
                    entries.put(entry.position(), hash);
                    chain = chain * 31 + hash;
                    process.post(new ReplicaEvent.Entry<>(entry));
                    compare(entry);
                }
            }
            case CmanEffect.Fresh(var _, var _, boolean quorate, var _) -> {
                if (!questions.isEmpty()) {
                    questions.remove().accept(quorate);
                }
            }
            case CmanEffect.Answer(var _, var _, CmanEffect.Result result, String text) -> {
                if (!joined && result != CmanEffect.Result.OK) {
                    // The former process's connection may not have been missed yet: hang up and try again.
                    machine.say(group + " can't join: " + text);
                    connection.close("not taken");
                }
            }
            case CmanEffect.AskShutdown _,
                    CmanEffect.Parted _,
                    CmanEffect.ToRing _,
                    CmanEffect.Disconnect _,
                    CmanEffect.Configured _,
                    CmanEffect.Say _,
                    CmanEffect.End _ -> {}
        }
    }

    private static int hash(GroupEntry entry) {
        return entry instanceof GroupEntry.Message(long position, var from, boolean regular, byte[] payload, var _)
                ? Arrays.hashCode(payload) * 31 + from.hashCode() * 17 + Long.hashCode(position) + (regular ? 1 : 0)
                : entry instanceof GroupEntry.Config config
                        ? Long.hashCode(config.position()) * 31 + Arrays.hashCode(config.bytes())
                        : entry.toString().hashCode();
    }

    private void perform(ReplicaEffect<F> effect) {
        switch (effect) {
            case ReplicaEffect.Send<F>(byte[] payload, boolean safe) -> connection.send(group, payload, safe);
            case ReplicaEffect.Perform<F>(F inner) -> perform(inner, machine.node.nowMs());
            case ReplicaEffect.Synced<F>(long position, int from) -> {
                machine.say(
                        group + (from == 0 ? " begins afresh" : " has the state of node " + from) + " at " + position);
                Integer before = from == 0 ? Integer.valueOf(1) : machine.world.chainOf(group, from, position);
                // What nobody recorded is compared with nobody.
                chain = before == null ? System.identityHashCode(this) : before;
                if (before == null) {
                    machine.say(group + ": no record of that state");
                }
                boolean fresh = from == 0;
                for (var later : entries.tailMap(position, fresh).entrySet()) {
                    chain = chain * 31 + later.getValue();
                }
            }
            case ReplicaEffect.Ignored<F>(long position, int from, String why) ->
                throw new AssertionError(group + " at " + position + ": message of node " + from + " ignored: " + why);
        }
    }

    /// Equal logs give equal state.
    private void compare(GroupEntry entry) {
        if (process.alive() && replica.synced()) {
            machine.world.chain(group, machine.nodeid, entry.position(), chain);
            machine.world.compare(group, entry, chain, Arrays.hashCode(core.snapshot()), machine.nodeid);
        }
    }
}
