package io.muster.fence.daemon;

import io.muster.daemon.Layout;
import io.muster.fence.AgentCall;
import io.muster.machine.Program;
import io.muster.os.ProgramRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Runs one fence agent to its end: arguments on standard input, own session, killed with what it started at the time
/// limit.
///
/// Thread: blocks. The calling thread must be a platform thread that outlives the call: an agent is tied to it, so that
/// when fenced is killed its agents end too, and can't hit a node that has restarted long after another node took over.
public final class AgentRunner {
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
    private static final int KEEP_OUTPUT_BYTES = 16_384;

    private final Layout layout;
    private final boolean tied = Files.isExecutable(SETPRIV);

    public AgentRunner(Layout layout) {
        this.layout = layout;
    }

    /// @param timeoutMs 0 for no limit
    public Program.Result run(AgentCall call, long timeoutMs) {
        Optional<Path> program = layout.fenceAgent(call.agent());
        if (program.isEmpty()) {
            return new Program.Result(Program.NOT_STARTED, call.agent() + ": no such fence agent in " + path(), 0);
        }
        var command = new ArrayList<String>();
        if (tied) {
            command.addAll(List.of(SETPRIV.toString(), "--pdeathsig", "KILL"));
        }
        command.add(program.get().toString());
        return ProgramRun.run(new Program(command, environment(), call.text(), timeoutMs, KEEP_OUTPUT_BYTES));
    }

    private Map<String, String> environment() {
        var environment = new TreeMap<String, String>();
        environment.put("PATH", path());
        environment.put("HOME", "/");
        environment.put("LC_ALL", "C.UTF-8");
        layout.variable("MUSTER_ROOT").ifPresent(root -> environment.put("MUSTER_ROOT", root));
        return environment;
    }

    private String path() {
        return layout.fencePath().stream().map(Path::toString).collect(Collectors.joining(":"));
    }
}
