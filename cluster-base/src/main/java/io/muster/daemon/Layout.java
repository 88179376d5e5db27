package io.muster.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where everything lies. `MUSTER_ROOT` moves all of it, so that several nodes' daemons can live on one
/// machine and tests need no rights.
///
/// | | below the root |
/// |---|---|
/// | [#etc] | `etc/cluster` |
/// | [#run] | `run/muster` |
/// | [#state] | `var/lib/muster` |
/// | [#log] | `var/log/cluster` |
/// | [#lvsConf], [#lvsKey] | `etc/sysconfig/ha` |
///
/// Commands load this class: it stays free of everything but the JDK.
public final class Layout {
    private final Path root;
    private final Map<String, String> environment;

    private Layout(Path root, Map<String, String> environment) {
        this.root = root.toAbsolutePath().normalize();
        this.environment = Map.copyOf(environment);
    }

    /// As the process' environment says.
    public static Layout fromEnvironment() {
        return from(System.getenv());
    }

    /// As a given environment says.
    public static Layout from(Map<String, String> environment) {
        return new Layout(Path.of(nonEmpty(environment.get("MUSTER_ROOT")).orElse("/")), environment);
    }

    /// Below a given root, whatever the environment says.
    public static Layout under(Path root) {
        return new Layout(root, Map.of());
    }

    public Path root() {
        return root;
    }

    /// Configuration: `cluster.conf`, `cluster.key`.
    public Path etc() {
        return root.resolve("etc/cluster");
    }

    /// Sockets and pid files: gone after a reboot.
    public Path run() {
        return root.resolve("run/muster");
    }

    /// What outlives a reboot: flight records, the operator's overrides.
    public Path state() {
        return root.resolve("var/lib/muster");
    }

    /// What was started here and may still run: gone after a reboot.
    public Path ledger() {
        return run().resolve("started");
    }

    /// The life of the machine in which the ledger was begun.
    public Path life() {
        return state().resolve("life");
    }

    /// The last quorum this machine was in.
    public Path quorum() {
        return state().resolve("quorum");
    }

    public Path log() {
        return root.resolve("var/log/cluster");
    }

    public Path clusterConf() {
        return etc().resolve("cluster.conf");
    }

    /// The directors' configuration, where Piranha has it.
    public Path lvsConf() {
        return root.resolve("etc/sysconfig/ha/lvs.cf");
    }

    /// The key with which directors seal their heartbeats: mode 0400, 32 octets or more.
    public Path lvsKey() {
        return root.resolve("etc/sysconfig/ha/lvs.key");
    }

    /// Where the local syslog daemon listens, see syslog(3).
    public Path devLog() {
        return root.resolve("dev/log");
    }

    /// A daemon's control socket.
    public Path socket(String daemon) {
        return run().resolve(daemon + ".sock");
    }

    public Path pidFile(String daemon) {
        return run().resolve(daemon + ".pid");
    }

    /// Where a daemon's flight record lies.
    public Path record(String daemon) {
        return state().resolve("record").resolve(daemon);
    }

    /// The directory of resource agents: property `muster.agents`, else `MUSTER_AGENTS`, else
    /// `<root>/usr/share/cluster` if it exists, else `/usr/share/cluster`. (What somebody names comes
    /// first: Debian's fence-agents put programs of their own into `/usr/share/cluster`.)
    public Path agents() {
        Path own = root.resolve("usr/share/cluster");
        return Path.of(nonEmpty(System.getProperty("muster.agents"))
                .or(() -> nonEmpty(environment.get("MUSTER_AGENTS")))
                .orElse(Files.isDirectory(own) ? own.toString() : "/usr/share/cluster"));
    }

    /// Directories in which fence agents are looked for: those of `MUSTER_FENCE_PATH`, those of `PATH`,
    /// and the usual ones, since a daemon's `PATH` often lacks sbin.
    public List<Path> fencePath() {
        var found = new ArrayList<Path>();
        for (String list : List.of(
                environment.getOrDefault("MUSTER_FENCE_PATH", ""),
                environment.getOrDefault("PATH", ""),
                "/usr/sbin:/sbin:/usr/bin:/bin")) {
            for (String directory : list.split(":")) {
                Path path = Path.of(directory);
                if (!directory.isEmpty() && path.isAbsolute() && !found.contains(path)) {
                    found.add(path);
                }
            }
        }
        return List.copyOf(found);
    }

    /// Where a fence agent may be, by its name in cluster.conf; a name with a slash is a path of its
    /// own.
    public List<Path> fenceAgentPlaces(String name) {
        return name.contains("/")
                ? List.of(Path.of(name))
                : fencePath().stream().map(directory -> directory.resolve(name)).toList();
    }

    /// A fence agent that is there.
    public Optional<Path> fenceAgent(String name) {
        return fenceAgentPlaces(name).stream()
                .filter(path -> Files.isRegularFile(path) && Files.isExecutable(path))
                .findFirst();
    }

    /// A variable of the environment this layout was made from, if it is set and not empty.
    public Optional<String> variable(String name) {
        return nonEmpty(environment.get(name));
    }

    /// What a program of ours needs in its environment to have this layout, too: nothing for a
    /// machine's own root.
    public Map<String, String> inherited() {
        return root.equals(Path.of("/")) ? Map.of() : Map.of("MUSTER_ROOT", root.toString());
    }

    /// Makes the directories a daemon writes to.
    public void makeDirectories() throws IOException {
        // Everybody may ask the sockets in the first, whatever the umask.
        boolean there = Files.exists(run());
        for (Path directory : List.of(run(), state(), log())) {
            Files.createDirectories(directory);
        }
        if (!there) {
            Files.setPosixFilePermissions(run(), PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    @Override
    public String toString() {
        return root.toString();
    }

    private static Optional<String> nonEmpty(@Nullable String value) {
        return value == null || value.isEmpty() ? Optional.empty() : Optional.of(value);
    }
}
