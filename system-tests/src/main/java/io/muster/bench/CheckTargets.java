package io.muster.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/// The servers that `bench checks` has checked: one socket that takes connections to every address of
/// the machine, answers what it is asked and waits for the other side to end. Answers each line of
/// standard input with the number of connections so far.
final class CheckTargets {
    private static final int BACKLOG = 4096;
    private static final byte[] ANSWER =
            "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nok\n".getBytes(StandardCharsets.US_ASCII);

    private CheckTargets() {}

    public static void main(String[] args) throws IOException {
        var taken = new AtomicLong();
        Selector selector = Selector.open();
        ServerSocketChannel server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress("0.0.0.0", Integer.parseInt(args[0])), BACKLOG);
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
        Thread.ofPlatform().start(() -> tell(taken));
        ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
        while (true) {
            selector.select(key -> {
                if (key.isAcceptable()) {
                    accept(selector, server, taken);
                } else {
                    serve(key, buffer);
                }
            });
        }
    }

    private static void accept(Selector selector, ServerSocketChannel server, AtomicLong taken) {
        try {
            for (SocketChannel one = server.accept(); one != null; one = server.accept()) {
                taken.incrementAndGet();
                one.configureBlocking(false);
                one.register(selector, SelectionKey.OP_READ);
            }
        } catch (IOException e) {
            // Reset before it was accepted.
        }
    }

    private static void serve(SelectionKey key, ByteBuffer buffer) {
        SocketChannel one = (SocketChannel) key.channel();
        try {
            int n = one.read(buffer.clear());
            if (n > 0) {
                one.write(ByteBuffer.wrap(ANSWER));
                return;
            }
            one.close();
        } catch (IOException e) {
            try {
                one.close();
            } catch (IOException again) {
                // It is gone.
            }
        }
    }

    private static void tell(AtomicLong taken) {
        System.out.println("ready");
        try (var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            while (in.readLine() != null) {
                System.out.println(taken.get());
            }
        } catch (IOException e) {
            // The bench has ended.
        }
        Runtime.getRuntime().halt(0);
    }
}
