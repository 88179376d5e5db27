package io.muster.cluster.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A directory that is a node's MUSTER_ROOT, and the processes that take it for one.
///
/// Thread: one.
final class TrainingNode {
    final Path root;
    private final Map<String, String> environment;
    private final Path bin;
    private final Map<String, Process> running = new LinkedHashMap<>();

    /// @param environment what every process of the node gets besides MUSTER_ROOT
    TrainingNode(Path root, Path bin, Map<String, String> environment) throws IOException {
        this.root = root;
        this.bin = bin;
        this.environment = Map.copyOf(environment);
        for (String dir : List.of(
                "etc/cluster", "etc/sysconfig/ha", "run/muster", "var/lib/muster", "var/log/cluster", "console")) {
            Files.createDirectories(root.resolve(dir));
        }
    }

    Path socket(String daemon) {
        return root.resolve("run/muster").resolve(daemon + ".sock");
    }

    /// Starts a command of the suite with a JVM option in place of its own cache.
    void start(String command, String aot, String... options) throws IOException {
        var words = new ArrayList<>(List.of(bin.resolve(command).toString()));
        words.addAll(List.of(options));
        var builder = new ProcessBuilder(words);
        builder.environment().putAll(environment);
        builder.environment().put("MUSTER_ROOT", root.toString());
        builder.environment().put("MUSTER_AOT", aot);
        builder.redirectErrorStream(true).redirectOutput(console(command).toFile());
        Process process = builder.start();
        process.getOutputStream().close();
        running.put(command, process);
    }

    boolean ended(String command) {
        Process process = running.get(command);
        return process == null || !process.isAlive();
    }

    void terminate(String command) {
        Process process = running.get(command);
        if (process != null) {
            process.destroy();
        }
    }

    /// All that it said on its console so far.
    String said(String command) {
        try {
            return Files.readString(console(command));
        } catch (IOException e) {
            return e.toString();
        }
    }

    String lastWords(String command) {
        List<String> lines = said(command).lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
    }

    void killAll() {
        for (Process process : running.values()) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private Path console(String command) {
        return root.resolve("console").resolve(command + ".out");
    }
}
