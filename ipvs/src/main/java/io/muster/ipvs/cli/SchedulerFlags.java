package io.muster.ipvs.cli;

import io.muster.ipvs.VirtualService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Names of the three flags a scheduler may have: `sh-fallback`, `sh-port`, `mh-fallback`, `mh-port` for the first two
/// of sh and mh, `flag-1` to `flag-3` for all. Sh and mh show only those they have names for.
final class SchedulerFlags {
    private static final int[] BITS = {VirtualService.SCHED1, VirtualService.SCHED2, VirtualService.SCHED3};
    private static final List<String> PLAIN = List.of("flag-1", "flag-2", "flag-3");
    private static final Map<String, List<String>> OWN = Map.of(
            "sh", List.of("sh-fallback", "sh-port"),
            "mh", List.of("mh-fallback", "mh-port"));

    private SchedulerFlags() {}

    static int parse(String text, String scheduler) throws Refused {
        int flags = 0;
        for (String name : text.split(",")) {
            if (!name.isEmpty()) {
                flags |= bit(name, scheduler);
            }
        }
        return flags;
    }

    private static int bit(String name, String scheduler) throws Refused {
        if (PLAIN.contains(name)) {
            return BITS[PLAIN.indexOf(name)];
        }
        for (Map.Entry<String, List<String>> own : OWN.entrySet()) {
            int at = own.getValue().indexOf(name);
            if (at >= 0 && !own.getKey().equals(scheduler)) {
                throw Refused.words("incompatible scheduler flag `" + name + "'");
            }
            if (at >= 0) {
                return BITS[at];
            }
        }
        throw Refused.words("invalid scheduler flag `" + name + "'");
    }

    static boolean any(int flags) {
        return (flags & (BITS[0] | BITS[1] | BITS[2])) != 0;
    }

    /// With commas; "" when none that is set has a name.
    static String text(int flags, String scheduler) {
        List<String> names = OWN.getOrDefault(scheduler, PLAIN);
        var set = new ArrayList<String>();
        for (int i = 0; i < names.size(); i++) {
            if ((flags & BITS[i]) != 0) {
                set.add(names.get(i));
            }
        }
        return String.join(",", set);
    }
}
