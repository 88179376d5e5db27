package io.muster.bed.systemd;

import io.muster.bed.Await;
import io.muster.bed.Directories;
import io.muster.bed.Shell;
import io.muster.bed.node.Box;
import io.muster.bed.root.Root;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A machine whose first process is systemd: systemd-nspawn(1) on a cached Debian, with what is to be tested laid over
/// it. It has processes, network and host name of its own, and this machine's kernel. Takes root.
///
/// It ends with this process; nothing of it is left then but its directory, which [#close] removes.
///
/// Thread: any.
public final class Machine implements AutoCloseable {
    private static final int BOOT_MS = 90_000;
    private static final int END_MS = 90_000;
    private static final int COMMAND_MS = 120_000;
    private static final String GROUP = "muster-bed-";

    private final Path dir;
    private final ControlGroups groups;
    private final Process holder;
    private final long init;

    private Machine(Path dir, ControlGroups groups, Process holder, long init) {
        this.dir = dir;
        this.groups = groups;
        this.holder = holder;
        this.init = init;
    }

    /// Why there can be no such machine here; empty when there can.
    public static Optional<String> absence() {
        if (!Box.root()) {
            return Optional.of("systemd-nspawn takes root");
        }
        if (!Shell.run(COMMAND_MS, Map.of(), List.of("systemd-nspawn", "--version"))
                .ok()) {
            return Optional.of("no systemd-nspawn: apt-get install systemd-container");
        }
        return Root.absence("systemd");
    }

    /// Boots one, and waits until systemd says that it is up.
    ///
    /// @param dir a directory of its own; what lies in its `files` is copied into its root first
    /// @param address the machine's, on its loopback interface: cables can be plugged in later
    /// @param layers directories laid over the Debian, topmost first
    public static Machine boot(String name, Path dir, String address, List<Path> layers) throws IOException {
        Path script = dir.resolve("machine.sh");
        try (InputStream text = Machine.class.getResourceAsStream("machine.sh")) {
            if (text == null) {
                throw new IllegalStateException("machine.sh is missing from the jar");
            }
            Files.write(script, text.readAllBytes());
        }
        String lower = Stream.concat(
                        layers.stream(), Stream.of(Root.of("systemd").tree()))
                .map(Path::toString)
                .collect(Collectors.joining(":"));
        ControlGroups groups = ControlGroups.make(GROUP);
        List<String> command = new ArrayList<>(groups.entering());
        command.addAll(List.of("unshare", "--mount", "--net", "--uts", "--pid", "--fork", "--kill-child"));
        command.addAll(List.of("--mount-proc", "bash", script.toString(), name, dir.toString(), lower, address));
        Process holder = Shell.builder(Map.of(), command)
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("console").toFile())
                .start();
        long[] init = {0};
        boolean up = Await.until(BOOT_MS, 100, () -> {
            init[0] = init[0] == 0 ? firstProcess(holder) : init[0];
            return !holder.isAlive() || (init[0] != 0 && isUp(init[0]));
        });
        var machine = new Machine(dir, groups, holder, init[0]);
        if (!up || !holder.isAlive()) {
            String said = Files.readString(dir.resolve("console"));
            machine.kill();
            groups.close();
            throw new IOException("the machine " + name + " doesn't boot: " + said.strip());
        }
        return machine;
    }

    /// The machine's first process as this one sees it: two pid namespaces down, and number 1 there.
    private static long firstProcess(Process holder) {
        return holder.descendants()
                .mapToLong(ProcessHandle::pid)
                .filter(pid -> {
                    String[] numbers = numbers(pid);
                    return numbers.length == 3 && numbers[2].equals("1");
                })
                .findFirst()
                .orElse(0);
    }

    private static String[] numbers(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith("NSpid:"))
                    .map(line -> line.substring(6).strip().split("\\s+"))
                    .findFirst()
                    .orElse(new String[0]);
        } catch (IOException | java.io.UncheckedIOException e) {
            // It ended meanwhile.
            return new String[0];
        }
    }

    private static boolean isUp(long init) {
        String state =
                enter(init, COMMAND_MS, "systemctl", "is-system-running").out().strip();
        return state.equals("running") || state.equals("degraded");
    }

    private static Shell.Result enter(long init, int limitMs, String... command) {
        List<String> words = new ArrayList<>(List.of("nsenter", "-t", Long.toString(init), "-a", "--"));
        words.addAll(List.of(command));
        return Shell.run(limitMs, Map.of("LANG", "C.UTF-8"), words);
    }

    /// Runs a program on the machine to its end, outside of every unit.
    public Shell.Result run(String... command) {
        return enter(init, COMMAND_MS, command);
    }

    public Shell.Result systemctl(String... words) {
        return run(Stream.concat(Stream.of("systemctl"), Arrays.stream(words)).toArray(String[]::new));
    }

    /// A property of a unit, as `systemctl show` has it.
    public String property(String unit, String name) {
        return systemctl("show", "-p", name, "--value", unit)
                .expectOk(unit + " " + name)
                .strip();
    }

    /// Everything the journal has, a line each: monotonic time, host, who, what.
    public List<String> journal() {
        return run("journalctl", "--no-pager", "-b", "-o", "short-monotonic")
                .expectOk("journal")
                .lines()
                .toList();
    }

    /// Where the journal's files are, also when the machine is off.
    public Path journalFiles() {
        return dir.resolve("journal");
    }

    /// Ends it as an operator would: everything is stopped in order.
    ///
    /// @return whether it ended in time
    public boolean powerOff() {
        systemctl("poweroff");
        return awaitEnd();
    }

    /// Cuts its power.
    public void kill() {
        holder.descendants().forEach(ProcessHandle::destroyForcibly);
        holder.destroyForcibly();
        awaitEnd();
    }

    private boolean awaitEnd() {
        try {
            return holder.waitFor(END_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    public boolean on() {
        return holder.isAlive();
    }

    @Override
    public void close() {
        if (on()) {
            kill();
        }
        groups.close();
        Directories.delete(dir);
    }
}
