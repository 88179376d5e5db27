package io.muster.os;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

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
    private static final long GRACE_MS = 500;
    private static final long POLL_MS = 20;

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
        var output = new Output(process.getInputStream(), keepOutputBytes);
        try {
            feed(process);
            boolean ended = await(process, output, began);
            if (!ended) {
                killTree(process);
            }
            output.drain();
            return new Result(ended ? process.exitValue() : TIMED_OUT, output.text(), sinceMs(began));
        } catch (InterruptedException e) {
            killTree(process);
            Thread.currentThread().interrupt();
            return new Result(TIMED_OUT, output.text(), sinceMs(began));
        } finally {
            output.abandon();
        }
    }

    /// Waits for the end, reading what is there from time to time. Not until end of file: a daemon started by the
    /// program may hold the pipe open for ever, and what it writes isn't ours to wait for.
    private boolean await(Process process, Output output, long began) throws InterruptedException {
        while (!process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
            output.drain();
            if (timeoutMs > 0 && sinceMs(began) >= timeoutMs) {
                return false;
            }
        }
        return true;
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

    private void feed(Process process) {
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // It ended or closed its input before reading all of it; its exit status says what it made of that.
        }
    }

    /// Its session, and descendants that have left that. By parents alone one would be missed whose parent has ended.
    private static void killTree(Process process) {
        List<ProcessHandle> family = new ArrayList<>(process.descendants().toList());
        process.destroyForcibly();
        family.forEach(ProcessHandle::destroyForcibly);
        try {
            if (SETSID && !inOurSession(process.pid())) {
                ProcessStat.endSession(process.pid(), GRACE_MS);
            }
            process.waitFor(GRACE_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// One killed before it had its session has nobody in it.
    private static boolean inOurSession(long pid) {
        return ProcessStat.of(ProcessHandle.current().pid())
                .filter(me -> me.session() == pid)
                .isPresent();
    }

    private static long sinceMs(long beganNanos) {
        return (System.nanoTime() - beganNanos) / 1_000_000;
    }

    /// Reads what there is, keeps the beginning.
    private static final class Output {
        private final InputStream from;
        private final byte[] kept;
        private final byte[] buffer = new byte[8192];
        private int length;

        Output(InputStream from, int keepBytes) {
            this.from = from;
            this.kept = new byte[keepBytes];
        }

        /// Never blocks.
        void drain() {
            try {
                for (int there = from.available(); there > 0; there = from.available()) {
                    int n = from.read(buffer, 0, Math.min(there, buffer.length));
                    int take = Math.clamp(n, 0, kept.length - length);
                    System.arraycopy(buffer, 0, kept, length, take);
                    length += take;
                }
            } catch (IOException e) {
                // The pipe is closed: there is nothing more.
            }
        }

        String text() {
            return new String(kept, 0, length, StandardCharsets.UTF_8).strip();
        }

        void abandon() {
            try {
                from.close();
            } catch (IOException e) {
                // Nothing is lost: the output was kept already.
            }
        }
    }
}
