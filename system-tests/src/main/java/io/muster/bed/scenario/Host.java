package io.muster.bed.scenario;

import io.muster.bed.Home;
import io.muster.bed.Shell;
import io.muster.os.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// One host of a [Site]: a network namespace, a root directory for Muster's files, and the processes started on it.
///
/// Thread: any.
final class Host {
    /// What a thread of the host does.
    @FunctionalInterface
    interface Body {
        void run() throws IOException;
    }

    /// A process on the host.
    ///
    /// @param out where its output goes
    record Running(String name, Process process, Path out) {
        /// As `kill -9` does; returns when it is gone.
        void kill() {
            process.destroyForcibly();
            awaitEnd();
        }

        /// SIGTERM; returns when it is gone.
        void stop() {
            process.destroy();
            awaitEnd();
        }

        private void awaitEnd() {
            try {
                if (!process.waitFor(Site.PATIENCE_MS, TimeUnit.MILLISECONDS)) {
                    throw new IllegalStateException(name + " (pid " + process.pid() + ") doesn't end");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    final String name;
    final Path root;
    private final Path namespace;
    private final List<Running> processes = new ArrayList<>();
    private final List<AutoCloseable> servers = new ArrayList<>();
    private @Nullable ExecutorService sockets;

    Host(String name, Path root) {
        this.name = name;
        this.root = root;
        this.namespace = NetworkNamespace.named(name);
    }

    synchronized void on() {
        sockets = Executors.newSingleThreadExecutor(inside(name + "-sockets"));
    }

    synchronized boolean isOn() {
        return sockets != null;
    }

    /// Ends the servers that this process runs on the host.
    synchronized void closeServers() {
        for (AutoCloseable server : servers) {
            try {
                server.close();
            } catch (Exception e) {
                throw new IllegalStateException("closing " + server, e);
            }
        }
        servers.clear();
    }

    /// Closes what this process has open on the host: a namespace lives as long as its last socket.
    synchronized void off() {
        closeServers();
        if (sockets != null) {
            sockets.shutdownNow();
            sockets = null;
        }
    }

    /// Something of this process that uses the host's network, closed when the host is switched off.
    synchronized <T extends AutoCloseable> T keep(T server) {
        servers.add(server);
        return server;
    }

    private ThreadFactory inside(String thread) {
        return work -> Thread.ofPlatform().daemon().name(thread).unstarted(() -> {
            try {
                NetworkNamespace.enter(namespace);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            work.run();
        });
    }

    /// Starts a thread whose sockets are the host's.
    Thread thread(String what, Body body) {
        Thread thread = inside(name + "-" + what).newThread(() -> {
            try {
                body.run();
            } catch (IOException e) {
                throw new IllegalStateException(name + ": " + what, e);
            }
        });
        thread.start();
        return thread;
    }

    /// Does something on a thread of the host, to make a socket there for instance.
    <T> T call(Callable<T> work) throws IOException {
        ExecutorService here;
        synchronized (this) {
            here = sockets;
        }
        if (here == null) {
            throw new IOException(name + " is switched off");
        }
        try {
            return here.submit(work).get(3L * Site.PATIENCE_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(name + ": interrupted", e);
        } catch (TimeoutException e) {
            throw new IOException(name + ": no answer, whoever was asked", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /// The words that run what follows them here.
    List<String> inside(Collection<String> command) {
        var all = new ArrayList<>(List.of("nsenter", "--net=" + namespace, "--"));
        all.addAll(command);
        return all;
    }

    private Map<String, String> environment() {
        return Map.of("MUSTER_ROOT", root.toString(), "MUSTER_HOME", Home.dir().toString());
    }

    Shell.Result run(int limitMs, String... command) {
        return Shell.run(limitMs, environment(), inside(List.of(command)));
    }

    /// Runs a shell script here, which must go well.
    String sh(String script) {
        return run(Site.PATIENCE_MS, "sh", "-ec", script).expectOk(name + ": " + script.strip());
    }

    /// Sets kernel parameters, `net.ipv4.ip_forward=1`; the name's slashes may stand for dots within an interface's
    /// name.
    void sysctl(String... settings) {
        var script = new StringBuilder();
        for (String setting : settings) {
            String[] pair = setting.split("=", 2);
            script.append("echo " + pair[1] + " >/proc/sys/" + pair[0].replace('.', '/') + "\n");
        }
        sh(script.toString());
    }

    /// One of the suite's commands, run to its end.
    Shell.Result command(String command, String... args) {
        var all = new ArrayList<>(
                List.of(Home.dir().resolve("bin").resolve(command).toString()));
        all.addAll(List.of(args));
        return Shell.run(Site.PATIENCE_MS, environment(), inside(all));
    }

    /// One of the suite's daemons, or any program (a path).
    Running start(String command, String... args) throws IOException {
        var all = new ArrayList<>(List.of(
                command.startsWith("/")
                        ? command
                        : Home.dir().resolve("bin").resolve(command).toString()));
        all.addAll(List.of(args));
        String simple = Path.of(command).getFileName().toString();
        Path out = root.resolve(simple + ".out");
        Process process = Shell.builder(environment(), inside(all))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(out.toFile()))
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
        Running running = new Running(simple, process, out);
        synchronized (this) {
            processes.add(running);
        }
        return running;
    }

    /// The processes that live in the host's network, whoever started them.
    List<ProcessHandle> processes() {
        String pids = Shell.run(Site.PATIENCE_MS, Map.of(), List.of("ip", "netns", "pids", name))
                .out();
        var all = new ArrayList<ProcessHandle>();
        for (String pid : pids.strip().split("\\s+")) {
            if (!pid.isEmpty() && Long.parseLong(pid) != ProcessHandle.current().pid()) {
                ProcessHandle.of(Long.parseLong(pid)).ifPresent(all::add);
            }
        }
        return all;
    }

    /// The process of a command of the suite, by its main class' simple name in the command line.
    @Nullable
    ProcessHandle process(String mainClass) {
        for (ProcessHandle process : processes()) {
            try {
                String words = Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
                if (words.contains("." + mainClass + "\0")) {
                    return process;
                }
            } catch (IOException e) {
                // It ended between the two looks.
            }
        }
        return null;
    }

    /// Ends every process of the host, and those that they start while that goes on.
    void killAll() {
        if (!Files.exists(namespace)) {
            return;
        }
        for (int round = 0; round < 50; round++) {
            List<ProcessHandle> all = processes();
            if (all.isEmpty()) {
                return;
            }
            all.forEach(ProcessHandle::destroyForcibly);
            all.forEach(p -> p.onExit()
                    .orTimeout(2, TimeUnit.SECONDS)
                    .exceptionally(e -> p)
                    .join());
        }
        throw new IllegalStateException(name + ": processes that can't be killed");
    }

    /// The last lines of what its processes said, for whoever has to find out what went wrong.
    String lastWords(int lines) {
        var text = new StringBuilder();
        var files = new ArrayList<Path>();
        try (var below = Files.walk(root)) {
            below.filter(f -> f.toString().endsWith(".out") || f.toString().endsWith(".log"))
                    .forEach(files::add);
        } catch (IOException e) {
            return name + ": " + e.getMessage();
        }
        for (Path file : files) {
            try {
                List<String> all = Files.readAllLines(file);
                text.append("--- " + name + ": " + file.getFileName() + "\n");
                all.subList(Math.max(0, all.size() - lines), all.size())
                        .forEach(l -> text.append(l).append('\n'));
            } catch (IOException e) {
                text.append(file + ": " + e.getMessage() + "\n");
            }
        }
        return text.toString();
    }
}
