package io.muster.end;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What is known of where we run, and what follows for ending it.
///
/// A reset by mistake is worse than none: tests run on somebody's machine, below which there may be a
/// cluster that is somebody's work. So what may be reset is only what was *declared* a machine when
/// Muster was installed on it, and whose first process and root directory are ours. A node of a test
/// bed has a root of its own, and a plug in it or nothing.
///
/// The first namespaces of a kernel have fixed numbers since Linux 3.8 (`PROC_PID_INIT_INO`,
/// include/linux/proc_ns.h; in the kernel's interface for programs as `PID_NS_INIT_INO` since 6.18;
/// systemd-detect-virt goes by them). A sandbox may present the same number, which is why the number
/// alone permits nothing.
///
/// @param root where the node's files lie, `/` on a machine of its own
/// @param plug the words of the plug's file in the node's root, if there is one
/// @param declared whether the installation has declared this a machine, by a file that only root can
///     write
/// @param pidNamespace of this process; empty if unknown
/// @param userNamespace of this process; empty if unknown
/// @param rootOfFirstProcess whether the first process has our root directory: neither chroot nor
///     container
public record EndFacts(
        Path root,
        Optional<List<String>> plug,
        boolean declared,
        OptionalLong pidNamespace,
        OptionalLong userNamespace,
        boolean rootOfFirstProcess) {
    /// What an installation on a machine lays down; see `settle` in install.sh. Not below the node's
    /// root.
    public static final Path DECLARATION = Path.of("/usr/lib/muster/machine");

    /// Where a node's plug is told, below `run/muster` of its root: one line, program and arguments.
    public static final String PLUG = "plug";

    static final long FIRST_USER_NAMESPACE = 0xEFFFFFFDL;
    static final long FIRST_PID_NAMESPACE = 0xEFFFFFFCL;

    public EndFacts {
        plug = plug.map(List::copyOf);
    }

    /// What to do.
    public Ending ending() {
        if (plug.isPresent()) {
            List<String> command = plug.get();
            return command.isEmpty() || !command.getFirst().startsWith("/")
                    ? new Ending.Refused(List.of("its plug \"" + String.join(" ", command) + "\" names no program"))
                    : new Ending.Pull(command);
        }
        var reasons = new ArrayList<String>();
        if (!root.equals(Path.of("/"))) {
            reasons.add("its root is " + root + ", which is a test's, and no plug is told there");
        }
        if (!declared) {
            reasons.add("nobody declared it a machine: there is no " + DECLARATION + " of root's, which an installation"
                    + " on a machine lays down");
        }
        notFirst("pid", pidNamespace, FIRST_PID_NAMESPACE).ifPresent(reasons::add);
        notFirst("user", userNamespace, FIRST_USER_NAMESPACE).ifPresent(reasons::add);
        if (!rootOfFirstProcess) {
            reasons.add("its first process has another root directory, or can't be looked at");
        }
        return reasons.isEmpty() ? new Ending.Reset() : new Ending.Refused(reasons);
    }

    private static Optional<String> notFirst(String kind, OptionalLong found, long first) {
        if (found.isPresent() && found.getAsLong() == first) {
            return Optional.empty();
        }
        return Optional.of("its " + kind + " namespace is "
                + (found.isPresent() ? found.getAsLong() + ", not the machine's first" : "unknown"));
    }
}
