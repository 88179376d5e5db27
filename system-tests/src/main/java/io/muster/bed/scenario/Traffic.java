package io.muster.bed.scenario;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Single requests of a client, each waiting for its answer: for what is to be counted, not for load.
///
/// Thread: blocks; any.
final class Traffic {
    private static final int PATIENCE_MS = Site.PATIENCE_MS;

    private Traffic() {}

    static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    /// One HTTP request from one of the client's addresses ("" for its own choice).
    ///
    /// @return the body
    static String get(Host client, String from, InetSocketAddress to) throws IOException {
        return client.call(() -> {
            try (Socket socket = new Socket()) {
                if (!from.isEmpty()) {
                    socket.bind(at(from, 0));
                }
                socket.connect(to, PATIENCE_MS);
                return exchange(socket);
            }
        });
    }

    static String exchange(Socket socket) throws IOException {
        socket.setSoTimeout(PATIENCE_MS);
        socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        String text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        int body = text.indexOf("\r\n\r\n");
        if (!text.contains(" 200 ") || body < 0) {
            throw new IOException(
                    "no good answer: \"" + text.lines().findFirst().orElse("") + "\"");
        }
        return text.substring(body + 4).strip();
    }

    /// @return how often each body came
    static Map<String, Long> get(Host client, InetSocketAddress to, int times) throws IOException {
        var counts = new TreeMap<String, Long>();
        for (int i = 0; i < times; i++) {
            counts.merge(get(client, "", to), 1L, Long::sum);
        }
        return counts;
    }

    /// A socket for datagrams, open until the client's host is switched off.
    static DatagramSocket datagrams(Host client) throws IOException {
        return client.keep(client.call(() -> new DatagramSocket()));
    }

    /// Sends a datagram and waits for its echo; again where none comes, since a datagram may be lost.
    static boolean echoes(DatagramSocket socket, InetSocketAddress to) throws IOException {
        byte[] ping = Long.toString(System.nanoTime()).getBytes(StandardCharsets.US_ASCII);
        DatagramPacket pong = new DatagramPacket(new byte[64], 64);
        long end = System.nanoTime() + PATIENCE_MS * 1_000_000L;
        socket.setSoTimeout(1_000);
        while (System.nanoTime() - end < 0) {
            socket.send(new DatagramPacket(ping, ping.length, to));
            try {
                do {
                    pong.setLength(64);
                    socket.receive(pong);
                } while (!Arrays.equals(ping, Arrays.copyOf(pong.getData(), pong.getLength())));
                return true;
            } catch (java.net.SocketTimeoutException e) {
                // Once more.
            }
        }
        return false;
    }

    /// `rs1=10 rs2=10`, in the order of the names.
    static String shares(Map<String, Long> counts) {
        return new TreeMap<>(counts)
                .entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).collect(Collectors.joining(" "));
    }
}
