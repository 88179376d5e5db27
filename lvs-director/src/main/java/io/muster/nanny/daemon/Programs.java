package io.muster.nanny.daemon;

import io.muster.os.ProcessStat;
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
    private static final long GRACE_MS = 500;
    private static final int NOBODY = 65534;
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
    private static final Path SETSID = Path.of("/usr/bin/setsid");
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// How one ended.
    ///
    /// @param status exit status, 128 + signal; [#TIMED_OUT], [#NOT_STARTED]
    /// @param output its standard output, at most 4095 octets, each a character
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
        var output = new Output(process);
        boolean itself = false;
        try {
            long pause = 1;
            while (!process.waitFor(pause, TimeUnit.MILLISECONDS)) {
                output.drain();
                if ((System.nanoTime() - began) / 1_000_000 >= timeoutMs) {
                    return new Ended(Ended.TIMED_OUT, output.text());
                }
                pause = Math.min(20, pause + 2);
            }
            itself = true;
            output.drain();
            return new Ended(process.exitValue(), output.text());
        } finally {
            if (!itself) {
                end(process);
            }
            output.close();
        }
    }

    /// With all its children, those that have left its session included.
    private static void end(Process process) {
        List<ProcessHandle> family = new ArrayList<>(process.descendants().toList());
        process.destroyForcibly();
        family.forEach(ProcessHandle::destroyForcibly);
        // An interrupt (we are being closed) must not keep us from this.
        boolean interrupted = Thread.interrupted();
        try {
            boolean ours = ProcessStat.of(ProcessHandle.current().pid())
                    .filter(me -> me.session() == process.pid())
                    .isPresent();
            if (!ours) {
                ProcessStat.endSession(process.pid(), GRACE_MS);
            }
            process.waitFor(GRACE_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
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

    /// Reads what there is, keeps the beginning. Not until end of file: a process left behind may hold
    /// the pipe.
    private static final class Output implements AutoCloseable {
        private final java.io.InputStream from;
        private final byte[] kept = new byte[KEPT];
        private final byte[] buffer = new byte[4096];
        private int length;

        Output(Process process) {
            from = process.getInputStream();
        }

        void drain() {
            try {
                // Bounded, or a program that never stops writing would never be looked at.
                for (int i = 0; i < 64; i++) {
                    int there = from.available();
                    if (there <= 0) {
                        return;
                    }
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
            return new String(kept, 0, length, java.nio.charset.StandardCharsets.UTF_8);
        }

        @Override
        public void close() {
            try {
                from.close();
            } catch (IOException e) {
                // Nothing is lost: the output was kept already.
            }
        }
    }
}
