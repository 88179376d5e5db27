package io.muster.fence.daemon;

import io.muster.daemon.Layout;
import io.muster.fence.AgentCall;
import io.muster.machine.Machine;
import io.muster.machine.Program;
import io.muster.machine.Programs;
import io.muster.machine.Programs.Running;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// Fence agents: arguments on standard input, own session, killed with what they started at the time
/// limit, and with fenced, so that they can't hit a node that has restarted long after another node
/// took over.
///
/// Thread: the loop.
final class Agents {
    private static final int KEEP_OUTPUT_BYTES = 16_384;

    private final Machine machine;
    private final Layout layout;
    private final SortedMap<Long, Running> atWork = new TreeMap<>();

    Agents(Machine machine, Layout layout) {
        this.machine = machine;
        this.layout = layout;
    }

    /// Runs an agent for a claim.
    void start(long run, AgentCall call, long timeoutMs, Consumer<Program.Result> ended) {
        Running running = call(call, timeoutMs, result -> {
            atWork.remove(run);
            ended.accept(result);
        });
        atWork.put(run, running);
    }

    /// Runs an agent to its end.
    ///
    /// @param timeoutMs 0 for no limit
    Running call(AgentCall call, long timeoutMs, Consumer<Program.Result> ended) {
        Optional<Path> program = program(call.agent(), layout, machine);
        if (program.isEmpty()) {
            machine.loop().execute(() -> ended.accept(missing(call, layout)));
            return () -> {};
        }
        return machine.programs().start(command(call, program.get(), layout, timeoutMs), Programs.Bond.TIED, ended);
    }

    /// Kills it; it ends as if its time were over.
    void stop(long run) {
        Running running = atWork.get(run);
        if (running != null) {
            running.end();
        }
    }

    void stopAll() {
        List.copyOf(atWork.values()).forEach(Running::end);
    }

    private static Optional<Path> program(String agent, Layout layout, Machine machine) {
        return layout.fenceAgentPlaces(agent).stream()
                .filter(machine.files()::executable)
                .findFirst();
    }

    static Program.Result missing(AgentCall call, Layout layout) {
        return new Program.Result(Program.NOT_STARTED, call.agent() + ": no such fence agent in " + path(layout), 0);
    }

    static Program command(AgentCall call, Path program, Layout layout, long timeoutMs) {
        return new Program(List.of(program.toString()), environment(layout), call.text(), timeoutMs, KEEP_OUTPUT_BYTES);
    }

    private static Map<String, String> environment(Layout layout) {
        var environment = new TreeMap<String, String>();
        environment.put("PATH", path(layout));
        environment.put("HOME", "/");
        environment.put("LC_ALL", "C.UTF-8");
        layout.variable("MUSTER_ROOT").ifPresent(root -> environment.put("MUSTER_ROOT", root));
        return environment;
    }

    private static String path(Layout layout) {
        return layout.fencePath().stream().map(Path::toString).collect(Collectors.joining(":"));
    }
}
