package io.muster.checks.daemon;

import io.muster.os.ProcessFamily;
import io.muster.os.ProcessOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// Runs programs of checks, a few at a time: as an unprivileged user without capabilities, without our
/// environment, in a session of their own that is killed to its last process at the time limit. Those
/// that have to wait for their turn do so before their time begins.
///
/// A director that is root becomes `nobody` for them, with setpriv(1); one that is not runs them as what
/// it is, without the capabilities it holds. A root that may not change its user runs none: that
/// wouldn't be unprivileged.
final class Programs implements AutoCloseable {
    /// How many run at once.
    static final int AT_ONCE = 16;

    private static final int KEPT = 4095;
    private static final int NOBODY = 65534;
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
    private static final Path SETSID = Path.of("/usr/bin/setsid");
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// How one ended.
    ///
    /// @param status exit status, 128 + signal; [#TIMED_OUT], [#NOT_STARTED]
    /// @param output its standard output, at most 4095 octets
    record Ended(int status, String output) {
        static final int TIMED_OUT = -1;
        static final int NOT_STARTED = -2;
    }

    private final ThreadPoolExecutor threads;
    private final AtomicInteger running = new AtomicInteger();
    private volatile boolean closed;

    Programs() {
        threads = new ThreadPoolExecutor(
                AT_ONCE,
                AT_ONCE,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> Thread.ofPlatform().daemon().name("checks-program").unstarted(task));
        threads.allowCoreThreadTimeOut(true);
    }

    /// @param done called on one of its threads
    void start(List<String> command, long timeoutMs, Consumer<Ended> done) {
        running.incrementAndGet();
        threads.execute(() -> {
            Ended ended;
            try {
                ended = run(command, timeoutMs);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                ended = new Ended(Ended.TIMED_OUT, "");
            } finally {
                running.decrementAndGet();
            }
            if (!closed) {
                done.accept(ended);
            }
        });
    }

    /// Running or waiting for their turn.
    int running() {
        return running.get();
    }

    private Ended run(List<String> command, long timeoutMs) throws InterruptedException {
        long began = System.nanoTime();
        Process process;
        try {
            process = builder(command).start();
        } catch (IOException e) {
            return new Ended(Ended.NOT_STARTED, String.valueOf(e.getMessage()));
        }
        boolean itself = false;
        try (var output = new ProcessOutput(process.getInputStream(), KEPT)) {
            itself = output.awaitEnd(process, began, timeoutMs);
            return new Ended(itself ? process.exitValue() : Ended.TIMED_OUT, output.text());
        } finally {
            if (!itself) {
                // With all its children, also when we are being closed.
                ProcessFamily.end(process);
            }
        }
    }

    private static ProcessBuilder builder(List<String> command) throws IOException {
        String program = command.getFirst();
        if (program.startsWith("/") && !Files.isExecutable(Path.of(program))) {
            throw new IOException(program + ": not an executable program");
        }
        if (!Files.isExecutable(SETPRIV) || !Files.isExecutable(SETSID)) {
            throw new IOException("programs need setpriv and setsid (package util-linux)");
        }
        var argv = new ArrayList<String>(List.of(SETSID.toString(), SETPRIV.toString()));
        argv.addAll(Privileges.dropped(NOBODY));
        argv.addAll(List.of("--no-new-privs", "--inh-caps=-all", "--ambient-caps=-all", "--"));
        argv.addAll(command);
        var builder = new ProcessBuilder(argv)
                .directory(Path.of("/").toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().put("PATH", PATH);
        return builder;
    }

    @Override
    public void close() {
        closed = true;
        threads.shutdownNow();
    }
}
