package io.muster.lvs;

import io.muster.ipvs.Destination;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.Timeouts;
import io.muster.lvs.LvsdEffect.Level;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a look at the whole table tells: what somebody else has changed, who drains by hand, how far
/// drains are, and the first time what was there before us.
final class Sight {
    private Sight() {}

    static void taken(LvsdEvent.TableRead read, Course course, Parts parts, long nowMs) {
        long wallMs = course.wallMs(nowMs);
        boolean first = !parts.view.seen();
        SortedMap<RealServer, LvsdEffect.Log> byHand =
                course.goesOn() ? parts.drains.look(course.plan(), read.table(), wallMs) : new TreeMap<>();
        if (course.goesOn()) {
            limits(read.table(), course.plan(), parts);
        }
        strange(read.table(), byHand, course, parts);
        byHand.values().forEach(parts.journal::add);
        if (first) {
            parts.view.adopt(parts.health, Goal.NOTHING.plan(), course.plan(), parts.drains, nowMs);
            parts.quorums.found(course.plan());
            parts.journal.log(Level.INFO, Summary.found(parts.view, course.plan(), parts.owned));
        }
        Timeouts now = read.timeouts();
        parts.changes.seen(now);
        parts.looks.whole(read.fingerprint(), nowMs);
        parts.dirty.addAll(parts.owned);
        parts.drains.zeros().removeIf(server -> weightOf(parts.view.destination(server)) != 0);
        parts.drains.progress(parts.view, wallMs).forEach(parts.journal::add);
        parts.drains.gone(parts.view).forEach(parts.journal::add);
        parts.clients.looked();
    }

    private static void strange(
            List<ServiceEntry> table, SortedMap<RealServer, LvsdEffect.Log> byHand, Course course, Parts parts) {
        var strange = parts.view.read(table, parts.owned::contains);
        for (Setup.Difference each : strange) {
            boolean drained = byHand.keySet().stream()
                    .anyMatch(server -> server.toString().equals(each.place()));
            if (!parts.changes.uncertain() && course.goesOn() && !drained) {
                parts.tally.drift++;
                parts.journal.once(
                        "drift " + each.kind() + each.place(),
                        Level.WARN,
                        each.place() + ": " + each.kind().words + " by somebody else: put right");
            }
        }
        if (!strange.isEmpty()) {
            parts.changes.retry();
        }
    }

    private static void limits(List<ServiceEntry> table, Plan plan, Parts parts) {
        for (RealServer server : parts.view.limitsByHand(table, plan)) {
            Destination now = parts.view.destination(server);
            if (now != null) {
                parts.journal.log(
                        Level.INFO,
                        server + ": u_threshold " + now.upper() + ", l_threshold " + now.lower()
                                + " set by hand: stays, since lvs.cf says nothing of them");
            }
        }
    }

    private static int weightOf(@Nullable Destination present) {
        return present == null ? -1 : present.weight();
    }
}
