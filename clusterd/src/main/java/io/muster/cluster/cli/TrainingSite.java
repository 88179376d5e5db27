package io.muster.cluster.cli;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;

/// Two nodes in one directory, on two loopback addresses, with the files they need.
///
/// Thread: one.
final class TrainingSite implements AutoCloseable {
    /// CAP_DAC_OVERRIDE: the caches may lie in a directory of somebody else's. Nothing else is needed.
    private static final long HARMLESS = 1L << 1;

    private static final String ADDRESS = "127.0.0.";

    private final Path dir;
    private final List<TrainingNode> nodes;
    private final int heartbeatPort;

    private TrainingSite(Path dir, List<TrainingNode> nodes, int heartbeatPort) {
        this.dir = dir;
        this.nodes = nodes;
        this.heartbeatPort = heartbeatPort;
    }

    static TrainingSite in(Path dir) throws IOException {
        Path bin = Path.of(System.getenv("MUSTER_HOME"), "bin");
        Path agents = Files.createDirectories(dir.resolve("agents"));
        script(agents.resolve("fence_training"), "exit 0");
        Path served = dir.resolve("served");
        script(
                dir.resolve("service"),
                "case $1 in start) : >" + served + " ;; status) [ -e " + served + " ] || exit 3 ;; stop) rm -f "
                        + served + " ;; esac");
        int port = freePort();
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        var nodes = List.of(node(dir, 1, bin, agents), node(dir, 2, bin, agents));
        for (TrainingNode node : nodes) {
            Files.writeString(node.root.resolve("etc/cluster/cluster.conf"), clusterConf(dir, port));
            secret(node.root.resolve("etc/cluster/cluster.key"), key);
        }
        return new TrainingSite(dir, nodes, freePort());
    }

    private static TrainingNode node(Path dir, int nodeid, Path bin, Path agents) throws IOException {
        return new TrainingNode(
                dir.resolve("node" + nodeid),
                bin,
                Map.of("MUSTER_NODENAME", ADDRESS + nodeid, "MUSTER_FENCE_PATH", agents.toString()));
    }

    TrainingNode node(int nodeid) {
        return nodes.get(nodeid - 1);
    }

    /// Is there once the service runs.
    Path served() {
        return dir.resolve("served");
    }

    /// The file of the first director, whose partner would be the second node.
    void writeDirectors() throws IOException {
        Path directory = node(1).root.resolve("etc/sysconfig/ha");
        secret(directory.resolve("lvs.key"), new byte[32]);
        Files.writeString(directory.resolve("lvs.cf"), """
                primary = 127.0.0.1
                backup = 127.0.0.2
                backup_active = 1
                heartbeat_port = %d
                keepalive = 200ms
                deadtime = 1
                network = direct
                virtual web {
                    active = 1
                    address = 127.0.0.90 lo:1
                    port = 80
                    check = http
                    server one {
                        address = 127.0.0.3
                        active = 1
                    }
                }
                """.formatted(heartbeatPort));
    }

    /// Sends what isn't a heartbeat from the partner's address.
    ///
    /// @param said pulse's console
    /// @return whether the director has become active meanwhile
    boolean strangersTalk(String said) {
        try (var socket = new DatagramSocket(new InetSocketAddress(loopback(2), 0))) {
            socket.send(new DatagramPacket(new byte[64], 64, new InetSocketAddress(loopback(1), heartbeatPort)));
        } catch (IOException e) {
            // It isn't there yet.
        }
        return said.contains("-> ACTIVE");
    }

    /// This process's rights that could harm the machine; empty is as it should be.
    static String rights() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("CapEff:") || line.startsWith("CapBnd:") && isRoot()) {
                String octets = line.substring(line.indexOf(':') + 1).strip();
                if ((Long.parseUnsignedLong(octets, 16) & ~HARMLESS) != 0) {
                    return line.replaceAll("\\s+", " ");
                }
            }
        }
        return "";
    }

    private static boolean isRoot() throws IOException {
        return Files.readString(Path.of("/proc/self/status")).contains("\nUid:\t0\t");
    }

    private static InetAddress loopback(int node) throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) node});
    }

    private static int freePort() throws IOException {
        try (var socket = new DatagramSocket(new InetSocketAddress(loopback(1), 0))) {
            return socket.getLocalPort();
        }
    }

    private static String clusterConf(Path dir, int port) {
        return """
                <?xml version="1.0"?>
                <cluster name="training" config_version="1">
                  <cman port="%d"/>
                  <fence_daemon post_join_delay="3" post_fail_delay="0"/>
                  <clusternodes>
                    <clusternode name="127.0.0.1" nodeid="1" votes="1">
                      <fence><method name="power"><device name="switch" port="1"/></method></fence>
                    </clusternode>
                    <clusternode name="127.0.0.2" nodeid="2" votes="1">
                      <fence><method name="power"><device name="switch" port="2"/></method></fence>
                    </clusternode>
                  </clusternodes>
                  <fencedevices>
                    <fencedevice name="switch" agent="fence_training"/>
                  </fencedevices>
                  <rm>
                    <failoverdomains>
                      <failoverdomain name="in-order" ordered="1" restricted="0" nofailback="0">
                        <failoverdomainnode name="127.0.0.1" priority="1"/>
                        <failoverdomainnode name="127.0.0.2" priority="2"/>
                      </failoverdomain>
                    </failoverdomains>
                    <resources>
                      <script name="init" file="%s"/>
                    </resources>
                    <service name="training" domain="in-order" autostart="1" recovery="relocate">
                      <script ref="init"/>
                    </service>
                  </rm>
                </cluster>
                """.formatted(port, dir.resolve("service"));
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + text + "\n", StandardCharsets.UTF_8);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void secret(Path file, byte[] octets) throws IOException {
        Files.write(file, octets);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    }

    @Override
    public void close() {
        nodes.forEach(TrainingNode::killAll);
    }
}
