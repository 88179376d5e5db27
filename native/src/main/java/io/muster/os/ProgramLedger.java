package io.muster.os;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Which programs of a daemon run now, on disk, so that one that was killed can't leave any behind: the
/// `start` of a killed rgmanager's agent could end after the next one's stop-before-start, and
/// something would run that was reported stopped.
///
/// | file | |
/// |---|---|
/// | `run` | names the one run of the daemon whose programs may act |
/// | `NAME-N` | one program at work: its line of `/proc/PID/stat`, which holds pid, session and start time |
///
/// A program's process first writes its file, then looks whether `run` still names the run that started
/// it, and only then becomes the program. The next run first replaces `run`, then reads the files. So
/// of a program that was just being started either the next run finds the file, or the program finds
/// out that it is too late; there is no third order.
///
/// What a *finished* program left running (the database) is never touched: its file is stale, which its
/// pid and start time show. One still at work is ended with all of its session.
///
/// Where nothing can be written, a program that may leave something running isn't started. All others
/// are: a node whose `/run` is full must be able to stop its services. The next run then *removes*
/// `run`, which takes no space and bars as well.
///
/// Thread: any.
final class ProgramLedger {
    private static final String RUN = "run";

    /// `sh` waits for the write and the check, then is replaced by the program: pid, session and start
    /// time stay.
    private static final String WRAPPER = """
            file=$0 run=$1 name=$2 must=$3; shift 3
            refuse() { echo "not started: $1"; exit 1; }
            IFS= read -r stat </proc/$$/stat
            if ! { printf '%s\\n' "$stat" >"$file"; } 2>/dev/null; then
                [ -z "$must" ] || refuse "the note that it runs can't be written: $file: is its disk full?"
            fi
            if { IFS= read -r now <"$run"; } 2>/dev/null; then
                [ "$now" = "$name" ] || refuse "its daemon has been restarted"
            else
                [ -z "$must" ] || refuse "its daemon has been restarted"
            fi
            unset file run name must stat now PWD IFS
            exec "$@"
            """;

    private final Path directory;
    private final String name = UUID.randomUUID().toString();
    private final AtomicLong calls = new AtomicLong();
    private boolean open;

    private ProgramLedger(Path directory) {
        this.directory = directory;
    }

    /// One program, from before it acts to its end.
    final class Entry {
        private final Path file = directory.resolve(name + "-" + calls.incrementAndGet());
        private final boolean must;

        private Entry(boolean must) {
            this.must = must;
        }

        /// The command that makes the entry and then is `command`.
        List<String> wrap(List<String> command) {
            var wrapped = new ArrayList<>(List.of(
                    "/bin/sh",
                    "-c",
                    WRAPPER,
                    file.toString(),
                    directory.resolve(RUN).toString(),
                    name,
                    must ? "must" : ""));
            wrapped.addAll(command);
            return wrapped;
        }

        void ended() throws IOException {
            Files.deleteIfExists(file);
        }
    }

    /// Bars the programs of every run before this one and ends those at work. Afterwards none of them
    /// can act any more.
    ///
    /// @param withinMs how long one may take to die
    /// @param ended what was ended, for the log
    /// @throws IOException when one can't be barred or ended: then nothing may be reported stopped
    static ProgramLedger takeOver(Path directory, long withinMs, List<String> ended)
            throws IOException, InterruptedException {
        var ledger = new ProgramLedger(directory);
        // Durable before anything of an earlier run is ended: none of them may start after that.
        try {
            ledger.open();
        } catch (IOException e) {
            AtomicFile.delete(directory.resolve(RUN));
        }
        if (!Files.isDirectory(directory)) {
            return ledger;
        }
        long deadline = System.nanoTime() + withinMs * 1_000_000;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*-*")) {
            for (Path file : files) {
                // A file without a whole line: its process has yet to look at `run`, and will find
                // itself too late.
                Optional<ProcessStat> agent =
                        ProcessStat.parse(String.join("\n", OwnText.lines(file).orElse(List.of())));
                if (agent.isPresent() && agent.get().stillRuns()) {
                    end(agent.get(), deadline);
                    ended.add("pid " + agent.get().pid());
                }
                Files.deleteIfExists(file);
            }
        }
        return ledger;
    }

    private static void end(ProcessStat agent, long deadline) throws IOException, InterruptedException {
        long leftMs = Math.max(1, (deadline - System.nanoTime()) / 1_000_000);
        boolean gone;
        if (agent.session() == agent.pid()) {
            gone = ProcessStat.endSession(agent.session(), leftMs);
        } else {
            // A machine without setsid(1): the program alone can be told from others.
            ProcessHandle.of(agent.pid()).filter(p -> agent.stillRuns()).ifPresent(ProcessHandle::destroyForcibly);
            while (agent.stillRuns() && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            gone = !agent.stillRuns();
        }
        if (!gone) {
            throw new IOException("pid " + agent.pid()
                    + ": a program of an earlier run can't be ended: what it does may still take effect");
        }
    }

    /// Says whose programs may act. Blocks on the disk.
    private synchronized void open() throws IOException {
        if (!open) {
            Files.createDirectories(directory);
            AtomicFile.write(directory.resolve(RUN), (name + "\n").getBytes(StandardCharsets.UTF_8));
            open = true;
        }
    }

    /// @param must whether the program may not run without its note
    /// @throws IOException when it must have one, and there can be none
    Entry begin(boolean must) throws IOException {
        if (must) {
            open();
        }
        return new Entry(must);
    }
}
