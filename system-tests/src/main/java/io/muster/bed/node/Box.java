package io.muster.bed.node;

import io.muster.bed.Rights;
import io.muster.bed.Shell;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A set of namespaces (mount, pid, net, uts; a user namespace too for who isn't root) held by a pid 1 that dies with
/// this process.
///
/// Thread: any.
public final class Box implements AutoCloseable {
    private static final boolean ROOT =
            ProcessHandle.current().info().user().map("root"::equals).orElse(false);

    /// Takes milliseconds, but holds the kernel's one lock of all network settings, as does each namespace that ends.
    private static final int NETWORK_MS = 30_000;

    private final Process holder;

    /// The pid 1 as seen from outside.
    final long pid;

    /// Whether it has a user namespace of its own.
    private final boolean ownUsers;

    private Box(Process holder, long pid, boolean ownUsers) {
        this.holder = holder;
        this.pid = pid;
        this.ownUsers = ownUsers;
    }

    public static boolean root() {
        return ROOT;
    }

    /// Why there can be no tap interfaces here; empty when there can.
    public static Optional<String> taps() {
        return Cable.absence();
    }

    /// Opens a box of this machine that sees all of its files and processes, but has a network of its own.
    ///
    /// @param dir an existing directory for what it takes
    public static Box bare(Path dir, String name) throws IOException {
        Path hosts = dir.resolve("hosts");
        if (!Files.exists(hosts)) {
            Files.writeString(hosts, "127.0.0.1 localhost\n");
        }
        return open(Testbed.init(dir), "testbed", hosts, dir.resolve(name + ".log"), !ROOT);
    }

    /// Opens a box inside nothing: of this machine.
    ///
    /// @param ownUsers in a user namespace, which whoever isn't root needs
    static Box open(Path init, String name, Path hosts, Path log, boolean ownUsers) throws IOException {
        List<String> command = new ArrayList<>(List.of("unshare"));
        if (ownUsers) {
            command.add("--user");
            command.add("--map-root-user");
        }
        command.addAll(unshared(init, name, hosts));
        return start(command, log, ownUsers);
    }

    /// Opens a box inside this one; it ends when this one does.
    Box inner(Path init, String name, Path hosts, Path log) throws IOException {
        List<String> command = entering("-m", "-n", "-p");
        command.add("unshare");
        command.addAll(unshared(init, name, hosts));
        return start(command, log, ownUsers);
    }

    private static List<String> unshared(Path init, String name, Path hosts) {
        List<String> command = new ArrayList<>(List.of("--mount", "--pid", "--net", "--uts", "--fork", "--kill-child"));
        command.addAll(Rights.withoutReboot());
        command.addAll(List.of("sh", init.toString(), name, hosts.toString()));
        return command;
    }

    private static Box start(List<String> command, Path log, boolean ownUsers) throws IOException {
        Process process = Shell.builder(Map.of(), command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        // The reader stays open with the process: closing it would break the holder's standard output.
        BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
        String line = said.readLine();
        if (line == null) {
            process.destroyForcibly();
            throw new IOException("no namespaces here: " + String.join(" ", command) + " failed; see " + log);
        }
        return new Box(process, Long.parseLong(line.strip()), ownUsers);
    }

    /// The words that run what follows them in these namespaces.
    ///
    /// @param which nsenter's options for the namespaces to enter
    public List<String> entering(String... which) {
        List<String> command = new ArrayList<>(List.of("nsenter", "-t", Long.toString(pid)));
        if (ownUsers) {
            command.add("-U");
            command.add("--preserve-credentials");
        }
        command.addAll(List.of(which));
        command.add("--");
        return command;
    }

    /// Who enters brings the rights that the one outside has; the one to reboot stays outside.
    public List<String> inside(List<String> command) {
        List<String> all = entering("-m", "-n", "-p", "-u");
        all.addAll(Rights.withoutReboot());
        all.addAll(command);
        return all;
    }

    /// Runs in the box's network, but sees the outside's pids: what `ip link ... netns PID` needs.
    Shell.Result network(String... command) {
        List<String> all = entering("-m", "-n");
        all.addAll(List.of(command));
        return Shell.run(NETWORK_MS, Map.of(), all);
    }

    Shell.Result run(int limitMs, Map<String, String> environment, List<String> command) {
        return Shell.run(limitMs, environment, inside(command));
    }

    boolean alive() {
        return holder.isAlive();
    }

    /// Kills everything inside. When this returns true no process of the box is left: the kernel lets pid 1 go only
    /// after all others.
    boolean kill(int limitMs) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        wake();
        try {
            return holder.waitFor(limitMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Lets every nsenter into this box go on. Each stops itself when what it started is stopped; while it stands still
    /// it reaps nothing, and the kernel doesn't let a pid 1 go before the last of its namespace has been reaped.
    void wake() {
        String target = Long.toString(pid);
        List<String> command = new ArrayList<>(List.of("kill", "-CONT"));
        ProcessHandle.current()
                .children()
                .filter(child ->
                        List.of(child.info().arguments().orElse(new String[0])).contains(target))
                .forEach(child -> command.add(Long.toString(child.pid())));
        if (command.size() > 2) {
            Shell.run(2_000, Map.of(), command);
        }
    }

    @Override
    public void close() {
        kill(5_000);
    }
}
