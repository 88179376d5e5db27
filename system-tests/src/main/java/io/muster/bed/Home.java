package io.muster.bed;

import java.nio.file.Files;
import java.nio.file.Path;

/// Where the suite is laid out: `bin`, `lib`, `share`, `sbin`.
public final class Home {
    private Home() {}

    /// The directory of the environment's MUSTER_HOME, or `build` of the checkout that tests run from.
    public static Path dir() {
        String home = System.getenv("MUSTER_HOME");
        if (home != null && !home.isEmpty()) {
            return Path.of(home);
        }
        Path checkout = Path.of(System.getProperty("muster.home", ".")).toAbsolutePath();
        for (Path dir = checkout; dir != null; dir = dir.getParent()) {
            if (Files.isDirectory(dir.resolve("build/bin"))) {
                return dir.resolve("build");
            }
        }
        throw new IllegalStateException("the suite isn't laid out at " + checkout + ": run ./muster build");
    }

    /// The demo's web server and its init script.
    public static Path demo() {
        return dir().resolve("share/demo");
    }
}
