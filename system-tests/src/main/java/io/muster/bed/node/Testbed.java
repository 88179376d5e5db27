package io.muster.bed.node;

import io.muster.bed.NetworkCards;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.OptionalLong;

/// Several machines on this one: nodes and a client in namespaces of their own, joined by bridges.
///
/// Nothing is visible outside: bridges, addresses and processes live in an outer box, and die with it. The addresses
/// are 10.77.L.0/24 for link L, node n has host number 10 + n, the client 100.
///
/// Thread: any; power and cable operations on one node are serialized by the node.
public final class Testbed implements AutoCloseable {
    public static final String SERVICE_ADDRESS = "10.77.0.80";

    /// Has what stands in for reboot and its like; see init.sh.
    static final String END = "end";

    public final Path dir;
    final int links;
    private final Path init;
    private final Path hosts;
    private final Box outer;
    private final Map<String, TestNode> nodes = new LinkedHashMap<>();
    private final Box client;
    private final PowerController power;
    private final OptionalLong cableSeed;

    /// Whether the nodes' names mean IPv6 addresses.
    private final boolean six;

    private Testbed(
            Path dir,
            Path init,
            Path hosts,
            int links,
            Box outer,
            Box client,
            PowerController power,
            OptionalLong cableSeed,
            boolean six) {
        this.dir = dir;
        this.init = init;
        this.hosts = hosts;
        this.links = links;
        this.outer = outer;
        this.client = client;
        this.power = power;
        this.cableSeed = cableSeed;
        this.six = six;
    }

    /// Makes bridges, client and nodes; the nodes are booted and run nothing yet.
    ///
    /// @param dir an existing directory of the testbed's own
    /// @param links networks each node is joined to, 1 to 3
    /// @throws IOException when the machine allows no namespaces, saying so
    public static Testbed open(Path dir, List<String> names, int links) throws IOException {
        return open(dir, names, links, !Box.root(), OptionalLong.empty(), false);
    }

    /// @param ownUsers in a user namespace, also as root
    static Testbed open(Path dir, List<String> names, int links, boolean ownUsers) throws IOException {
        return open(dir, names, links, ownUsers, OptionalLong.empty(), false);
    }

    /// The same with names that mean IPv6 addresses.
    static Testbed openSix(Path dir, List<String> names, int links) throws IOException {
        return open(dir, names, links, !Box.root(), OptionalLong.empty(), true);
    }

    /// The same with cables that can be bad ([Cable]) between the nodes and the bridges; without taps, with
    /// lines that can lose and nothing else.
    ///
    /// @param seed of all cables' dice
    public static Testbed openCabled(Path dir, List<String> names, int links, long seed) throws IOException {
        OptionalLong dice = Cable.absence().isEmpty() ? OptionalLong.of(seed) : OptionalLong.empty();
        return open(dir, names, links, !Box.root(), dice, false);
    }

    private static Testbed open(
            Path dir, List<String> names, int links, boolean ownUsers, OptionalLong cableSeed, boolean six)
            throws IOException {
        Path init = init(dir);
        Path hosts = dir.resolve("hosts");
        Files.writeString(hosts, hostsFile(names, links, six), StandardCharsets.UTF_8);
        Box outer = Box.open(init, "testbed", hosts, dir.resolve("testbed.log"), ownUsers);
        try {
            for (int link = 0; link < links; link++) {
                bridge(outer, "br" + link);
            }
            Box client = outer.inner(init, "client", hosts, dir.resolve("testbed.log"));
            plug(outer, client, "vclient", "eth0", "br0", "10.77.0.100/24");
            PowerController power = PowerController.listen(dir.resolve("power.sock"));
            Testbed testbed = new Testbed(dir, init, hosts, links, outer, client, power, cableSeed, six);
            int nodeid = 0;
            for (String name : names) {
                TestNode node = new TestNode(testbed, name, ++nodeid);
                testbed.nodes.put(name, node);
                power.add(node);
                node.powerOn();
            }
            return testbed;
        } catch (IOException | RuntimeException e) {
            outer.close();
            throw e;
        }
    }

