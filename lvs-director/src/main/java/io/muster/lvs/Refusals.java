package io.muster.lvs;

import io.muster.ipvs.IpvsError;
import io.muster.ipvs.IpvsOp;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What is wanted and the kernel refuses now, and since when: until it takes it, or until it is no longer wanted.
///
/// Thread: the core's.
final class Refusals {
    /// One of them.
    ///
    /// @param entry what was to be done, in words, without what may change meanwhile (a weight)
    /// @param sinceMs monotonic
    record Refused(String entry, String reason, long sinceMs, long times) {}

    private final Map<String, Refused> refused = new LinkedHashMap<>();

    /// In the order in which they came.
    List<Refused> all() {
        return List.copyOf(refused.values());
    }

    void resume(List<Refused> image) {
        refused.clear();
        image.forEach(each -> refused.put(each.entry(), each));
    }

    void taken(IpvsOp operation) {
        refused.remove(Words.entry(operation));
    }

    void refused(IpvsOp operation, IpvsError error, long nowMs) {
        String entry = Words.entry(operation);
        Refused before = refused.get(entry);
        refused.put(
                entry,
                new Refused(
                        entry,
                        Words.why(operation, error),
                        before == null ? nowMs : before.sinceMs(),
                        before == null ? 1 : before.times() + 1));
    }

    /// Forgets what isn't wanted any more.
    void keepOnly(Collection<IpvsOp> wanted) {
        if (!refused.isEmpty()) {
            refused.keySet().retainAll(wanted.stream().map(Words::entry).collect(Collectors.toSet()));
        }
    }

    /// For a status.
    List<LvsdStatus.Refusal> status(long wallOffsetMs) {
        var said = new ArrayList<LvsdStatus.Refusal>();
        for (Refused each : refused.values()) {
            said.add(new LvsdStatus.Refusal(each.entry(), each.reason(), each.sinceMs() + wallOffsetMs, each.times()));
        }
        return Collections.unmodifiableList(said);
    }
}
