package io.muster.lvscf.daemon;

import io.muster.checks.daemon.CheckRunner;
import io.muster.lvscf.LvsConfig;
import io.muster.lvscf.LvsConfig.LoadMonitor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// Which of the programs that tell loads (`load_monitor = rup`, `ruptime`) this machine lacks.
///
/// Thread: any; blocks as files do.
public final class LoadPrograms {
    private LoadPrograms() {}

    /// One line for each virtual server that asks for a missing one.
    public static List<String> missing(LvsConfig config) {
        return missing(config, CheckRunner.PATH);
    }

    /// @param path directories with colons between
    static List<String> missing(LvsConfig config, String path) {
        return config.virtuals().stream()
                .filter(virtual -> virtual.active() && virtual.loadMonitor().asksBeside())
                .filter(virtual -> !there(program(virtual.loadMonitor()), path))
                .map(virtual -> "virtual " + virtual.name() + ": load_monitor: there is no program "
                        + program(virtual.loadMonitor()) + " in " + path + ": weights stay as they are")
                .toList();
    }

    private static String program(LoadMonitor monitor) {
        return monitor.name().toLowerCase(Locale.ROOT);
    }

    private static boolean there(String program, String path) {
        for (String directory : path.split(":")) {
            if (Files.isExecutable(Path.of(directory).resolve(program))) {
                return true;
            }
        }
        return false;
    }
}
