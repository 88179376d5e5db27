package io.muster.lvs.daemon;

import io.muster.driver.DaemonLog;
import io.muster.os.BorrowedSettings;
import io.muster.os.KernelSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/// The kernel's switches that make draining work, set while lvsd runs ([BorrowedSettings]).
///
/// | below `net.ipv4.vs` | value | why |
/// |---|---|---|
/// | `expire_quiescent_template` | 1 | a drained server keeps no client by persistence |
/// | `expire_nodest_conn` | 1 | connections of a deleted destination end instead of being swallowed |
/// | `conn_reuse_mode` | 1 | a client that reuses its port is scheduled anew, not sent to a drained server |
final class DrainSysctls {
    private static final String PREFIX = "net.ipv4.vs.";
    private static final SequencedMap<String, String> WANTED = wanted();

    private final BorrowedSettings settings;

    DrainSysctls(Path file, KernelSettings kernel) {
        settings = new BorrowedSettings(file, kernel);
    }

    private static SequencedMap<String, String> wanted() {
        var wanted = new LinkedHashMap<String, String>();
        wanted.put(PREFIX + "expire_quiescent_template", "1");
        wanted.put(PREFIX + "expire_nodest_conn", "1");
        wanted.put(PREFIX + "conn_reuse_mode", "1");
        return wanted;
    }

    /// Notes what is, then sets what is wanted. What this kernel hasn't is passed over.
    void set() {
        try {
            Set<String> there = settings.borrow(WANTED.keySet());
            for (Map.Entry<String, String> each : WANTED.entrySet()) {
                if (there.contains(each.getKey())) {
                    settings.set(each.getKey(), each.getValue());
                }
            }
        } catch (IOException e) {
            DaemonLog.get().warn("can't set {}*: {}: draining may take longer", PREFIX, e.getMessage());
        }
    }

    /// Sets what was, and forgets it.
    void restore() {
        settings.putBack().forEach(DaemonLog.get()::warn);
    }
}
