package io.muster.os;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Runs another program outside the daemon's grip: a session of its own, so that ending the daemon's unit or terminal
/// doesn't end a database; out-of-memory score 0, whatever the daemon's is; killed with all its descendants at the
/// time limit.
///
/// Thread: blocks; call from a virtual thread. Errors: a program that can't be started is a [Result] with
/// [#NOT_STARTED], because to its user that is one more way to fail.
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

    private static final boolean SETSID = Files.isExecutable(Path.of("/usr/bin/setsid"));
    private static final boolean CHOOM = Files.isExecutable(Path.of("/usr/bin/choom"));
    /// What the smallest pipe takes without a reader (pipe(7)).
    private static final int PIPE_BYTES = 4096;

    public Program {
        command = List.copyOf(command);
        environment = java.util.Collections.unmodifiableMap(new TreeMap<>(environment));
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

    /// Runs it to its end.
    public Result run() {
        long began = System.nanoTime();
        Process process;
        try {
            process = start();
        } catch (IOException e) {
            return new Result(NOT_STARTED, String.valueOf(e.getMessage()), sinceMs(began));
        }
        try (var output = new ProcessOutput(process.getInputStream(), keepOutputBytes)) {
            feed(process);
            boolean ended = output.awaitEnd(process, began, timeoutMs);
            if (!ended) {
                ProcessFamily.end(process);
                output.look();
            }
            return new Result(
                    ended ? process.exitValue() : TIMED_OUT, output.text().strip(), sinceMs(began));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            ProcessFamily.end(process);
            return new Result(TIMED_OUT, "", sinceMs(began));
        }
    }

    private Process start() throws IOException {
        var argv = new ArrayList<String>();
        if (CHOOM && !ownScoreIsNormal()) {
            argv.addAll(List.of("/usr/bin/choom", "-n", "0", "--"));
        }
        if (SETSID) {
            argv.add("/usr/bin/setsid");
        }
        argv.addAll(command);
        var builder = new ProcessBuilder(argv).redirectErrorStream(true);
        if (!Files.isExecutable(Path.of(command.getFirst()))
                && command.getFirst().startsWith("/")) {
            throw new IOException(command.getFirst() + ": not an executable program");
        }
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static boolean ownScoreIsNormal() {
        try {
            return Files.readString(Path.of("/proc/self/oom_score_adj")).strip().equals("0");
        } catch (IOException e) {
            return true;
        }
    }

    /// By a thread of its own where the pipe may not take it all at once: a program that doesn't read, or that writes
    /// before it reads on, is still looked at.
    private void feed(Process process) {
        byte[] octets = input.getBytes(StandardCharsets.UTF_8);
        if (octets.length <= PIPE_BYTES) {
            feed(process, octets);
        } else {
            Thread.ofPlatform().daemon().name("program-input").start(() -> feed(process, octets));
        }
    }

    private static void feed(Process process, byte[] octets) {
        try (var in = process.getOutputStream()) {
            in.write(octets);
        } catch (IOException e) {
            // It ended or closed its input before reading all of it; its exit status says what it made of that.
        }
    }

    private static long sinceMs(long beganNanos) {
        return (System.nanoTime() - beganNanos) / 1_000_000;
    }
}
