package io.muster.driver;

import io.muster.core.CauseId;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/// Numbers the events of one process. Several drivers of a process share one. Thread: any.
public final class CauseIds {
    private final int process;
    private final AtomicLong last = new AtomicLong();
    private volatile int nodeid;

    /// @param nodeid 0 while it isn't known
    /// @param process different for every start of a process
    public CauseIds(int nodeid, int process) {
        this.nodeid = nodeid;
        this.process = process;
    }

    /// For a process that has just started, on a node not yet known.
    public static CauseIds ofThisProcess() {
        return new CauseIds(0, new SecureRandom().nextInt());
    }

    /// Ids from now on bear this nodeid.
    public void nodeid(int known) {
        nodeid = known;
    }

    public CauseId next() {
        return new CauseId(nodeid, process, last.incrementAndGet());
    }
}
