package io.muster.bed.scenario;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A client that sends HTTP requests at a given rate and never waits for one before it sends the next; but where the
/// machine can't keep up with the rate, it sends no more while as many are open as it may have ([#atMost]).
///
/// Thread: one of its own on the client's host; any may ask.
final class Requests implements AutoCloseable {
    private static final byte[] REQUEST = "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /// What came of them.
    ///
    /// @param sent connections begun
    /// @param answered with status 200
    /// @param failed reset, refused, cut short, or not answered in time
    /// @param bodies how many of each answer
    /// @param reasons how many of each failure
    /// @param gapMs the longest time between two answers, the one still going on included
    record Tally(
            long sent, long answered, long failed, Map<String, Long> bodies, Map<String, Long> reasons, double gapMs) {
        Tally {
            bodies = Map.copyOf(bodies);
            reasons = Map.copyOf(reasons);
        }

        /// Those neither answered nor failed yet.
        long open() {
            return sent - answered - failed;
        }

        /// `rs1=10 rs2=10`
        String shares() {
            return Traffic.shares(bodies);
        }
    }

    private static final class Open {
        final SocketChannel channel;
        final long sinceNanos;
        final StringBuilder text = new StringBuilder();
        boolean done;

        Open(SocketChannel channel, long sinceNanos) {
            this.channel = channel;
            this.sinceNanos = sinceNanos;
        }
    }

    private final InetSocketAddress to;
    private final List<InetSocketAddress> from;
    private final long periodNanos;
    private final long patienceNanos;
    private final Selector selector;
    private final Deque<Open> waiting = new ArrayDeque<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(4096);
    private volatile boolean sending = true;
    private volatile boolean closed;
    private volatile int atMost = Integer.MAX_VALUE;
    private volatile long oldestNanos;
    private int turn;

    // Guarded by this.
    private long sent;
    private long answered;
    private long failed;
    private final Map<String, Long> bodies = new TreeMap<>();
    private final Map<String, Long> reasons = new TreeMap<>();
    private long lastAnswerNanos;
    private long gapNanos;
    private long mostOpen;

    private Requests(InetSocketAddress to, List<InetSocketAddress> from, double perSecond, int patienceMs)
            throws IOException {
        this.to = to;
        this.from = List.copyOf(from);
        this.periodNanos = (long) (1e9 / perSecond);
        this.patienceNanos = patienceMs * 1_000_000L;
        this.selector = Selector.open();
        this.lastAnswerNanos = System.nanoTime();
        this.oldestNanos = lastAnswerNanos;
    }

    /// With all the patience there is.
    static Requests start(Host client, InetSocketAddress to, List<InetSocketAddress> from, double perSecond)
            throws IOException {
        return start(client, to, from, perSecond, Site.PATIENCE_MS);
    }

    /// @param from the addresses to send from, in turn; empty for the host's own choice
    /// @param patienceMs an unanswered request has failed after this
    static Requests start(
            Host client, InetSocketAddress to, List<InetSocketAddress> from, double perSecond, int patienceMs)
            throws IOException {
        Requests requests = new Requests(to, from, perSecond, patienceMs);
        client.thread("requests", requests::run);
        return client.keep(requests);
    }

    /// Keeps at most so many requests open at once.
    Requests atMost(int open) {
        atMost = open;
        return this;
    }

    private void run() throws IOException {
        long next = System.nanoTime();
        while (!closed) {
            long now = System.nanoTime();
            // Open loop: what a stall of this machine kept back is sent afterwards.
            while (sending && now - next >= 0 && tally().open() < atMost) {
                ask(now);
                next += periodNanos;
            }
            giveUp(now);
            oldestNanos = waiting.isEmpty() ? now : waiting.getFirst().sinceNanos;
            selector.select(this::handle, Math.clamp((next - System.nanoTime()) / 1_000_000L, 1, 20));
            if (!sending || tally().open() >= atMost) {
                next = System.nanoTime() + 20_000_000L;
            }
        }
        for (SelectionKey key : List.copyOf(selector.keys())) {
            key.channel().close();
        }
        selector.close();
    }

