package io.muster.resource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// One call of an agent: its arguments and environment as rgmanager's agents expect them.
///
/// The original gives an environment with nothing but the OCF variables. Ours adds PATH, which today's
/// shells no longer make up for their children.
public record AgentCall(ResourceNode node, String action, int depth, List<String> arguments, int otherInstances) {
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// How an exit status of an agent is called in the log.
    public static String text(int status) {
        return switch (status) {
            case 0 -> "success";
            case 1 -> "generic error";
            case 2 -> "invalid argument(s)";
            case 3 -> "function not implemented";
            case 4 -> "insufficient privileges";
            case 5 -> "program not installed";
            case 6 -> "program not configured";
            case -1 -> "timed out";
            default -> "unspecified";
        };
    }

    /// What every call has: a search path and the place of the agents.
    public static SortedMap<String, String> baseEnvironment(Path agent) {
        var environment = new TreeMap<String, String>();
        environment.put("PATH", PATH);
        Path directory = agent.getParent();
        environment.put("OCF_ROOT", directory == null ? "/" : directory.toString());
        return environment;
    }

    /// Variables of this call, sorted.
    public SortedMap<String, String> environment() {
        var environment = baseEnvironment(node.metadata().agent());
        node.attributes().forEach((name, value) -> environment.put("OCF_RESKEY_" + name, value));
        String[] version = node.metadata().version().split("\\.", 2);
        environment.put("OCF_RA_VERSION_MAJOR", version[0].isEmpty() ? "1" : version[0]);
        environment.put("OCF_RA_VERSION_MINOR", version.length > 1 ? version[1] : "0");
        environment.put("OCF_RESOURCE_INSTANCE", node.label());
        environment.put("OCF_RESOURCE_TYPE", node.type());
        environment.put("OCF_CHECK_LEVEL", Integer.toString(depth));
        environment.put("OCF_RESKEY_RGMANAGER_meta_refcnt", Integer.toString(otherInstances));
        environment.put(
                "OCF_RESKEY_RGMANAGER_meta_timeout",
                Long.toString(node.enforceTimeouts() ? 0 : node.timeoutSeconds(action, depth)));
        return environment;
    }

    /// The program and its arguments.
    public List<String> command() {
        var command = new ArrayList<String>();
        command.add(node.metadata().agent().toString());
        command.add(action);
        command.addAll(arguments);
        return command;
    }

    /// When to kill it, in milliseconds; 0 for never: without `__enforce_timeouts` a time-out is a hint
    /// to the agent.
    public long limitMs() {
        return node.enforceTimeouts() ? node.timeoutSeconds(action, depth) * 1000 : 0;
    }
}
