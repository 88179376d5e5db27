package io.muster.checks.daemon;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A datagram server on loopback that answers as the test says.
final class DatagramServer implements AutoCloseable {
    /// What it says to a question; nothing to one that is lost.
    interface Behaviour {
        /// @param number 1 for the first question of all
        List<byte[]> answers(int number, byte[] question);
    }

    /// What has come, in order.
    final List<byte[]> questions = new CopyOnWriteArrayList<>();

    private final DatagramSocket socket;

    DatagramServer(Behaviour behaviour) throws IOException {
        socket = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"));
        Thread.ofVirtual().start(() -> serve(behaviour));
    }

    private void serve(Behaviour behaviour) {
        try {
            while (true) {
                var packet = new DatagramPacket(new byte[2048], 2048);
                socket.receive(packet);
                byte[] question = java.util.Arrays.copyOf(packet.getData(), packet.getLength());
                questions.add(question);
                for (byte[] answer : behaviour.answers(questions.size(), question)) {
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    int port() {
        return socket.getLocalPort();
    }

    @Override
    public void close() {
        socket.close();
    }
}
