package io.muster.lab;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Single requests of a client, each waiting for its answer: for what is to be counted, not for load.
///
/// Thread: blocks; any.
final class Traffic {
    private static final int PATIENCE_MS = 10_000;

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

    /// Sends a datagram and waits for its echo.
    static boolean echoes(Host client, InetSocketAddress to) throws IOException {
        return client.call(() -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                byte[] ping = "ping".getBytes(StandardCharsets.US_ASCII);
                socket.setSoTimeout(2_000);
                socket.send(new DatagramPacket(ping, ping.length, to));
                DatagramPacket pong = new DatagramPacket(new byte[64], 64);
                socket.receive(pong);
                return pong.getLength() == ping.length;
            } catch (java.net.SocketTimeoutException | java.net.PortUnreachableException e) {
                return false;
            }
        });
    }

    /// `rs1=10 rs2=10`, in the order of the names.
    static String shares(Map<String, Long> counts) {
        return new TreeMap<>(counts)
                .entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).collect(Collectors.joining(" "));
    }
}
