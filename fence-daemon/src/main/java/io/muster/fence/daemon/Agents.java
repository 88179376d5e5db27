package io.muster.fence.daemon;

import io.muster.core.CauseId;
import io.muster.fence.AgentCall;
import io.muster.machine.Program;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The agents at work for this node's claims.
///
/// Thread: any. Each agent has a thread of its own, on which the outcome is told.
final class Agents implements AutoCloseable {
    /// Hears how an agent ended.
    interface Ended {
        void ended(long run, Program.Result result, CauseId cause);
    }

    private final AgentRunner runner;
    private final Ended ended;
    private final Map<Long, Thread> atWork = new ConcurrentHashMap<>();

    Agents(AgentRunner runner, Ended ended) {
        this.runner = runner;
        this.ended = ended;
    }

    void start(long run, AgentCall call, long timeoutMs, CauseId cause) {
        Thread thread = Thread.ofPlatform().name("agent-" + run).daemon(true).unstarted(() -> {
            Program.Result result = runner.run(call, timeoutMs);
            atWork.remove(run);
            ended.ended(run, result, cause);
        });
        atWork.put(run, thread);
        thread.start();
    }

    /// Kills it; it ends as if its time were over.
    void stop(long run) {
        Thread thread = atWork.get(run);
        if (thread != null) {
            thread.interrupt();
        }
    }

    @Override
    public void close() {
        atWork.values().forEach(Thread::interrupt);
    }
}
