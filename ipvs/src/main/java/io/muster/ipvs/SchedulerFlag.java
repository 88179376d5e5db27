package io.muster.ipvs;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Names of the three flags a scheduler may have: `sh-fallback`, `sh-port`, `mh-fallback`, `mh-port` for the first two
/// of sh and mh, `flag-1` to `flag-3` for all. Source: ipvsadm 1.31.
///
/// @param scheduler whose it is, "" for everyone's
/// @param bit in a [VirtualService]'s flags
public record SchedulerFlag(String name, String scheduler, int bit) {
    private static final List<Integer> BITS =
            List.of(VirtualService.SCHED1, VirtualService.SCHED2, VirtualService.SCHED3);
    private static final List<String> PLAIN = List.of("flag-1", "flag-2", "flag-3");
    private static final Map<String, List<String>> OWN = Map.of(
            "sh", List.of("sh-fallback", "sh-port"),
            "mh", List.of("mh-fallback", "mh-port"));

    /// Empty if no scheduler has one of that name.
    public static Optional<SchedulerFlag> named(String name) {
        if (PLAIN.contains(name)) {
            return Optional.of(new SchedulerFlag(name, "", BITS.get(PLAIN.indexOf(name))));
        }
        return OWN.entrySet().stream()
                .filter(own -> own.getValue().contains(name))
                .findFirst()
                .map(own -> new SchedulerFlag(
                        name, own.getKey(), BITS.get(own.getValue().indexOf(name))));
    }

    /// Whether it means anything to a scheduler.
    public boolean fits(String other) {
        return scheduler.isEmpty() || scheduler.equals(other);
    }

    /// Those that a scheduler has, by the names that are its own where it has any.
    public static List<String> names(String scheduler) {
        var names = new ArrayList<>(OWN.getOrDefault(scheduler, List.of()));
        names.addAll(PLAIN);
        return names;
    }

    /// Whether any is set.
    public static boolean any(int flags) {
        return BITS.stream().anyMatch(bit -> (flags & bit) != 0);
    }

    /// With commas; "" when none that is set has a name: sh and mh show only those they have names for.
    public static String text(int flags, String scheduler) {
        List<String> names = OWN.getOrDefault(scheduler, PLAIN);
        var set = new ArrayList<String>();
        for (int i = 0; i < names.size(); i++) {
            if ((flags & BITS.get(i)) != 0) {
                set.add(names.get(i));
            }
        }
        return String.join(",", set);
    }
}
