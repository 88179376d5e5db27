package io.muster.bed.node;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/// The switch in the rack: takes power from nodes and gives it back, from outside of them.
///
/// Listens on a Unix socket. A connection carries one line, `off NODE`, `on NODE`, `reboot NODE`, `status NODE` or
/// `list`, and gets one line back: `ok`, `ok on`, `ok off`, or `failed: why`. `off` is `ok` only when no process of
/// the node is left and its links are down. A node that was switched off stays off until somebody says `on`.
///
/// Thread: one virtual thread per connection.
public final class PowerController implements AutoCloseable {
    /// What a test can make it do wrong.
    public enum Fault {
        FAILS,
        HANGS
    }

    /// One request that came in.
    ///
    /// @param atNanos when it came, on the monotonic clock
    public record Request(long atNanos, String action, String node) {}

    private static final Set<String> ACTIONS = Set.of("off", "on", "reboot", "status");

    private final ServerSocketChannel server;
    private final Map<String, Plug> nodes = new ConcurrentHashMap<>();
    private final Map<String, Fault> faults = new ConcurrentHashMap<>();
    private final List<Request> requests = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    private PowerController(ServerSocketChannel server) {
        this.server = server;
    }

    public static PowerController listen(Path socket) throws IOException {
        Files.deleteIfExists(socket);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        PowerController controller = new PowerController(server);
        Thread.ofVirtual().name("power").start(controller::accept);
        return controller;
    }

    public void add(Plug node) {
        nodes.put(node.name(), node);
    }

    /// From now on every `off` and `reboot` of this node fails, or is never answered.
    public void fault(String node, Fault fault) {
        faults.put(node, fault);
    }

    public void mend(String node) {
        faults.remove(node);
    }

    /// All requests so far, in order.
    public List<Request> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    /// How often somebody asked to take the power of this node.
    public long offs(String node) {
        return requests().stream()
                .filter(r -> r.node().equals(node)
                        && (r.action().equals("off") || r.action().equals("reboot")))
                .count();
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel connection = server.accept();
                Thread.ofVirtual().start(() -> serve(connection));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                System.err.println("power: " + e.getMessage());
                return;
            }
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            BufferedReader reader = new BufferedReader(Channels.newReader(connection, StandardCharsets.UTF_8));
            String line = reader.readLine();
            if (line != null) {
                String answer = answer(line.strip());
                connection.write(ByteBuffer.wrap((answer + "\n").getBytes(StandardCharsets.UTF_8)));
            }
        } catch (IOException e) {
            // The agent has gone away (killed by its time limit, perhaps): nobody is left to tell.
            System.getLogger("power").log(System.Logger.Level.DEBUG, e.getMessage());
        }
    }

    private String answer(String line) {
        if (line.equals("list")) {
            return "ok " + String.join(" ", nodes.keySet().stream().sorted().toList());
        }
        String[] words = line.split("\\s+");
        String action = words[0].toLowerCase(Locale.ROOT);
        if (words.length != 2 || !ACTIONS.contains(action)) {
            return "failed: what is \"" + line + "\"? off, on, reboot or status and a node";
        }
        Plug node = nodes.get(words[1]);
        if (node == null) {
            return "failed: no node \"" + words[1] + "\"";
        }
        synchronized (requests) {
            requests.add(new Request(System.nanoTime(), action, node.name()));
        }
        Fault fault = action.equals("status") || action.equals("on") ? null : faults.get(node.name());
        if (fault == Fault.FAILS) {
            return "failed: the switch says no";
        }
        if (fault == Fault.HANGS) {
            awaitClose();
            return "failed: the controller ends";
        }
        try {
            return switch (action) {
                case "off" -> off(node);
                case "on" -> on(node);
                case "reboot" -> {
                    String off = off(node);
                    yield off.equals("ok") ? on(node) : off;
                }
                default -> node.on() ? "ok on" : "ok off";
            };
        } catch (IOException | RuntimeException e) {
            return "failed: " + String.valueOf(e.getMessage()).replace('\n', ' ');
        }
    }

    private static String off(Plug node) {
        return node.powerOff() ? "ok" : "failed: something of " + node.name() + " is left";
    }

    private static String on(Plug node) throws IOException {
        node.powerOn();
        return "ok";
    }

    private void awaitClose() {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            server.close();
        } catch (IOException e) {
            System.err.println("power: " + e.getMessage());
        }
    }
}
