package io.muster.simulator;

import io.muster.control.ControlSocket;
import io.muster.control.Counters;
import io.muster.control.Limits;
import io.muster.control.NotRunningException;
import io.muster.control.Session;
import io.muster.control.SessionHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// The control sockets of a simulated process: first in first out each way, never losing anything,
/// sometimes standing still, ending with either process.
public final class SimSockets implements ControlSocket {
    /// Who serves what on a machine.
    static final class Table {
        private final SortedMap<Path, SimServer> served = new TreeMap<>();
        private final SortedMap<Long, SimWire> wires = new TreeMap<>();
        private long opened;

        void clear() {
            served.clear();
            wires.clear();
        }

        List<SimWire> wires() {
            return List.copyOf(wires.values());
        }
    }

    private final Simulation simulation;
    private final SimNode node;
    private final SimLoop loop;

    SimSockets(Simulation simulation, SimNode node, SimLoop loop) {
        this.simulation = simulation;
        this.node = node;
        this.loop = loop;
    }

    @Override
    public Server serve(Path socket, SessionHandler handler, Limits limits) throws IOException {
        SimServer present = node.sockets().served.get(socket);
        if (present != null && present.loop.alive()) {
            throw new IOException(socket + ": another daemon serves it");
        }
        var server = new SimServer(socket, handler, limits);
        node.sockets().served.put(socket, server);
        loop.whenDead(server::close);
        return server;
    }

    @Override
    public void connect(Path socket, Peer peer) {
        simulation.afterMicros(SimWire.delayMicros(simulation), () -> {
            SimServer server = node.sockets().served.get(socket);
            if (server == null || !server.loop.alive()) {
                loop.execute(
                        () -> peer.unreachable(new NotRunningException(socket, new IOException("connection refused"))));
                return;
            }
            var wire = new SimWire(simulation, loop, peer, server.loop, server.handler, server.limits);
            long id = ++node.sockets().opened;
            node.sockets().wires.put(id, wire);
            server.sessions.put(++server.last, wire);
            wire.open(server.last, () -> {
                node.sockets().wires.remove(id);
                server.sessions.values().remove(wire);
            });
            loop.whenDead(() -> wire.clientGone());
        });
    }

    private final class SimServer implements Server {
        private final Path socket;
        private final SessionHandler handler;
        private final Limits limits;
        private final SimLoop loop = SimSockets.this.loop;
        private final SortedMap<Long, SimWire> sessions = new TreeMap<>();
        private long last;

        SimServer(Path socket, SessionHandler handler, Limits limits) {
            this.socket = socket;
            this.handler = handler;
            this.limits = limits;
        }

        @Override
        public List<Session> sessions() {
            return sessions.values().stream().map(SimWire::session).toList();
        }

        @Override
        public Counters counters() {
            return new Counters(sessions.size(), last, 0, 0, 0, 0, 0, 0);
        }

        @Override
        public void close() {
            node.sockets().served.remove(socket, this);
            List.copyOf(sessions.values()).forEach(SimWire::serverGone);
        }
    }
}
