package io.muster.cluster;

import io.muster.core.CauseId;
import io.muster.core.Node;
import io.muster.membership.Cman;
import io.muster.membership.CmanEffect;
import io.muster.membership.CmanEvent;
import io.muster.membership.CmanNode;
import io.muster.membership.NodeEffect;
import io.muster.membership.NodeEvent;
import io.muster.simulator.SimLink;
import io.muster.simulator.SimProcess;
import io.muster.totem.Ring;
import io.muster.totem.RingConfig;
import io.muster.totem.RingEvent;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/// The cman daemon of one node: the real cores, the network below, local sockets above.
final class SimCman {
    /// A client that hasn't read for so long is disconnected.
    static final long SILENT_MS = 5_000;

    private static final int SOCKET_MICROS = 300;

    /// What a daemon hears from its connection.
    interface Client {
        void received(CmanEffect effect);

        void closed();

        boolean reading();
    }

    /// One local socket: two directions, each first in first out.
    final class Connection {
        final int id;
        final SimLink<CmanEvent> up;
        final SimLink<CmanEffect> down;
        private final Client client;
        private long readMs;
        private boolean open = true;
        /// Members of the ring when cman last said that the cluster is quorate.
        private List<Node> freshMembers = List.of();

        private Connection(int id, Client client) {
            this.id = id;
            this.client = client;
            this.up = new SimLink<>(
                    machine.world.simulation,
                    SOCKET_MICROS,
                    event -> process.post(new NodeEvent.OfCman(event)),
                    () -> process.running());
            this.down = new SimLink<>(machine.world.simulation, SOCKET_MICROS, client::received, client::reading);
            this.readMs = machine.world.simulation.nowMs();
            watch();
        }

        boolean open() {
            return open;
        }

        Node self() {
            return SimCman.this.self;
        }

        List<Node> freshMembers() {
            return freshMembers;
        }

        void send(CmanEvent event) {
            up.send(event);
        }

        void send(String group, byte[] payload, boolean safe) {
            up.send(new CmanEvent.Send(id, group, payload, safe, CauseId.NONE));
        }

        /// Ends it from either side. What the client has written before is still read.
        void close(String why) {
            if (open) {
                open = false;
                machine.say("client " + id + " disconnected: " + why);
                down.close();
                up.send(new CmanEvent.Gone(id));
                connections.remove(id);
                client.closed();
            }
        }

        private void watch() {
            machine.world.simulation.afterMs(500, () -> {
                if (open && process.alive()) {
                    long now = machine.world.simulation.nowMs();
                    // Time in which cman itself stood still says nothing about a client.
                    if (!process.running() || client.reading() && down.isMoving()) {
                        readMs = now;
                    } else if (now - readMs > SILENT_MS) {
                        close("silent");
                    }
                    watch();
                }
            });
        }
    }

    final SimMachine machine;
    final Node self;
    final CmanNode node;
    final Ring ring;
    final SimProcess<NodeEvent, NodeEffect> process;
    final Set<Node> met = new HashSet<>();
    private final TreeMap<Integer, Connection> connections = new TreeMap<>();
    private int nextClient = 1;

    SimCman(SimMachine machine, Node self) {
        this.machine = machine;
        this.self = self;
        SimCluster world = machine.world;
        RingConfig config = RingConfig.of(
                world.nodeids(), world.nodeids().stream().map(_ -> 1).toList(), 1000, 1400);
        this.ring = new Ring(self, config, new Random(world.simulation.dice().nextLong()));
        byte[] document = machine.disk.document();
        this.node = new CmanNode(
                world.promises.watch(self, ring), new Cman(self, world.settings(document), document, world.reader()));
        this.process = new SimProcess<>(
                world.simulation,
                machine.node,
                "cman",
                node,
                this::perform,
                new NodeEvent.Tick(),
                NodeEvent.Stalled::new);
        process.onDeath(this::died);
        process.post(new NodeEvent.OfRing(new RingEvent.Start()));
    }

    Connection connect(Client client) {
        var connection = new Connection(nextClient++, client);
        connections.put(connection.id, connection);
        return connection;
    }

    List<Connection> connections() {
        return List.copyOf(connections.values());
    }

    boolean quorate() {
        return node.cman().status().tally().quorate();
    }

    private void died() {
        for (Connection connection : connections()) {
            connection.close("cman has died");
        }
        machine.cmanDied();
    }

    private void perform(NodeEffect effect) {
        SimCluster world = machine.world;
        switch (effect) {
            case NodeEffect.Send(var nodeids, byte[] datagram) ->
                nodeids.forEach(nodeid -> world.transmit(this, nodeid, datagram));
            case NodeEffect.RingChanged(String from, String to, String reason) ->
                machine.say("ring " + from + " -> " + to + ": " + reason);
            case NodeEffect.OfCman(CmanEffect inner) -> perform(inner);
        }
    }

    private void perform(CmanEffect effect) {
        switch (effect) {
            case CmanEffect.ToRing _, CmanEffect.Configured _ -> {}
            case CmanEffect.Entry(int client, var _, var _, var _) -> down(client, effect);
            case CmanEffect.Parted(int client, var _) -> down(client, effect);
            case CmanEffect.Answer(int client, var _, var _, var _) -> down(client, effect);
            case CmanEffect.Fresh(int client, var _, boolean quorate, var _) -> {
                if (quorate) {
                    machine.world.checkMajority(this);
                }
                Connection connection = connections.get(client);
                if (connection != null) {
                    connection.freshMembers = quorate ? ring.members() : List.of();
                }
                down(client, effect);
            }
            case CmanEffect.AskShutdown(int client) -> down(client, effect);
            case CmanEffect.Disconnect(int client, String why) -> {
                Connection connection = connections.get(client);
                if (connection != null) {
                    connection.close(why);
                }
            }
            case CmanEffect.Say(var _, String text) -> machine.say("cman: " + text);
            case CmanEffect.End(boolean clean, String why) -> {
                machine.say("cman ends" + (clean ? ": " : ", others see to the rest: ") + why);
                process.die();
            }
        }
    }

    private void down(int client, CmanEffect effect) {
        Connection connection = connections.get(client);
        if (connection != null) {
            connection.down.send(effect);
        }
    }
}
