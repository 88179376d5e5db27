package io.muster.bed.scenario;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A real server: HTTP that answers with the server's name, TCP and UDP echo.
///
/// HTTP is 1.0: one request, one answer, closed by the server. With a back end the answer is the name and what the back
/// end said to this request.
///
/// Thread: one of its own on its host; any may close it.
final class RealServer implements AutoCloseable {
    static final int HTTP = 80;
    static final int ECHO = 7;

    /// What a real server asks before it answers.
    @FunctionalInterface
    interface BackEnd {
        String ask() throws IOException;
    }

    private final String name;
    private final @Nullable BackEnd backEnd;
    private final Selector selector;
    private final List<AutoCloseable> listeners = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean closed;
    private final AtomicLong requests = new AtomicLong();

    private record Http(StringBuilder text) {}

    private record Echo(ByteBuffer buffer) {}

    private RealServer(String name, @Nullable BackEnd backEnd) throws IOException {
        this.name = name;
        this.backEnd = backEnd;
        this.selector = Selector.open();
    }

    static RealServer start(Host host) throws IOException {
        RealServer server = new RealServer(host.name, null);
        host.call(() -> {
            server.listen(HTTP, "http");
            server.listen(ECHO, "echo");
            DatagramChannel udp = DatagramChannel.open();
            udp.bind(new InetSocketAddress(ECHO));
            udp.configureBlocking(false);
            udp.register(server.selector, SelectionKey.OP_READ, ByteBuffer.allocate(2048));
            server.listeners.add(udp);
            return server;
        });
        return server.go(host);
    }

    /// HTTP only.
    ///
    /// @param says what it answers, with what the back end says behind
    static RealServer start(Host host, String says, BackEnd backEnd, int port) throws IOException {
        RealServer server = new RealServer(says, backEnd);
        host.call(() -> {
            server.listen(port, "http");
            return server;
        });
        return server.go(host);
    }

    private RealServer go(Host host) {
        host.thread("server", this::serve);
        return host.keep(this);
    }

    private void listen(int port, String what) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        listener.bind(new InetSocketAddress(port), 1024);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT, what);
        listeners.add(listener);
    }

    /// HTTP requests answered so far, health checks among them.
    long requests() {
        return requests.get();
    }

    private void serve() throws IOException {
        try {
            while (!closed) {
                selector.select(this::handle);
            }
        } finally {
            selector.keys().forEach(RealServer::close);
            for (AutoCloseable listener : listeners) {
                try {
                    listener.close();
                } catch (Exception e) {
                    // Closed already, by its key.
                }
            }
            selector.close();
            ended.countDown();
        }
    }

    private void handle(SelectionKey key) {
        try {
            switch (key.attachment()) {
                case String what -> accept((ServerSocketChannel) key.channel(), what);
                case Http http -> http(key, (SocketChannel) key.channel(), http);
                case Echo echo -> echo((SocketChannel) key.channel(), echo.buffer());
                case ByteBuffer datagram -> datagram((DatagramChannel) key.channel(), datagram);
                default -> throw new IllegalStateException("attachment " + key.attachment());
            }
        } catch (IOException e) {
            // The client has gone; it knows what it missed.
            close(key);
        }
    }

    private void accept(ServerSocketChannel listener, String what) throws IOException {
        for (SocketChannel channel = listener.accept(); channel != null; channel = listener.accept()) {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            Object state = what.equals("http") ? new Http(new StringBuilder()) : new Echo(ByteBuffer.allocate(256));
            channel.register(selector, SelectionKey.OP_READ, state);
        }
    }

    private void http(SelectionKey key, SocketChannel channel, Http http) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(2048);
        int length = channel.read(buffer);
        if (length < 0 || http.text().length() > 8192) {
            close(key);
            return;
        }
        http.text().append(new String(buffer.array(), 0, length, StandardCharsets.ISO_8859_1));
        if (http.text().indexOf("\r\n\r\n") < 0) {
            return;
        }
        requests.incrementAndGet();
        String body = (backEnd == null ? name : name + " " + backEnd.ask()) + "\n";
        String answer = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + body.length() + "\r\n\r\n";
        channel.write(ByteBuffer.wrap((answer + body).getBytes(StandardCharsets.US_ASCII)));
        close(key);
    }

    private static void echo(SocketChannel channel, ByteBuffer buffer) throws IOException {
        buffer.clear();
        int length = channel.read(buffer);
        if (length < 0) {
            channel.close();
            return;
        }
        // What is echoed is far smaller than a socket's buffer: it is written whole.
        channel.write(buffer.flip());
    }

    private static void datagram(DatagramChannel channel, ByteBuffer buffer) throws IOException {
        buffer.clear();
        SocketAddress from = channel.receive(buffer);
        if (from != null) {
            channel.send(buffer.flip(), from);
        }
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            key.cancel();
        }
    }

    /// Stops listening; the connections that are still open go with a FIN. Returns when the ports are free.
    @Override
    public void close() throws IOException {
        closed = true;
        selector.wakeup();
        try {
            if (!ended.await(Site.PATIENCE_MS, TimeUnit.MILLISECONDS)) {
                throw new IOException(name + ": the server doesn't end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
