package io.muster.fence;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// Settings for tests: nodes `n1`, `n2`, ... with one method of one device each unless said otherwise.
final class Settings {
    private int version = 1;
    private long postJoinMs = 3000;
    private long postFailMs;
    private boolean cleanStart;
    private boolean skipUndefined;
    private boolean twoNode;
    private boolean staggered;
    private final TreeMap<Integer, List<NodeFencing.Method>> methods = new TreeMap<>();

    static Settings nodes(int count) {
        var made = new Settings();
        for (int nodeid = 1; nodeid <= count; nodeid++) {
            made.methods.put(nodeid, List.of(method(0, "power", "apc")));
        }
        return made;
    }

    static NodeFencing.Method method(int number, String name, String... devices) {
        var calls = new ArrayList<AgentCall>();
        for (String device : devices) {
            calls.add(new AgentCall(
                    number, calls.size(), name, device, "fence_" + device, false, List.of(), Optional.empty()));
        }
        return new NodeFencing.Method(name, calls);
    }

    Settings methods(int nodeid, NodeFencing.Method... of) {
        methods.put(nodeid, List.of(of));
        return this;
    }

    Settings postJoinMs(long ms) {
        postJoinMs = ms;
        return this;
    }

    Settings postFailMs(long ms) {
        postFailMs = ms;
        return this;
    }

    Settings cleanStart() {
        cleanStart = true;
        return this;
    }

    Settings skipUndefined() {
        skipUndefined = true;
        return this;
    }

    Settings twoNode() {
        twoNode = true;
        return this;
    }

    Settings staggered() {
        staggered = true;
        return this;
    }

    Settings version(int number) {
        version = number;
        return this;
    }

    Settings without(int nodeid) {
        methods.remove(nodeid);
        return this;
    }

    FenceSettings made() {
        var nodes = new TreeMap<Integer, NodeFencing>();
        methods.forEach(
                (nodeid, of) -> nodes.put(nodeid, new NodeFencing(nodeid, "n" + nodeid, of, List.of(), staggered)));
        return new FenceSettings(
                version,
                postJoinMs,
                postFailMs,
                cleanStart,
                skipUndefined,
                twoNode,
                3000,
                FenceSettings.AGENT_TIMEOUT_MS,
                nodes);
    }
}
