package io.muster.bed.scenario;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A director of a site: its files, its daemons, and its table as the kernel and Debian's ipvsadm show it. (What is
/// tested isn't asked how it did.)
///
/// Thread: any.
final class Director {
    private static final String WITNESS = "/usr/sbin/ipvsadm";

    final Host host;
    private final Path file;
    private Host.@Nullable Running pulse;
    private Host.@Nullable Running lvsd;

    Director(Host host) {
        this.host = host;
        this.file = host.root.resolve("etc/sysconfig/ha/lvs.cf");
    }

    /// Lets the host forward, as every director must.
    void forward() {
        host.sysctl(
                "net/ipv4/ip_forward=1",
                "net/ipv4/conf/all/send_redirects=0",
                "net/ipv4/conf/default/send_redirects=0",
                "net/ipv4/conf/all/rp_filter=0",
                "net/ipv6/conf/all/forwarding=1");
        host.sh("for f in /proc/sys/net/ipv4/conf/eth*/send_redirects /proc/sys/net/ipv4/conf/eth*/rp_filter; do"
                + " echo 0 >$f; done");
    }

    /// Writes lvs.cf.
    void configure(LvsCf configuration) throws IOException {
        Files.createDirectories(file.getParent());
        Path fresh = file.resolveSibling("lvs.cf.new");
        Files.writeString(fresh, configuration.toString());
        Files.move(fresh, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    /// Both directors of a site have the same key.
    void key(byte[] secret) throws IOException {
        Files.createDirectories(file.getParent());
        Path key = file.resolveSibling("lvs.key");
        Files.deleteIfExists(key);
        Files.write(key, secret);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("r--------"));
    }

    Path file() {
        return file;
    }

    /// lvsd alone, as on a site with one director.
    Host.Running startLvsd() throws IOException {
        lvsd = host.start("lvsd", "-n", "-c", file.toString());
        return lvsd;
    }

    void stopLvsd() {
        if (lvsd != null) {
            lvsd.stop();
            lvsd = null;
        }
    }

    /// @param more options
    Host.Running startPulse(String... more) throws IOException {
        var options = new ArrayList<>(List.of("-n", "-c", file.toString()));
        options.addAll(List.of(more));
        pulse = host.start("pulse", options.toArray(String[]::new));
        return pulse;
    }

    void stopPulse() {
        if (pulse != null) {
            pulse.stop();
            pulse = null;
        }
    }

    /// Changes `preempt = 0` in its file and tells its pulse to read it.
    void preempt() throws IOException {
        Path fresh = file.resolveSibling("lvs.cf.new");
        Files.writeString(fresh, Files.readString(file).replace("preempt = 0", "preempt = 1"));
        Files.move(fresh, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        ProcessHandle daemon = host.process("PulseDaemon");
        if (daemon == null) {
            throw new IllegalStateException("no pulse runs on " + host.name);
        }
        host.sh("kill -HUP " + daemon.pid());
    }

    void reload() {
        ProcessHandle daemon = host.process("Lvsd");
        if (daemon == null) {
            throw new IllegalStateException("no lvsd runs on " + host.name);
        }
        host.sh("kill -HUP " + daemon.pid());
    }

    /// Whether it is switched on and holds an address.
    boolean holds(String address) {
        return host.isOn() && host.sh("ip -o addr show").contains(" " + address + "/");
    }

    /// The table: for each service (`10.2.0.50:80`, `[fd00::1]:80`, `UDP 10.2.0.50:7`, `FWM 1`) the weights of its
    /// servers by address and port.
    Map<String, Map<String, Integer>> table() {
        return KernelWords.table(host.sh("cat /proc/net/ip_vs"));
    }

    /// Debian's ipvsadm, which must succeed.
    String ipvsadm(String... args) {
        return host.run(Site.PATIENCE_MS, words(args)).expectOk("ipvsadm " + String.join(" ", args));
    }

    private static String[] words(String... args) {
        String[] all = new String[args.length + 1];
        all[0] = WITNESS;
        System.arraycopy(args, 0, all, 1, args.length);
        return all;
    }

    /// Feeds Debian's ipvsadm.
    void restore(String rules) throws IOException {
        Path rulesFile = host.root.resolve("rules");
        Files.write(rulesFile, rules.getBytes(StandardCharsets.US_ASCII));
        host.sh(WITNESS + " -R <" + rulesFile);
    }

    /// Waits until the table is as wanted.
    void awaitTable(String what, Predicate<Map<String, Map<String, Integer>>> wanted) {
        if (!io.muster.bed.Await.until(Site.PATIENCE_MS, 100, () -> wanted.test(table()))) {
            throw new IllegalStateException(
                    host.name + ": " + what + ": not within " + Site.PATIENCE_MS + " ms; the table is " + table());
        }
    }

    /// Waits until a service has exactly so many servers that take connections.
    void awaitServers(String service, int count) {
        awaitTable(
                count + " servers of " + service,
                table -> table.getOrDefault(service, Map.of()).values().stream()
                                .filter(weight -> weight > 0)
                                .count()
                        == count);
    }

    /// Waits until a server takes connections of a service, or doesn't.
    void awaitServer(String service, String server, boolean up) {
        awaitTable(
                server + (up ? " in" : " out of") + " service " + service,
                table -> up == table.getOrDefault(service, Map.of()).getOrDefault(server, 0) > 0);
    }

    /// How many connections to a virtual address and port the table of connections has.
    ///
    /// @param protocol `TCP`, `UDP`
    long connections(String protocol, String virtualAddress, int port) {
        return KernelWords.connections(host.sh("cat /proc/net/ip_vs_conn"), protocol, virtualAddress, port);
    }
}
