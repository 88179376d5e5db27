package io.muster.demo;

import io.muster.bed.Directories;
import io.muster.bed.Jvm;
import io.muster.bed.node.TestNode;
import io.muster.bed.node.Testbed;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A demo cluster that goes on after the demo: a process in the background holds it (nodes die with the process that
/// made them), and `--shell` and `--down` find it by a file.
final class Kept {
    private static final String READY = "kept cluster: ready";
    private static final int LAUNCH_LIMIT_MS = 180_000;

    private Kept() {}

    static Path dir() {
        String user = System.getProperty("user.name", "user");
        // As `muster demo --shell` looks for it: Java's own idea of the place doesn't ask the environment.
        String place = Optional.ofNullable(System.getenv("TMPDIR"))
                .filter(dir -> !dir.isEmpty())
                .orElse("/tmp");
        return Path.of(place, "muster-demo-kept-" + user);
    }

    private static Path pidFile() {
        return dir().resolveSibling(dir().getFileName() + ".pid");
    }

    private static Path said() {
        return dir().resolveSibling(dir().getFileName() + ".out");
    }

    private static Optional<ProcessHandle> holder() {
        try {
            if (!Files.exists(pidFile())) {
                return Optional.empty();
            }
            String[] words = Files.readString(pidFile()).strip().split(" ");
            // A pid may have gone to somebody else since; not with the same start time.
            return ProcessHandle.of(Long.parseLong(words[0]))
                    .filter(p -> p.isAlive() && startOf(p).equals(words[words.length - 1]));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static String startOf(ProcessHandle process) {
        return process.info().startInstant().map(Object::toString).orElse("unknown");
    }

    /// Starts the process that will hold the cluster, and shows what it says until the cluster is left running.
    static int launch(String[] args, PrintStream out, PrintStream err) throws IOException {
        if (holder().isPresent()) {
            err.println("demo: a cluster is running already: ./muster demo --down ends it");
            return 1;
        }
        if (Files.exists(dir())) {
            Directories.delete(dir());
        }
        List<String> command = new ArrayList<>(List.of("setsid", Jvm.java()));
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                Jvm.classPath(),
                Demo.class.getName(),
                "--in-background"));
        command.addAll(List.of(args));
        Files.writeString(said(), "");
        Process process = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(said().toFile())
                .start();
        Files.writeString(pidFile(), process.pid() + " " + startOf(process.toHandle()) + "\n");
        return show(process, out);
    }

    private static int show(Process process, PrintStream out) throws IOException {
        long end = System.nanoTime() + LAUNCH_LIMIT_MS * 1_000_000L;
        try (RandomAccessFile in = new RandomAccessFile(said().toFile(), "r")) {
            while (System.nanoTime() - end < 0) {
                boolean alive = process.isAlive();
                String line = wholeLine(in);
                if (line != null && line.equals(READY)) {
                    return 0;
                }
                if (line != null) {
                    out.println(line);
                    out.flush();
                } else if (!alive) {
                    return process.exitValue() == 0 ? 1 : process.exitValue();
                } else {
                    LockSupport.parkNanos(20_000_000L);
                }
            }
        }
        process.destroy();
        return 1;
    }

    private static @Nullable String wholeLine(RandomAccessFile in) throws IOException {
        long at = in.getFilePointer();
        byte[] buffer = new byte[8192];
        int length = in.read(buffer);
        for (int i = 0; i < length; i++) {
            if (buffer[i] == '\n') {
                in.seek(at + i + 1);
                return new String(buffer, 0, i, StandardCharsets.UTF_8);
            }
        }
        in.seek(at);
        return null;
    }

    /// In the background process: says how to go on and waits until it is told to end.
    static void hold(Testbed testbed, PrintStream out) throws IOException {
        for (TestNode node : testbed.nodes()) {
            StringBuilder script = new StringBuilder("#!/bin/sh\nexec");
            for (String word : node.enter(List.of("bash", "--norc"))) {
                script.append(" '").append(word.replace("'", "'\\''")).append('\'');
            }
            Path enter = testbed.dir.resolve("enter-" + node.name());
            Files.writeString(enter, script.append('\n').toString());
            if (!enter.toFile().setExecutable(true)) {
                throw new IOException("can't make " + enter + " executable");
            }
        }
        out.println();
        out.println("The cluster goes on. Enter a node:   ./muster demo --shell node2");
        out.println("and try there:                       clustat; clusvcadm -r web -m node3");
        out.println("Its files:                           " + testbed.dir);
        out.println("End it:                              ./muster demo --down");
        out.println(READY);
        out.flush();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static int shell(String node, PrintStream err) {
        err.println("demo: "
                + (holder().isEmpty()
                        ? "no cluster is running: ./muster demo --keep starts one"
                        : "no node \"" + node + "\" in the running cluster"));
        return 1;
    }

    static int down(PrintStream out, PrintStream err) throws IOException {
        Optional<ProcessHandle> holder = holder();
        if (holder.isEmpty()) {
            err.println("demo: no cluster is running");
            return 1;
        }
        holder.get().destroy();
        try {
            holder.get().onExit().get(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            holder.get().destroyForcibly();
        }
        Files.deleteIfExists(pidFile());
        Files.deleteIfExists(said());
        if (Files.exists(dir())) {
            Directories.delete(dir());
        }
        out.println("demo: the cluster is gone");
        return 0;
    }
}