    /// Writes what the first process of every box runs, and what stands in for reboot and its like.
    static Path init(Path dir) throws IOException {
        Path init = script(dir, "init.sh");
        Path end = script(dir, "end-node.sh");
        Files.createDirectories(dir.resolve(END));
        for (String word : List.of("reboot", "poweroff", "halt", "shutdown", "telinit", "systemctl")) {
            Path link = dir.resolve(END).resolve(word);
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, end);
        }
        return init;
    }

    private static Path script(Path dir, String name) throws IOException {
        Path file = dir.resolve(name);
        try (InputStream script = Testbed.class.getResourceAsStream(name)) {
            if (script == null) {
                throw new IllegalStateException(name + " is missing from the jar");
            }
            Files.write(file, script.readAllBytes());
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }

    private static String hostsFile(List<String> names, int links, boolean six) {
        StringBuilder text =
                new StringBuilder("127.0.0.1 localhost\n::1 localhost ip6-localhost\n10.77.0.100 client\n");
        for (int i = 0; i < names.size(); i++) {
            text.append(six ? six(i + 1, 0) : address(i + 1, 0))
                    .append(' ')
                    .append(names.get(i))
                    .append('\n');
            for (int link = 1; link < links; link++) {
                text.append(six ? six(i + 1, link) : address(i + 1, link))
                        .append(' ')
                        .append(names.get(i))
                        .append('-')
                        .append(link)
                        .append('\n');
            }
        }
        return text.toString();
    }

    public static String address(int nodeid, int link) {
        return "10.77." + link + "." + (10 + nodeid);
    }

    static String six(int nodeid, int link) {
        return "fd77:0:0:" + link + "::" + (10 + nodeid);
    }

    private static void bridge(Box outer, String name) {
        // Without spanning tree and multicast snooping a port forwards at once, as a switch port set up for a cluster
        // does.
        outer.network("ip", "link", "add", name, "type", "bridge", "stp_state", "0", "mcast_snooping", "0")
                .expectOk("bridge " + name);
        outer.network("ip", "link", "set", name, "up").expectOk("bridge " + name + " up");
    }

    /// Joins a box to a bridge with a cable: `port` at the bridge, `device` in the box.
    static void plug(Box outer, Box box, String port, String device, String bridge, String address) {
        outer.network(
                        "ip",
                        "link",
                        "add",
                        port,
                        "type",
                        "veth",
                        "peer",
                        "name",
                        device,
                        "netns",
                        Long.toString(box.pid))
                .expectOk("cable " + port);
        join(outer, box, port, device, bridge, address);
    }

    /// The same for a cable that lies there already.
    static void join(Box outer, Box box, String port, String device, String bridge, String address) {
        outer.network("ip", "link", "set", port, "master", bridge, "up").expectOk("port " + port);
        String script = "ip link set " + device + " address " + mac(address) + " && ip addr add " + address + " dev "
                + device + " && ip link set " + device + " up";
        box.network("sh", "-c", script).expectOk("address " + address);
    }

    private static String mac(String address) {
        String[] octets = address.split("[./]");
        return NetworkCards.address(Integer.parseInt(octets[2]), Integer.parseInt(octets[3]));
    }

    /// What the dice of cables come from; empty where cables are the kernel's.
    OptionalLong cableSeed() {
        return cableSeed;
    }

    boolean isSix() {
        return six;
    }

    Box outer() {
        return outer;
    }

    Box client() {
        return client;
    }

    PowerController power() {
        return power;
    }

    Path powerSocket() {
        return dir.resolve("power.sock");
    }

    Box bootBox(String name, Path log) throws IOException {
        return outer.inner(init, name, hosts, log);
    }

    public List<TestNode> nodes() {
        return List.copyOf(nodes.values());
    }

    public TestNode node(String name) {
        TestNode node = nodes.get(name);
        if (node == null) {
            throw new NoSuchElementException("no node " + name + "; there are " + nodes.keySet());
        }
        return node;
    }

    /// Cuts these nodes off from all others (and from the client), with their own cables still up. They hear each
    /// other.
    void cut(List<TestNode> minority) {
        for (int link = 0; link < links; link++) {
            String island = "cut" + link;
            if (!outer.network("ip", "link", "show", island).ok()) {
                bridge(outer, island);
            }
            for (TestNode node : minority) {
                outer.network("ip", "link", "set", node.port(link), "master", island)
                        .expectOk("cut " + node.name());
            }
        }
    }

    /// Joins all nodes again.
    public void heal() {
        for (TestNode node : nodes.values()) {
            for (int link = 0; link < links; link++) {
                if (outer.network("ip", "link", "show", node.port(link)).ok()) {
                    outer.network("ip", "link", "set", node.port(link), "master", "br" + link)
                            .expectOk("heal " + node.name());
                }
            }
        }
    }

    /// Stops (or lets pass again) everything between these nodes; both still hear all others.
    void isolate(List<TestNode> pair, boolean on) {
        for (TestNode node : pair) {
            for (int link = 0; link < links; link++) {
                outer.network(
                                "ip",
                                "link",
                                "set",
                                node.port(link),
                                "type",
                                "bridge_slave",
                                "isolated",
                                on ? "on" : "off")
                        .expectOk("isolate " + node.name());
            }
        }
    }

    /// The switch of a link forgets behind which port which hardware address is.
    void forget(int link) {
        outer.network("ip", "link", "set", "br" + link, "type", "bridge", "fdb_flush")
                .expectOk("a bridge that forgets");
    }

    /// Ends every process and removes every network of the testbed. The directory stays.
    @Override
    public void close() {
        List<TestNode> all = new ArrayList<>(nodes.values());
        Collections.reverse(all);
        power.close();
        // A tap that is open here would keep its namespace.
        all.forEach(TestNode::closeCables);
        outer.close();
    }
}
