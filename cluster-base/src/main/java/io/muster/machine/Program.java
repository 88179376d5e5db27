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
public record Program(
        List<String> command, Map<String, String> environment, String input, long timeoutMs, int keepOutputBytes) {
    /// Exit status of a program that could not be started.
    public static final int NOT_STARTED = 127;

    /// Exit status of a program that was killed at its time limit.
    public static final int TIMED_OUT = -1;

    public Program {
        command = List.copyOf(command);
        environment = Collections.unmodifiableMap(new TreeMap<>(environment));
    }

    /// How it ended.
    ///
    /// @param status exit status, 128 + signal, [#NOT_STARTED] or [#TIMED_OUT]
    /// @param output standard output and error together, in the order they were written
    /// @param tookMs wall time
    public record Result(int status, String output, long tookMs) {
        /// Whether the time limit ended it.
        public boolean timedOut() {
            return status == TIMED_OUT;
        }
    }
}
