package io.muster.os;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// What `/proc/PID/stat` says of a process (proc(5), fields 1, 3, 4, 6 and 22).
///
/// A pid may be given to another process later; a pid with its start time is one process for as long as the machine is
/// up.
///
/// Thread: any.
///
/// @param state one letter, `Z` for one that has ended and whose parent hasn't looked yet
/// @param startTicks clock ticks from boot to its start; executing another program doesn't change them
public record ProcessStat(long pid, char state, long parent, long session, long startTicks) {
    private static final Path PROC = Path.of("/proc");
    private static final int SESSION = 3;
    private static final int START = 19;
    private static final long LOOK_MS = 5;

    /// Reads a line of `/proc/PID/stat`; empty when it isn't one (cut short, say).
    public static Optional<ProcessStat> parse(String line) {
        // The name in brackets may itself hold blanks and brackets.
        int open = line.indexOf(" (");
        int close = line.lastIndexOf(") ");
        if (open < 1 || close < open) {
            return Optional.empty();
        }
        String[] fields = line.substring(close + 2).strip().split(" ");
        if (fields.length <= START + 1 || fields[0].length() != 1) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ProcessStat(
                    Long.parseLong(line.substring(0, open)),
                    fields[0].charAt(0),
                    Long.parseLong(fields[1]),
                    Long.parseLong(fields[SESSION]),
                    Long.parseLong(fields[START])));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /// A process as it is now, one that has ended but isn't reaped included.
    public static Optional<ProcessStat> of(long pid) {
        try {
            // The name is any octets; Latin-1 takes all.
            return parse(
                    Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// All processes that haven't ended.
    public static List<ProcessStat> running() {
        var found = new ArrayList<ProcessStat>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path entry : entries) {
                of(Long.parseLong(entry.getFileName().toString()))
                        .filter(ProcessStat::alive)
                        .ifPresent(found::add);
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new IllegalStateException("/proc can't be read", e);
        }
        return found;
    }

    /// Whether it hasn't ended.
    public boolean alive() {
        return state != 'Z' && state != 'X';
    }

    /// Whether this very process, not another with its pid, is still there.
    public boolean stillRuns() {
        return of(pid).filter(now -> now.alive() && now.startTicks == startTicks)
                .isPresent();
    }

    /// Ends every process of a session with SIGKILL, also those whose parent is gone already, and looks until none is
    /// left: one that was just being forked is found the next time.
    ///
    /// @param withinMs how long to look; one in uninterruptible sleep ends only when it wakes
    /// @return whether none is left
    public static boolean endSession(long session, long withinMs) throws InterruptedException {
        if (session <= 1
                || of(ProcessHandle.current().pid())
                        .filter(me -> me.session == session)
                        .isPresent()) {
            throw new IllegalArgumentException("session " + session + " isn't one to end");
        }
        long began = System.nanoTime();
        while (true) {
            List<ProcessStat> members =
                    running().stream().filter(p -> p.session == session).toList();
            if (members.isEmpty()) {
                return true;
            }
            if (System.nanoTime() - began >= withinMs * 1_000_000) {
                return false;
            }
            for (ProcessStat member : members) {
                // The handle is tied to the start time: a later process with the same pid is never hit.
                ProcessHandle.of(member.pid)
                        .filter(handle -> member.stillRuns())
                        .ifPresent(ProcessHandle::destroyForcibly);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
    }
}
