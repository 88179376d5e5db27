package io.muster.bed.systemd;

import io.muster.bed.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A control group of a machine's own in each hierarchy that systemd uses: systemd makes more below it, which are to be
/// found again and removed, and two machines must not share them.
final class ControlGroups implements AutoCloseable {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final int END_MS = 10_000;

    private final List<Path> groups;

    private ControlGroups(List<Path> groups) {
        this.groups = List.copyOf(groups);
    }

    /// Makes them, and removes those of processes that ended without doing so.
    ///
    /// @param prefix of their names; this process' number follows
    static ControlGroups make(String prefix) throws IOException {
        var groups = new ArrayList<Path>();
        for (Path here : hierarchies()) {
            sweep(here, prefix);
            Path group = here.resolve(prefix + ProcessHandle.current().pid() + "-" + System.nanoTime());
            Files.createDirectory(group);
            groups.add(group);
        }
        return new ControlGroups(groups);
    }

    /// Where this process is in systemd's own hierarchy and in version 2's.
    private static List<Path> hierarchies() throws IOException {
        var found = new ArrayList<Path>();
        for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
            String[] parts = line.split(":", 3);
            Path mounted = switch (parts[1]) {
                case "name=systemd" -> ROOT.resolve("systemd");
                case "" -> Files.isDirectory(ROOT.resolve("unified")) ? ROOT.resolve("unified") : ROOT;
                default -> null;
            };
            if (mounted != null && Files.isWritable(mounted.resolve("." + parts[2]))) {
                found.add(mounted.resolve("." + parts[2]).normalize());
            }
        }
        return found;
    }

    private static void sweep(Path hierarchy, String prefix) throws IOException {
        try (Stream<Path> all = Files.list(hierarchy)) {
            for (Path group : all.filter(p -> p.getFileName().toString().startsWith(prefix))
                    .toList()) {
                String pid = group.getFileName()
                        .toString()
                        .substring(prefix.length())
                        .split("-")[0];
                if (ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
                    remove(group);
                }
            }
        }
    }

    /// The words that start what follows them in these groups.
    List<String> entering() {
        var script = new StringBuilder();
        for (Path group : groups) {
            script.append("echo $$ >'").append(group).append("/cgroup.procs'; ");
        }
        return List.of("sh", "-c", script + "exec \"$@\"", "sh");
    }

    private static boolean remove(Path group) {
        try (Stream<Path> below = Files.walk(group)) {
            for (Path one : below.filter(Files::isDirectory)
                    .sorted(Comparator.reverseOrder())
                    .toList()) {
                Files.delete(one);
            }
            return true;
        } catch (IOException | java.io.UncheckedIOException e) {
            // Something in it has not ended yet.
            return !Files.exists(group);
        }
    }

    /// When nothing runs in them any more, which may take the kernel a moment.
    @Override
    public void close() {
        for (Path group : groups) {
            if (!Await.until(END_MS, () -> remove(group))) {
                System.err.println("still in use, and swept by the next machine: " + group);
            }
        }
    }
}
