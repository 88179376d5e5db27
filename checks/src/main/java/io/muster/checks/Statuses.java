package io.muster.checks;

import java.util.List;
import java.util.stream.Collectors;

/// Which HTTP statuses are good. Muster's own; ranges as keepalived's `status_code` has them.
///
/// @param ranges any of them; none stands for 200 to 399
public record Statuses(List<Range> ranges) {
    /// What is good unless the file says otherwise.
    public static final Statuses USUAL = new Statuses(List.of());

    /// From one to another, both good.
    public record Range(int low, int high) {
        @Override
        public String toString() {
            return low == high ? Integer.toString(low) : low + "-" + high;
        }
    }

    public Statuses {
        ranges = List.copyOf(ranges);
    }

    /// This one alone.
    public static Statuses one(int status) {
        return new Statuses(List.of(new Range(status, status)));
    }

    boolean good(int status) {
        return ranges.isEmpty()
                ? status >= 200 && status <= 399
                : ranges.stream().anyMatch(range -> status >= range.low && status <= range.high);
    }

    /// `200-299,301`; nothing for the usual ones.
    @Override
    public String toString() {
        return ranges.stream().map(Range::toString).collect(Collectors.joining(","));
    }
}
