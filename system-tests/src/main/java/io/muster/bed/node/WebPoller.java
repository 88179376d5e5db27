package io.muster.bed.node;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/// A web client that asks every few milliseconds, and never waits for one request before it sends the next.
///
/// A program of its own, run in the client's network: `WebPoller ADDRESS PORT PERIOD_MS`. Each answer is a line
/// `asked answered body` on standard output, both times in nanoseconds of the monotonic clock, which all processes of
/// a machine share. Ends when standard output or standard input does.
public final class WebPoller {
    /// An unanswered request is given up after this long. New ones go out meanwhile, so that the time of the first
    /// answer after an outage is not rounded up to a retransmission.
    private static final long PATIENCE_NANOS = 400_000_000L;

    private static final byte[] REQUEST = "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private record Asked(SocketChannel channel, long atNanos) {}

    private final InetSocketAddress address;
    private final long periodNanos;
    private final PrintStream out;
    private final Selector selector;
    private final Deque<Asked> open = new ArrayDeque<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(4096);

    private WebPoller(InetSocketAddress address, long periodNanos, PrintStream out) throws IOException {
        this.address = address;
        this.periodNanos = periodNanos;
        this.out = out;
        this.selector = Selector.open();
    }

    public static void main(String[] args) throws IOException {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                while (System.in.read() >= 0) {}
            } catch (IOException e) {
                System.err.println("poller: " + e.getMessage());
            }
            Runtime.getRuntime().halt(0);
        });
        InetSocketAddress address = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        new WebPoller(address, Long.parseLong(args[2]) * 1_000_000L, System.out).run();
    }

    private void run() throws IOException {
        long next = System.nanoTime();
        while (!out.checkError()) {
            long now = System.nanoTime();
            if (now - next >= 0) {
                ask(now);
                // After a stall of this process one request is enough.
                next = Math.max(next + periodNanos, now);
            }
            giveUp(now);
            selector.select(Math.max(1, (next - System.nanoTime()) / 1_000_000L));
            Iterator<SelectionKey> ready = selector.selectedKeys().iterator();
            while (ready.hasNext()) {
                SelectionKey key = ready.next();
                ready.remove();
                handle(key);
            }
        }
    }

    private void ask(long now) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        try {
            boolean connected = channel.connect(address);
            channel.register(
                    selector, connected ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT, new Asked(channel, now));
            open.add(new Asked(channel, now));
        } catch (IOException e) {
            // No route, no neighbour: as good as no answer.
            channel.close();
        }
    }

    private void giveUp(long now) throws IOException {
        while (!open.isEmpty() && now - open.peek().atNanos() > PATIENCE_NANOS) {
            open.remove().channel().close();
        }
    }

    private void handle(SelectionKey key) throws IOException {
        Asked asked = (Asked) key.attachment();
        try {
            if (key.isConnectable() && asked.channel().finishConnect()) {
                key.interestOps(SelectionKey.OP_WRITE);
            }
            if (key.isWritable()) {
                asked.channel().write(ByteBuffer.wrap(REQUEST));
                key.interestOps(SelectionKey.OP_READ);
            } else if (key.isReadable()) {
                buffer.clear();
                int length = asked.channel().read(buffer);
                if (length > 0) {
                    answered(asked, new String(buffer.array(), 0, length, StandardCharsets.UTF_8));
                }
                asked.channel().close();
            }
        } catch (IOException e) {
            asked.channel().close();
        }
    }

    private void answered(Asked asked, String text) {
        int body = text.indexOf("\r\n\r\n");
        if (text.contains(" 200 ") && body > 0) {
            out.println(asked.atNanos() + " " + System.nanoTime() + " "
                    + text.substring(body + 4).strip());
        }
    }
}
