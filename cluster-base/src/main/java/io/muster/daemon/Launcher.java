package io.muster.daemon;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// How one program of the suite starts another: by the launcher that lies beside its own, so that the other runs with
/// the options and the start-up cache made for it.
///
/// A launcher says in `MUSTER_BIN` where it lies. What was started without one (tests, an IDE) has no such variable,
/// and starts the other as it was started itself: this very Java, this class path.
///
/// Thread: any. Commands load this class: it stays free of everything but the JDK.
public final class Launcher {
    /// A launcher sets the first for its own program only, and whoever trains a start-up cache the second for one:
    /// handed on, they would speak of the wrong program.
    private static final Set<String> OWN = Set.of("MUSTER_BIN", "MUSTER_AOT");

    private final List<String> command;

    private Launcher(List<String> command) {
        this.command = List.copyOf(command);
    }

    /// The launcher beside this program's own, else this Java with the program's main class.
    public static Launcher of(Layout layout, String name, String mainClass) {
        return layout.variable("MUSTER_BIN")
                .map(Path::of)
                .filter(Path::isAbsolute)
                .map(directory -> directory.resolve(name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .map(file -> new Launcher(List.of(file.toString())))
                .orElseGet(() -> plain(mainClass));
    }

    /// A program that somebody has named.
    public static Launcher named(String program) {
        return new Launcher(List.of(program));
    }

    private static Launcher plain(String mainClass) {
        return new Launcher(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                mainClass));
    }

    /// The words of its command line, followed by its arguments.
    public List<String> command(String... arguments) {
        var words = new ArrayList<>(command);
        words.addAll(List.of(arguments));
        return words;
    }

    /// Takes out of an environment that is about to be handed on what was meant for this program alone.
    public static void forgetOwn(Map<String, String> environment) {
        environment.keySet().removeAll(OWN);
    }
}
