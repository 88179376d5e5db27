package io.muster.membership;

import io.muster.group.GroupEntry;
import io.muster.group.GroupTable.Addressed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Collects the entries one ordered message gives rise to, for all groups' streams or for one.
final class Log {
    /// @param group empty for the streams of all groups
    record Line(Optional<String> group, GroupEntry entry) {}

    private final List<Line> lines = new ArrayList<>();

    void all(GroupEntry entry) {
        lines.add(new Line(Optional.empty(), entry));
    }

    void to(Addressed addressed) {
        lines.add(new Line(Optional.of(addressed.group()), addressed.entry()));
    }

    void to(String group, GroupEntry entry) {
        lines.add(new Line(Optional.of(group), entry));
    }

    List<Line> lines() {
        return List.copyOf(lines);
    }
}
