package io.muster.bed.scenario;

import io.muster.bed.Await;
import io.muster.bed.NetworkCards;
import io.muster.bed.Shell;
import io.muster.bed.guest.Lab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/// LANs and the hosts on them, on the machine this runs on: a bridge for each LAN, a network namespace for each host.
/// Meant for a guest, or a box of namespaces, that is thrown away afterwards; closing it takes everything down all the
/// same, so that the next site finds the machine as this one did.
///
/// Thread: one.
final class Site implements AutoCloseable {
    /// One end of a cable.
    ///
    /// @param port its other end, at the bridge
    record Cable(Host host, String device, String bridge, String port, List<String> addresses) {}

    /// How long anything may take that has to come true: far longer than it does, even where six others share the
    /// machine. How fast it was is reported, not judged.
    static final int PATIENCE_MS = Lab.Engine.here().patience(90_000);

    final Path dir;
    private final Map<String, Integer> bridges = new LinkedHashMap<>();
    private final Map<String, Host> hosts = new LinkedHashMap<>();
    private final List<Cable> cables = new ArrayList<>();

    /// @param dir an existing directory of the site's own; short, since Unix sockets lie below it
    Site(Path dir) {
        this.dir = dir;
    }

    static Site inTemporaryDirectory() throws IOException {
        return new Site(Files.createTempDirectory("site-"));
    }

    /// A LAN without spanning tree and multicast snooping: its ports forward at once.
    void lan(String name) {
        bridges.put(name, bridges.size());
        root("ip link add name " + name + " type bridge stp_state 0 mcast_snooping 0; ip link set " + name + " up");
    }

    /// A host, switched on and not yet on any LAN.
    Host host(String name) throws IOException {
        Path root = dir.resolve(name);
        Files.createDirectories(root);
        Host host = new Host(name, root);
        hosts.put(name, host);
        boot(host);
        return host;
    }

    Host get(String name) {
        Host host = hosts.get(name);
        if (host == null) {
            throw new NoSuchElementException("no host " + name + "; there are " + hosts.keySet());
        }
        return host;
    }

    /// Joins a host to a LAN. It keeps cable and addresses when it is booted again.
    void plug(Host host, String device, String lan, String... addresses) {
        Cable cable = new Cable(host, device, lan, host.name + "." + device, List.of(addresses));
        cables.add(cable);
        root(wire(cable));
    }

    private String wire(Cable cable) {
        String mac = NetworkCards.address(
                bridges.getOrDefault(cable.bridge(), 0),
                List.copyOf(hosts.keySet()).indexOf(cable.host().name) + 1);
        var script = new StringBuilder();
        script.append("ip link add name " + cable.port() + " type veth peer name " + cable.device() + " address " + mac
                + " netns " + cable.host().name + "\n");
        script.append("ip link set dev " + cable.port() + " master " + cable.bridge() + " up\n");
        script.append("ip -n " + cable.host().name + " link set " + cable.device() + " up\n");
        for (String address : cable.addresses()) {
            boolean v6 = address.indexOf(':') >= 0;
            script.append("ip -n " + cable.host().name + " addr add " + address + " dev " + cable.device()
                    + (v6 ? " nodad" : "") + "\n");
        }
        return script.toString();
    }

    /// Makes the host's namespace and cables anew; nothing of what was set or ran in the old one is left.
    void boot(Host host) {
        var script = new StringBuilder("ip netns add " + host.name + "\nip -n " + host.name + " link set lo up\n");
        // An address must be usable at once: nobody else has it, and no test waits for the kernel to believe that.
        script.append("nsenter --net=/run/netns/" + host.name
                + " sh -c 'for f in all default; do for k in accept_dad dad_transmits router_solicitations; do"
                + " echo 0 >/proc/sys/net/ipv6/conf/$f/$k; done; done' 2>/dev/null || true\n");
        for (Cable cable : cables) {
            if (cable.host() == host) {
                script.append(wire(cable));
            }
        }
        root(script.toString());
        host.on();
    }

    /// The death of a machine: from one moment to the next nothing of it is on any wire, and then its processes are
    /// gone too.
    void kill(Host host) {
        link(host, false);
        host.killAll();
        host.off();
        root("ip netns del " + host.name);
        // The namespace ends with its last socket; the cables with the namespace. Not to wait for that, they go now.
        for (Cable cable : cables) {
            if (cable.host() == host) {
                Shell.run(PATIENCE_MS, Map.of(), List.of("ip", "link", "del", cable.port()));
            }
        }
    }

    /// Pulls all cables of a host out of the switch, or puts them in again.
    void link(Host host, boolean up) {
        var script = new StringBuilder();
        for (Cable cable : cables) {
            if (cable.host() == host) {
                script.append("ip link set dev " + cable.port() + (up ? " up" : " down") + "\n");
            }
        }
        root(script.toString());
    }

    static void root(String script) {
        Shell.run(PATIENCE_MS, Map.of(), List.of("sh", "-ec", script)).expectOk(script.strip());
    }

    @Override
    public void close() {
        for (Host host : hosts.values()) {
            host.killAll();
            host.off();
            Shell.run(PATIENCE_MS, Map.of(), List.of("ip", "netns", "del", host.name));
        }
        for (Cable cable : cables) {
            Shell.run(PATIENCE_MS, Map.of(), List.of("ip", "link", "del", cable.port()));
        }
        for (String bridge : bridges.keySet()) {
            Shell.run(PATIENCE_MS, Map.of(), List.of("ip", "link", "del", bridge));
        }
        io.muster.bed.Directories.delete(dir);
    }

    /// Waits, and says what for if it was in vain.
    static void await(String what, java.util.function.BooleanSupplier condition) {
        Await.that(what, PATIENCE_MS, 50, condition);
    }
}
