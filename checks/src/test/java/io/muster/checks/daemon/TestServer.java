package io.muster.checks.daemon;

import io.muster.net.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// A server on loopback that does with each connection what the test says.
public final class TestServer implements AutoCloseable {
    /// What it does with one connection, which is closed when this returns.
    public interface Behaviour {
        void serve(Socket connection) throws IOException;
    }

    public final AtomicInteger served = new AtomicInteger();
    private final ServerSocket socket;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private TestServer(ServerSocket socket, Behaviour behaviour) {
        this.socket = socket;
        Thread.ofVirtual().start(() -> accept(behaviour));
    }

    public static TestServer of(Behaviour behaviour) throws IOException {
        return at("127.0.0.1", behaviour);
    }

    public static TestServer at(String address, Behaviour behaviour) throws IOException {
        return new TestServer(new ServerSocket(0, 512, InetAddress.ofLiteral(address)), behaviour);
    }

    public static TestServer on(ServerSocket socket, Behaviour behaviour) {
        return new TestServer(socket, behaviour);
    }

    /// Reads what comes and says this, then closes.
    public static TestServer saying(String text) throws IOException {
        return of(connection -> {
            connection.getInputStream().read(new byte[4096]);
            connection.getOutputStream().write(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        });
    }

    private void accept(Behaviour behaviour) {
        while (!socket.isClosed()) {
            try {
                Socket connection = socket.accept();
                open.add(connection);
                Thread.ofVirtual().start(() -> {
                    try (connection) {
                        behaviour.serve(connection);
                    } catch (IOException e) {
                        // The check has seen enough and reset the connection.
                    } finally {
                        open.remove(connection);
                        served.incrementAndGet();
                    }
                });
            } catch (IOException e) {
                return;
            }
        }
    }

    public IpAddress address() {
        return IpAddress.of(socket.getInetAddress());
    }

    public int port() {
        return socket.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Socket connection : open) {
            connection.close();
        }
    }
}
