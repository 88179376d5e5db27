package io.muster.bed.root;

import io.muster.bed.Shell;
import io.muster.bed.guest.Lab;
import io.muster.bed.node.TestNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Packages of foreign servers, unpacked into a directory of the cache (`./muster lab --roots`): the machine that tests
/// run on has none of them installed. Which there are: `system-tests/src/main/lab/roots`.
///
/// A guest has one with [Lab#root].
///
/// @param tree what the packages contain, by the paths that they would have
public record Root(String name, Path tree) {
    private static final int MAKE_MS = 900_000;
    private static final int LAY_MS = 30_000;
    private static final Map<String, Shell.Result> ASKED = new HashMap<>();

    /// Why it can't be had; empty when it can. The first call makes it where it isn't made, off a test's time if
    /// `./muster lab --roots` came before.
    public static Optional<String> absence(String name) {
        Shell.Result asked = ask(name);
        return asked.ok() ? Optional.empty() : Optional.of("no root " + name + ": " + lastLine(asked.err()));
    }

    /// @throws IllegalStateException when it can't be had, saying why
    public static Root of(String name) {
        absence(name).ifPresent(why -> {
            throw new IllegalStateException(why);
        });
        return new Root(name, Path.of(ask(name).out().strip()));
    }

    private static Shell.Result ask(String name) {
        synchronized (ASKED) {
            return ASKED.computeIfAbsent(name, n -> {
                var environment = new HashMap<String, String>();
                for (String kept : List.of("MUSTER_LAB_CACHE", "XDG_CACHE_HOME")) {
                    String value = System.getenv(kept);
                    if (value != null) {
                        environment.put(kept, value);
                    }
                }
                return Shell.run(
                        MAKE_MS,
                        environment,
                        List.of("bash", Lab.script("lab.sh").toString(), "--root-of", n));
            });
        }
    }

    private static String lastLine(String text) {
        String[] lines = text.strip().split("\n");
        return lines[lines.length - 1].replaceFirst("^muster: (lab: )?", "");
    }

    /// Lays it over the node's own root until the node is switched off: its programs, libraries and files are there
    /// then, by their own paths, beside all that was there. What is written over them lies in memory.
    public void over(TestNode node) {
        node.run(LAY_MS, "sh", Lab.script("over.sh").toString(), tree.toString())
                .expectOk("root " + name + " over " + node.name());
    }

    /// The words that run what follows them where it lies over this machine's own root, with a `/run` of their own: in
    /// a mount namespace that ends with what runs. Takes root.
    public List<String> inside() {
        String script = "mount -t tmpfs -o mode=755 tmpfs /run && sh '" + Lab.script("over.sh") + "' '" + tree
                + "' && exec \"$0\" \"$@\"";
        return List.of("unshare", "--mount", "sh", "-c", script);
    }
}
