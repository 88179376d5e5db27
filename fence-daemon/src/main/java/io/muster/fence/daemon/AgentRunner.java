package io.muster.fence.daemon;

import io.muster.daemon.Layout;
import io.muster.fence.AgentCall;
import io.muster.machine.Program;
import io.muster.os.ProgramRun;
import java.nio.file.Path;
import java.util.Optional;

/// Runs one fence agent to its end for a command, as fenced does it for a claim.
///
/// Thread: blocks. The calling thread must be a platform thread that outlives the call: an agent is
/// tied to it, so that when the command is killed its agents end too.
public final class AgentRunner {
    private final Layout layout;

    public AgentRunner(Layout layout) {
        this.layout = layout;
    }

    /// @param timeoutMs 0 for no limit
    public Program.Result run(AgentCall call, long timeoutMs) {
        Optional<Path> program = layout.fenceAgent(call.agent());
        return program.isEmpty()
                ? Agents.missing(call, layout)
                : ProgramRun.run(ProgramRun.tied(Agents.command(call, program.get(), layout, timeoutMs)));
    }
}