    private void ask(long now) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        Open open = new Open(channel, now);
        synchronized (this) {
            sent++;
            mostOpen = Math.max(mostOpen, sent - answered - failed);
        }
        try {
            if (!from.isEmpty()) {
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                channel.bind(from.get(turn++ % from.size()));
            }
            boolean connected = channel.connect(to);
            channel.register(selector, connected ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT, open);
            waiting.add(open);
        } catch (IOException e) {
            fail(open, "no route");
        }
    }

    private void giveUp(long now) {
        while (!waiting.isEmpty() && (waiting.getFirst().done || now - waiting.getFirst().sinceNanos > patienceNanos)) {
            Open oldest = waiting.removeFirst();
            if (!oldest.done) {
                fail(oldest, oldest.channel.isConnected() ? "no answer" : "no connection");
            }
        }
    }

    private void handle(SelectionKey key) {
        Open open = (Open) key.attachment();
        try {
            if (key.isConnectable() && open.channel.finishConnect()) {
                key.interestOps(SelectionKey.OP_WRITE);
            }
            if (key.isWritable()) {
                open.channel.write(ByteBuffer.wrap(REQUEST));
                key.interestOps(SelectionKey.OP_READ);
            } else if (key.isReadable()) {
                read(open);
            }
        } catch (IOException e) {
            fail(open, String.valueOf(e.getMessage()));
        }
    }

    private void read(Open open) throws IOException {
        buffer.clear();
        int length = open.channel.read(buffer);
        if (length >= 0) {
            open.text.append(new String(buffer.array(), 0, length, StandardCharsets.ISO_8859_1));
            return;
        }
        int body = open.text.indexOf("\r\n\r\n");
        if (open.text.indexOf(" 200 ") < 0 || body < 0) {
            fail(open, "half an answer");
            return;
        }
        succeed(open, open.text.substring(body + 4).strip());
    }

    private void succeed(Open open, String body) throws IOException {
        open.done = true;
        open.channel.close();
        long now = System.nanoTime();
        synchronized (this) {
            answered++;
            bodies.merge(body, 1L, Long::sum);
            gapNanos = Math.max(gapNanos, now - lastAnswerNanos);
            lastAnswerNanos = now;
        }
    }

    private void fail(Open open, String reason) {
        open.done = true;
        try {
            open.channel.close();
        } catch (IOException e) {
            // It is failed already.
        }
        synchronized (this) {
            failed++;
            reasons.merge(reason, 1L, Long::sum);
        }
    }

    synchronized Tally tally() {
        long now = System.nanoTime();
        long gap = sending ? Math.max(gapNanos, now - lastAnswerNanos) : gapNanos;
        return new Tally(sent, answered, failed, bodies, reasons, gap / 1e6);
    }

    /// Forgets the shares and the longest gap so far: what follows is counted from here. The sums go on.
    synchronized void mark() {
        bodies.clear();
        gapNanos = 0;
        mostOpen = 0;
        lastAnswerNanos = System.nanoTime();
    }

    /// How many were open at once since the mark, at most.
    synchronized long mostOpen() {
        return mostOpen;
    }

    /// Whether every request that was begun before a moment (monotonic) has been answered or has failed.
    boolean overUpTo(long nanos) {
        return oldestNanos - nanos >= 0;
    }

    /// When the last answer came, monotonic.
    synchronized long lastAnswerNanos() {
        return lastAnswerNanos;
    }

    /// Sends no more, waits for what is open (at most a request's patience), and says what came of all.
    Tally finish() {
        sending = false;
        io.muster.bed.Await.until((int) (patienceNanos / 1_000_000L) + 1_000, () -> tally().open() == 0);
        Tally tally = tally();
        close();
        return tally;
    }

    @Override
    public void close() {
        sending = false;
        closed = true;
        selector.wakeup();
    }
}
