package io.muster.os;

import com.sun.jna.Native;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Makes a daemon that others wait for hard to starve: memory locked as it is touched, real-time scheduling, spared by
/// the out-of-memory killer.
///
/// Each step may be refused (no privilege, small RLIMIT_MEMLOCK); the daemon then works the same with worse odds, and
/// says so once.
///
/// Thread: [#acquire] once, from main, before the loops start; [#scheduleThread] on the loop that gets it.
public final class RealTime {
    private RealTime() {}

    /// Locks this process' memory and has it spared; scheduling is for each thread to ask.
    ///
    /// @return what was refused and why, as sentences for one warning; empty when all of it was granted
    public static List<String> acquire() {
        var refused = new ArrayList<String>();
        if (LibC.mlockall(LibC.MCL_CURRENT | LibC.MCL_FUTURE | LibC.MCL_ONFAULT) != 0) {
            refused.add("memory isn't locked (mlockall: errno " + Native.getLastError() + ")");
        }
        try {
            Files.writeString(Path.of("/proc/self/oom_score_adj"), "-1000");
        } catch (IOException e) {
            refused.add("the out-of-memory killer may choose this process (" + e.getMessage() + ")");
        }
        return refused;
    }

    /// Gives the JVM's own thread real-time scheduling, too: all threads wait for it at a safepoint, and one with
    /// normal scheduling gets there when the rest of the machine lets it.
    ///
    /// @return why it was refused, if it was
    public static java.util.Optional<String> scheduleVirtualMachine(int priority) {
        var param = new LibC.SchedParam();
        param.priority = priority;
        try (var tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                if (Files.readString(task.resolve("comm")).startsWith("VM Thread")) {
                    int thread = Integer.parseInt(task.getFileName().toString());
                    if (LibC.sched_setscheduler(thread, LibC.SCHED_RR | LibC.SCHED_RESET_ON_FORK, param) != 0) {
                        return java.util.Optional.of("scheduling of the JVM's own thread isn't real time"
                                + " (sched_setscheduler: errno " + Native.getLastError() + ")");
                    }
                }
            }
            return java.util.Optional.empty();
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            return java.util.Optional.of("the JVM's own thread isn't found (" + e.getMessage() + ")");
        }
    }

    /// Gives the calling thread real-time scheduling; its children start with the normal one.
    ///
    /// @return why it was refused, if it was
    public static java.util.Optional<String> scheduleThread(int priority) {
        var param = new LibC.SchedParam();
        param.priority = priority;
        if (LibC.sched_setscheduler(0, LibC.SCHED_RR | LibC.SCHED_RESET_ON_FORK, param) != 0) {
            return java.util.Optional.of(
                    "scheduling isn't real time (sched_setscheduler: errno " + Native.getLastError() + ")");
        }
        return java.util.Optional.empty();
    }
}
