package io.muster.fence;

import java.util.List;
import java.util.Optional;

/// One start of one fence agent: what to feed it, and what it is called in the log.
///
/// @param method number of the method, from 0, as logged
/// @param device number of the device in its method as written in cluster.conf, from 0
/// @param methodName name of the method; `unfence` for unfencing
/// @param deviceName name of the fence device
/// @param agent the program, found in the layout's fence path
/// @param restores whether it only switches power on again after the node was made harmless: its failure doesn't undo
///     the fencing
/// @param input `key=value` lines for its standard input, in order
/// @param refusal why it must not be called at all; that is a failure of the method
public record AgentCall(
        int method,
        int device,
        String methodName,
        String deviceName,
        String agent,
        boolean restores,
        List<String> input,
        Optional<String> refusal) {
    public AgentCall {
        input = List.copyOf(input);
    }

    /// The same call with another action, whatever was written.
    AgentCall withAction(String action, boolean powerBack) {
        return new AgentCall(
                method,
                device,
                methodName,
                deviceName,
                agent,
                powerBack,
                AgentArguments.withAction(input, action),
                refusal);
    }

    /// The same device, asked for something harmless.
    public AgentCall asking(String action) {
        return withAction(action, false);
    }

    /// The whole standard input.
    public String text() {
        return input.isEmpty() ? "" : String.join("\n", input) + "\n";
    }
}
