package io.muster.machine;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Another program, to be run outside the daemon's grip.
///
/// @param command program and arguments
/// @param environment the whole environment, nothing is inherited
/// @param input written to its standard input, which is then closed
/// @param timeoutMs 0 for no limit
/// @param keepOutputBytes how much of its output is kept (the beginning); the rest is read and dropped
/// @param kept which output that is
/// @param rights whose it runs with
public record Program(
        List<String> command,
        Map<String, String> environment,
        String input,
        long timeoutMs,
        int keepOutputBytes,
        Kept kept,
        Rights rights) {
    /// What of its output is kept.
    public enum Kept {
        /// Standard output and error together, in the order they were written, without blanks at the ends.
        BOTH,
        /// Standard output as it was written; errors are dropped.
        OUTPUT
    }

    /// What it may.
    public enum Rights {
        /// What its daemon may.
        OWN,
        /// Nothing that an unprivileged user may not: it is `nobody`, without capabilities, in the root
        /// directory. A daemon that isn't root runs it as what it is itself; a root that can't become
        /// another user doesn't run it at all.
        NOBODY
    }

    /// Exit status of a program that could not be started.
    public static final int NOT_STARTED = 127;

    /// Exit status of a program that was killed at its time limit.
    public static final int TIMED_OUT = -1;

    /// With its daemon's rights, and all of its output.
    public Program(
            List<String> command, Map<String, String> environment, String input, long timeoutMs, int keepOutputBytes) {
        this(command, environment, input, timeoutMs, keepOutputBytes, Kept.BOTH, Rights.OWN);
    }

    public Program {
        command = List.copyOf(command);
        environment = Collections.unmodifiableMap(new TreeMap<>(environment));
    }

    /// The same, called in another way.
    public Program withCommand(List<String> other) {
        return new Program(other, environment, input, timeoutMs, keepOutputBytes, kept, rights);
    }

    /// How it ended.
    ///
    /// @param status exit status, 128 + signal, [#NOT_STARTED] or [#TIMED_OUT]
    /// @param output what was kept, see [Kept]; in words why, of one that could not be started
    /// @param tookMs wall time
    public record Result(int status, String output, long tookMs) {
        /// Whether the time limit ended it.
        public boolean timedOut() {
            return status == TIMED_OUT;
        }
    }
}
