package io.muster.bed.scenario;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A client that opens many connections to an echo service and keeps them: the even ones exchange a few octets every
/// half second, the odd ones have said nothing since their handshake. Later each proves that it is alive by a round
/// trip.
///
/// Thread: one of its own on the client's host; any may ask.
final class Holder implements AutoCloseable {
    private static final long TALK_NANOS = 500_000_000L;
    /// Handshakes under way at once: less than a listener's backlog.
    private static final int AT_ONCE = 64;

    private enum State {
        CONNECTING,
        OPEN,
        DEAD
    }

    private static final class Held {
        final SocketChannel channel;
        final boolean talks;
        State state = State.CONNECTING;
        int owed;
        int probe;

        Held(SocketChannel channel, boolean talks) {
            this.channel = channel;
            this.talks = talks;
        }
    }

    private final InetSocketAddress to;
    private final int count;
    private final Selector selector;
    private final List<Held> all = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(256);
    private final Map<String, Long> reasons = new TreeMap<>();
    private volatile boolean talking = true;
    private volatile boolean closed;
    private volatile int probing;

    // Guarded by this: states, owed and probe of all, reasons.

    private Holder(InetSocketAddress to, int count) throws IOException {
        this.to = to;
        this.count = count;
        this.selector = Selector.open();
    }

    /// Begins to open `count` connections; [#open] says how many are.
    static Holder start(Host client, InetSocketAddress to, int count) throws IOException {
        Holder holder = new Holder(to, count);
        client.thread("holder", holder::run);
        return client.keep(holder);
    }

    private void run() throws IOException {
        long nextTalk = System.nanoTime() + TALK_NANOS;
        int asked = 0;
        while (!closed) {
            connect();
            long now = System.nanoTime();
            if (talking && now - nextTalk >= 0) {
                nextTalk = now + TALK_NANOS;
                say(held -> held.talks && held.owed == 0);
            }
            if (asked != probing) {
                asked = probing;
                probe(asked);
            }
            selector.select(this::handle, 20);
        }
        for (SelectionKey key : List.copyOf(selector.keys())) {
            key.channel().close();
        }
        selector.close();
    }

    private synchronized void connect() throws IOException {
        long underWay = all.stream().filter(h -> h.state == State.CONNECTING).count();
        while (all.size() < count && underWay++ < AT_ONCE) {
            SocketChannel channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            Held held = new Held(channel, all.size() % 2 == 0);
            all.add(held);
            boolean connected = channel.connect(to);
            held.state = connected ? State.OPEN : State.CONNECTING;
            channel.register(selector, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, held);
        }
    }

    /// In one breath: whoever counts answers must not find a connection asked that hasn't been told yet.
    private synchronized void probe(int round) {
        all.forEach(held -> held.probe = round);
        say(held -> true);
    }

    private synchronized void say(java.util.function.Predicate<Held> who) {
        for (Held held : all) {
            if (held.state == State.OPEN && who.test(held)) {
                try {
                    held.owed += held.channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
                } catch (IOException e) {
                    die(held, String.valueOf(e.getMessage()));
                }
            }
        }
    }

    private synchronized void handle(SelectionKey key) {
        Held held = (Held) key.attachment();
        try {
            if (key.isConnectable() && held.channel.finishConnect()) {
                held.state = State.OPEN;
                key.interestOps(SelectionKey.OP_READ);
            } else if (key.isReadable()) {
                buffer.clear();
                int length = held.channel.read(buffer);
                if (length < 0) {
                    die(held, "closed by the server");
                } else {
                    held.owed -= length;
                }
            }
        } catch (IOException e) {
            die(held, String.valueOf(e.getMessage()));
        }
    }

    private void die(Held held, String reason) {
        held.state = State.DEAD;
        reasons.merge(reason, 1L, Long::sum);
        try {
            held.channel.close();
        } catch (IOException e) {
            // Dead is dead.
        }
    }

    /// Connections that are open now, as far as is known.
    synchronized int open() {
        return (int) all.stream().filter(h -> h.state == State.OPEN).count();
    }

    /// Says nothing more until a proof is asked for.
    void hush() {
        talking = false;
    }

    /// Makes every connection prove that it is alive, the idle ones too, and counts those that have.
    int alive() {
        talking = false;
        int round = probing + 1;
        probing = round;
        io.muster.bed.Await.until(Site.PATIENCE_MS, () -> answered(round) == open());
        int alive = answered(round);
        talking = true;
        return alive;
    }

    private synchronized int answered(int round) {
        return (int) all.stream()
                .filter(h -> h.state == State.OPEN && h.probe == round && h.owed == 0)
                .count();
    }

    /// Why connections died, and how many; those that only stay silent aren't among them.
    synchronized Map<String, Long> deaths() {
        return Map.copyOf(reasons);
    }

    /// Of those open, how many of the talking and of the silent ones don't answer.
    synchronized String silent() {
        long talkers = all.stream()
                .filter(h -> h.state == State.OPEN && h.owed != 0 && h.talks)
                .count();
        long idle = all.stream()
                .filter(h -> h.state == State.OPEN && h.owed != 0 && !h.talks)
                .count();
        return talkers + " talking and " + idle + " idle ones don't answer";
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
    }
}
