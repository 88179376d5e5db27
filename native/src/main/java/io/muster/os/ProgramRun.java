package io.muster.os;

import io.muster.machine.Program;
import io.muster.machine.Program.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Runs another program outside the daemon's grip: a session of its own, so that ending the daemon's
/// unit or terminal doesn't end a database; out-of-memory score 0, whatever the daemon's is; killed
/// with all its descendants at the time limit.
///
/// Thread: blocks; call from a virtual thread. Errors: a program that can't be started is a
/// [Program.Result] with [Program#NOT_STARTED], because to its user that is one more way to fail.
public final class ProgramRun {
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
    private static final boolean SETSID = Files.isExecutable(Path.of("/usr/bin/setsid"));
    private static final boolean CAN_TIE = SETSID && Files.isExecutable(SETPRIV);
    private static final boolean CHOOM = Files.isExecutable(Path.of("/usr/bin/choom"));
    /// What the smallest pipe takes without a reader (pipe(7)).
    private static final int PIPE_BYTES = 4096;

    /// The kernel ends one process when its parent's thread ends, and no child of that process. So it
    /// is a shell that hears of it, first of the session and its group, and ends the group. The program
    /// is its child, with the input meant for it, which a shell takes from what runs in the background.
    /// A daemon that died before the shell could hear of it is no longer its parent.
    private static final String TIE = String.join(
            "; ",
            "[ $PPID = $0 ] || exit 1",
            "exec 3<&0",
            "trap 'kill -KILL 0' TERM",
            "unset PWD OLDPWD SHLVL _",
            "\"$@\" <&3 3<&- & exec 3<&- 2>/dev/null",
            "wait $!");

    private static final List<String> TIED = List.of(
            SETPRIV.toString(),
            "--pdeathsig",
            "TERM",
            "/bin/sh",
            "-c",
            TIE,
            Long.toString(ProcessHandle.current().pid()));

    private final Program program;

    private ProgramRun(Program program) {
        this.program = program;
    }

    /// The same program, which is killed with all it has started when the *thread* that runs it ends: a
    /// platform thread, then. Only who has made a session or a process group of its own meanwhile stays.
    /// Without setpriv(1) and setsid(1) nothing is tied.
    public static Program tied(Program program) {
        if (!CAN_TIE) {
            return program;
        }
        var command = new ArrayList<>(TIED);
        command.addAll(program.command());
        return program.withCommand(command);
    }

    /// Runs it to its end.
    public static Result run(Program program) {
        return new ProgramRun(program).run();
    }

    private Result run() {
        long began = System.nanoTime();
        Process process;
        try {
            process = start();
        } catch (IOException e) {
            return new Result(Program.NOT_STARTED, String.valueOf(e.getMessage()), sinceMs(began));
        }
        try (var output = new ProcessOutput(process.getInputStream(), program.keepOutputBytes())) {
            feed(process);
            boolean ended = output.awaitEnd(process, began, program.timeoutMs());
            if (!ended) {
                ProcessFamily.end(process);
                output.look();
            }
            return new Result(
                    ended ? process.exitValue() : Program.TIMED_OUT,
                    program.kept() == Program.Kept.BOTH ? output.text().strip() : output.text(),
                    sinceMs(began));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            ProcessFamily.end(process);
            return new Result(Program.TIMED_OUT, "", sinceMs(began));
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
        boolean nobody = program.rights() == Program.Rights.NOBODY;
        if (nobody) {
            argv.addAll(Unprivileged.command());
        }
        argv.addAll(program.command());
        String command = ownCommand(program.command());
        var builder = new ProcessBuilder(argv);
        if (program.kept() == Program.Kept.BOTH) {
            builder.redirectErrorStream(true);
        } else {
            builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        }
        if (nobody) {
            builder.directory(Path.of("/").toFile());
        }
        if (!Files.isExecutable(Path.of(command)) && command.startsWith("/")) {
            throw new IOException(command + ": not an executable program");
        }
        builder.environment().clear();
        builder.environment().putAll(program.environment());
        return builder.start();
    }

    /// What is to be run, behind what ties it.
    private static String ownCommand(List<String> command) {
        boolean tied =
                command.size() > TIED.size() && command.subList(0, TIED.size()).equals(TIED);
        return command.get(tied ? TIED.size() : 0);
    }

    private static boolean ownScoreIsNormal() {
        try {
            return Files.readString(Path.of("/proc/self/oom_score_adj")).strip().equals("0");
        } catch (IOException e) {
            return true;
        }
    }

    /// By a thread of its own where the pipe may not take it all at once: a program that doesn't read, or
    /// that writes before it reads on, is still looked at.
    private void feed(Process process) {
        byte[] octets = program.input().getBytes(StandardCharsets.UTF_8);
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
            // It ended or closed its input before reading all of it; its exit status says what it made
            // of that.
        }
    }

    private static long sinceMs(long beganNanos) {
        return (System.nanoTime() - beganNanos) / 1_000_000;
    }
}
