package io.muster.os;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Ends a program with all that it has started. The program is to be the first of a session of its own (setsid(1)): by
/// parents alone one would be missed whose parent has ended, and by the session alone one that has left it.
///
/// Thread: any; blocks for a second at most.
public final class ProcessFamily {
    private static final long GRACE_MS = 500;

    private ProcessFamily() {}

    /// Kills them all and looks that they are gone. An interrupt doesn't keep it from that, and is kept.
    public static void end(Process process) {
        List<ProcessHandle> family = new ArrayList<>(process.descendants().toList());
        process.destroyForcibly();
        family.forEach(ProcessHandle::destroyForcibly);
        boolean interrupted = Thread.interrupted();
        try {
            if (!inOurSession(process.pid())) {
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

    /// Whether a session is the one we are in ourselves: never one to end.
    private static boolean inOurSession(long session) {
        return ProcessStat.of(ProcessHandle.current().pid())
                .filter(me -> me.session() == session)
                .isPresent();
    }
}
