package io.muster.simulator;

import io.muster.control.ControlSocket.Connection;
import io.muster.control.ControlSocket.Peer;
import io.muster.control.Frame;
import io.muster.control.Limits;
import io.muster.control.Session;
import io.muster.control.SessionHandler;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One connection between two processes of a machine.
public final class SimWire {
    private static final int MAX_DELAY_MICROS = 300;

    private final Simulation simulation;
    private final SimLoop client;
    private final Peer peer;
    private final SimLoop server;
    private final SessionHandler handler;
    private final Limits limits;
    private final Way up;
    private final Way down;
    private final SimSession session = new SimSession();
    private final SimConnection connection = new SimConnection();
    private Runnable gone = () -> {};
    private long id;
    private boolean clientOver;
    private boolean serverOver;

    SimWire(Simulation simulation, SimLoop client, Peer peer, SimLoop server, SessionHandler handler, Limits limits) {
        this.simulation = simulation;
        this.client = client;
        this.peer = peer;
        this.server = server;
        this.handler = handler;
        this.limits = limits;
        this.up = new Way(server, this::atServer);
        this.down = new Way(client, this::atClient);
    }

    static int delayMicros(Simulation simulation) {
        return 1 + simulation.dice().nextInt(MAX_DELAY_MICROS);
    }

    void open(long number, Runnable whenGone) {
        id = number;
        gone = whenGone;
        server.execute(() -> handler.onOpen(session));
        client.execute(() -> peer.connected(connection));
    }

    Session session() {
        return session;
    }

    /// The server's number of it.
    public long id() {
        return id;
    }

    public String clientName() {
        return client.name();
    }

    public String serverName() {
        return server.name();
    }

    /// What the server sends stands still from now on; after [Limits#stalledReaderMs] the client is
    /// disconnected.
    public void stopDown() {
        down.stopped = true;
    }

    public void goOn() {
        down.stopped = false;
        down.move();
    }

    void clientGone() {
        endClient("gone", false);
    }

    void serverGone() {
        endServer("daemon stops", false);
    }

    /// The client's side is closed; what it has written before is still read.
    private void endClient(String why, boolean tell) {
        if (clientOver) {
            return;
        }
        clientOver = true;
        if (tell) {
            client.execute(() -> peer.closed(why));
        }
        up.last(() -> endServer("closed by client", true));
    }

    private void endServer(String why, boolean tell) {
        if (serverOver) {
            return;
        }
        serverOver = true;
        gone.run();
        if (tell) {
            handler.onClose(session, why);
        }
        down.stopped = false;
        down.last(() -> endClient("closed by the other daemon", true));
    }

    private void atServer(Frame frame) {
        if (serverOver || !session.reading) {
            if (!serverOver) {
                session.unread.add(frame);
            }
            return;
        }
        if (frame.type() == PONG) {
            session.pongs = session.pings;
            return;
        }
        session.pingSentMs = simulation.nowMs();
        handler.onFrame(session, frame);
    }

    private void atClient(Frame frame) {
        if (clientOver) {
            return;
        }
        if (frame.type() == PING) {
            connection.send(new Frame(PONG, frame.payload()));
            return;
        }
        peer.received(frame);
    }

    private static final int PING = 254;
    private static final int PONG = 255;

    /// One direction.
    private final class Way {
        private final SimLoop receiver;
        private final Consumer<Frame> sink;
        private final ArrayDeque<Frame> inside = new ArrayDeque<>();
        private @Nullable Runnable last;
        private boolean stopped;
        private boolean moving;
        private long queuedBytes;

        Way(SimLoop receiver, Consumer<Frame> sink) {
            this.receiver = receiver;
            this.sink = sink;
        }

        void send(Frame frame) {
            if (last == null) {
                inside.add(frame);
                queuedBytes += frame.payload().length;
                move();
            }
        }

        void last(Runnable what) {
            if (last == null) {
                last = what;
                move();
            }
        }

        void move() {
            if (moving || stopped || inside.isEmpty() && last == null) {
                return;
            }
            moving = true;
            simulation.afterMicros(delayMicros(simulation), () -> {
                moving = false;
                if (stopped) {
                    return;
                }
                // Whatever stands ready goes together, as one read of a socket takes it.
                while (!inside.isEmpty()) {
                    Frame frame = inside.remove();
                    queuedBytes -= frame.payload().length;
                    receiver.execute(() -> sink.accept(frame));
                }
                Runnable end = last;
                if (end != null) {
                    last = () -> {};
                    if (receiver.alive()) {
                        receiver.execute(end);
                    } else {
                        end.run();
                    }
                    stopped = true;
                }
            });
        }
    }

    private final class SimConnection implements Connection {
        @Override
        public void send(Frame frame) {
            if (!clientOver) {
                up.send(frame);
            }
        }

        @Override
        public long queued() {
            return up.queuedBytes;
        }

        @Override
        public void close() {
            endClient("closed", true);
        }
    }

    private final class SimSession implements Session {
        private final ArrayDeque<Frame> unread = new ArrayDeque<>();
        private boolean reading = true;
        private boolean checking;
        private long pings;
        private long pongs;
        private long pingSentMs;

        @Override
        public long id() {
            return id;
        }

        @Override
        public int uid() {
            return 0;
        }

        @Override
        public int gid() {
            return 0;
        }

        @Override
        public int pid() {
            return (int) id;
        }

        @Override
        public boolean mayChange() {
            return true;
        }

        @Override
        public void send(Frame frame) {
            if (serverOver) {
                return;
            }
            down.send(frame);
            if (down.stopped && !checking) {
                checking = true;
                server.schedule(this::check, limits.stalledReaderMs());
            }
        }

        private void check() {
            checking = false;
            if (!serverOver && down.stopped) {
                endServer("too slow: " + down.queuedBytes + " octets waiting", true);
            }
        }

        @Override
        public void close() {
            endServer("closed by daemon", true);
        }

        @Override
        public void reading(boolean on) {
            reading = on;
            pingSentMs = simulation.nowMs();
            while (reading && !unread.isEmpty()) {
                atServer(unread.remove());
            }
        }

        @Override
        public void watch(long intervalMs, long timeoutMs) {
            pingSentMs = simulation.nowMs();
            ping(intervalMs, timeoutMs);
        }

        private void ping(long intervalMs, long timeoutMs) {
            if (serverOver) {
                return;
            }
            long nowMs = simulation.nowMs();
            if (pongs == pings) {
                pings++;
                pingSentMs = nowMs;
                down.send(new Frame(PING, new byte[0]));
            } else if (reading && nowMs - pingSentMs >= timeoutMs) {
                endServer("no answer for " + (nowMs - pingSentMs) + " ms", true);
                return;
            }
            server.schedule(() -> ping(intervalMs, timeoutMs), intervalMs);
        }

        @Override
        public String toString() {
            return "session " + id + " of " + client.name();
        }
    }
}
