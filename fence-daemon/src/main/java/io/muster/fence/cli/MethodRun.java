package io.muster.fence.cli;

import io.muster.fence.AgentCall;
import io.muster.fence.NodeFencing;
import io.muster.fence.daemon.AgentRunner;
import java.io.PrintStream;
import java.util.List;
import java.util.function.BiConsumer;

/// Runs a node's methods once, for `fence_node`: in order, until one works.
///
/// @param verbosity 0 says nothing, 1 tells each result, 2 also what the agents were told and what they said
record MethodRun(AgentRunner runner, PrintStream out, int verbosity, long timeoutMs) {
    /// @param action `fence`, `unfence` or `status`, for the lines printed
    /// @param tried hears how each call went
    /// @return the agent that finished a method; empty when none worked
    java.util.Optional<String> first(
            String action, String node, List<NodeFencing.Method> methods, BiConsumer<AgentCall, Boolean> tried) {
        for (NodeFencing.Method method : methods) {
            if (all(action, node, method.calls(), false, tried)) {
                return java.util.Optional.of(method.calls().getLast().deviceName());
            }
        }
        return java.util.Optional.empty();
    }

    /// @param going whether to go on after a failure, as a test of all devices does
    /// @return whether all worked (and there was one)
    boolean all(
            String action, String node, List<AgentCall> calls, boolean going, BiConsumer<AgentCall, Boolean> tried) {
        boolean fine = !calls.isEmpty();
        for (AgentCall call : calls) {
            boolean ok = one(action, node, call);
            tried.accept(call, ok);
            fine &= ok || call.restores();
            if (!fine && !going) {
                return false;
            }
        }
        return fine;
    }

    private boolean one(String action, String node, AgentCall call) {
        if (call.refusal().isPresent()) {
            say(1, line(action, node, call) + "error " + call.refusal().get());
            return false;
        }
        if (verbosity >= 2) {
            say(
                    2,
                    "agent args: "
                            + String.join(
                                    " ",
                                    call.input().stream().map(MethodRun::masked).toList()));
        }
        var result = runner.run(call, timeoutMs);
        // A status test asks whether the device can be reached: `off` (2) is as good an answer as `on`.
        boolean ok = result.status() == 0 || action.equals("status") && result.status() == 2;
        say(1, line(action, node, call) + (ok ? "success" : "error from agent"));
        if (!result.output().isBlank() && (verbosity >= 2 || verbosity == 1 && !ok)) {
            result.output().lines().forEach(text -> say(1, "agent \"" + call.agent() + "\" reports: " + text));
        }
        return ok;
    }

    private static String line(String action, String node, AgentCall call) {
        return action + " " + node + " dev " + call.method() + "." + call.device() + " agent " + call.agent()
                + " result: ";
    }

    private static String masked(String line) {
        return line.startsWith("passwd=") || line.startsWith("password=") ? line.replaceFirst("=.*", "=***") : line;
    }

    private void say(int level, String text) {
        if (verbosity >= level) {
            out.println(text);
        }
    }
}
