package io.muster.bed.guest;

import io.muster.bed.Home;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// A guest with a real kernel, as `./muster lab` boots it: runs one command and ends. The command sees this machine's
/// files, and nothing of what it writes remains, except in shared directories.
///
/// Which engine: the system property `muster.lab`, otherwise the environment's `MUSTER_LAB`, otherwise user-mode Linux.
/// Statuses besides the command's own: [#ABSENT], [#TIME_OVER], [#RESET].
public record Lab(Engine engine, int memoryMib, int cpus, List<String> options) {
    /// How the guest's kernel runs.
    public enum Engine {
        /// User-mode Linux: one CPU, boots in two seconds.
        UML(1),
        /// Debian's stock kernel in QEMU, emulated: everything takes longer.
        TCG(3);

        private final int slowness;

        Engine(int slowness) {
            this.slowness = slowness;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /// How long something may take here that takes `ms` in user-mode Linux.
        public int patience(int ms) {
            return slowness * ms;
        }

        /// The engine of the guest that this program runs in; outside of any, the fastest.
        public static Engine here() {
            return TCG.word().equals(System.getenv("MUSTER_LAB_ENGINE")) ? TCG : UML;
        }
    }

    /// No guest can be had on this machine.
    public static final int ABSENT = 2;

    /// The time limit was over.
    public static final int TIME_OVER = 124;

    /// The guest was reset, panicked or ended without a status.
    public static final int RESET = 125;

    private static final int CHECK_MS = 900_000;
    private static final int BOOT_MS = 20_000;
    private static final int GRACE_MS = 20_000;
    private static final Map<Engine, Optional<String>> ABSENCE = new EnumMap<>(Engine.class);

    public Lab {
        options = List.copyOf(options);
    }

    /// A guest of the usual size on the engine that was asked for.
    ///
    /// @throws IllegalStateException when labs are switched off
    public static Lab usual() {
        return new Lab(
                asked().orElseThrow(() -> new IllegalStateException("the lab is switched off")), 1024, 2, List.of());
    }

    /// Why there can be no guest here; empty when there can. The first call installs and downloads what is missing.
    public static synchronized Optional<String> absence() {
        Optional<Engine> engine = asked();
        if (engine.isEmpty()) {
            return Optional.of("the lab is switched off (--lab none)");
        }
        return ABSENCE.computeIfAbsent(engine.get(), e -> {
            LabRun check = start(List.of(), List.of("--check", "--engine", e.word()), CHECK_MS, line -> {});
            LabResult result = check.result();
            return result.ok() ? Optional.empty() : Optional.of(lastLine(result));
        });
    }

    /// The engine that was asked for, or empty for `none`.
    public static Optional<Engine> asked() {
        String environment = System.getenv("MUSTER_LAB");
        String word = System.getProperty("muster.lab", environment == null ? "" : environment);
        return switch (word) {
            case "none" -> Optional.empty();
            case "", "uml" -> Optional.of(Engine.UML);
            case "tcg" -> Optional.of(Engine.TCG);
            default -> throw new IllegalStateException("unknown lab \"" + word + "\": uml, tcg or none");
        };
    }

    /// With directories of this machine that the guest may write to.
    public Lab sharing(Path directory) {
        return with("--write", directory.toString());
    }

    public Lab environment(String name, String value) {
        return with("--env", name + "=" + value);
    }

    /// With the guest's next network interface joined to a tap of the network that the guest is started in.
    public Lab tap(String device) {
        return with("--tap", device);
    }

    /// With a raw image as its next disk; several guests may have the same.
    public Lab disk(Path image) {
        return with("--disk", image.toString());
    }

    /// With kernel modules loaded first.
    public Lab modules(String... names) {
        return with("--modules", String.join(",", names));
    }

    /// With a root of foreign servers laid over this machine's.
    public Lab root(String name) {
        return with("--root", name);
    }

    public Lab memory(int mib) {
        return new Lab(engine, mib, cpus, options);
    }

    /// How long something may take here that takes `ms` in user-mode Linux.
    public int patience(int ms) {
        return engine.patience(ms);
    }

    /// Boots, runs and waits.
    ///
    /// @param limitMs for the command in user-mode Linux; see [#patience]. Booting comes on top
    public LabResult run(int limitMs, String... command) {
        return start(limitMs, line -> {}, command).result();
    }

    /// Boots, runs and returns at once.
    ///
    /// @param eachLine called for each line of output as it comes, by a thread of the run's own
    public LabRun start(int limitMs, Consumer<String> eachLine, String... command) {
        return startWithin(limitMs + BOOT_MS, eachLine, command);
    }

    /// The same, the time for booting included.
    LabRun startWithin(int limitMs, Consumer<String> eachLine, String... command) {
        int bound = patience(limitMs);
        return start(List.of(), arguments(bound, command), bound + GRACE_MS, eachLine);
    }

    private List<String> arguments(int bound, String... command) {
        List<String> all = new ArrayList<>(List.of("--leash", "--engine", engine.word()));
        all.addAll(List.of("--memory", Integer.toString(memoryMib), "--cpus", Integer.toString(cpus)));
        all.addAll(List.of("--time", Integer.toString((bound + 999) / 1000)));
        all.addAll(options);
        all.add("--");
        all.addAll(List.of(command));
        return all;
    }

    /// As [#start], in namespaces.
    ///
    /// @param entering the words that enter them
    public LabRun startIn(List<String> entering, int limitMs, Consumer<String> eachLine, String... command) {
        int bound = patience(limitMs + BOOT_MS);
        return start(entering, arguments(bound, command), bound + GRACE_MS, eachLine);
    }

    /// The path of one of the suite's commands, as laid out in `build/bin`.
    public static String command(String name) {
        return Home.dir().resolve("bin").resolve(name).toString();
    }

    private Lab with(String option, String value) {
        List<String> more = new ArrayList<>(options);
        more.add(option);
        more.add(value);
        return new Lab(engine, memoryMib, cpus, more);
    }

    private static LabRun start(List<String> entering, List<String> arguments, int graceMs, Consumer<String> eachLine) {
        List<String> command = new ArrayList<>(entering);
        command.addAll(List.of("bash", script("lab.sh").toString()));
        command.addAll(arguments);
        try {
            return new LabRun(new ProcessBuilder(command).start(), graceMs, eachLine);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A script of the lab: the checkout's, otherwise that of the laid out suite.
    public static Path script(String name) {
        for (Path dir = Path.of(System.getProperty("muster.home", "/nowhere")); dir != null; dir = dir.getParent()) {
            Path script = dir.resolve("system-tests/src/main/lab").resolve(name);
            if (Files.exists(script)) {
                return script;
            }
        }
        return Home.dir().resolve("share/lab").resolve(name);
    }

    private static String lastLine(LabResult result) {
        String[] lines = result.complaint().strip().split("\n");
        String last = lines[lines.length - 1].replaceFirst("^muster: (lab: )?", "");
        return last.isEmpty() ? "the lab's check ended with status " + result.status() : last;
    }
}
