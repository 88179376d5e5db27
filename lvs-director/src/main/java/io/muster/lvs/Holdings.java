package io.muster.lvs;

import io.muster.ipvs.ServiceId;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What lvsd must still know after it died at any moment: written before the table is changed accordingly.
///
/// @param owned services lvsd has made or taken over. What is neither here nor in lvs.cf is foreign
/// @param zeros real servers whose weight of 0 is lvsd's own doing: any other 0 was set by hand
/// @param drains what drains, and until when
public record Holdings(SortedSet<ServiceId> owned, SortedSet<RealServer> zeros, SortedMap<RealServer, Drain> drains) {
    public static final Holdings NONE = new Holdings(new TreeSet<>(), new TreeSet<>(), new TreeMap<>());

    public Holdings {
        owned = Collections.unmodifiableSortedSet(new TreeSet<>(owned));
        zeros = Collections.unmodifiableSortedSet(new TreeSet<>(zeros));
        drains = Collections.unmodifiableSortedMap(new TreeMap<>(drains));
    }

    /// Whether they are made of just these. With thousands of services that is asked after each check: everything is
    /// in order on both sides, so one walk tells.
    boolean of(
            SortedSet<ServiceId> someOwned, SortedSet<RealServer> someZeros, SortedMap<RealServer, Drain> someDrains) {
        return same(owned, someOwned) && same(zeros, someZeros) && same(drains.entrySet(), someDrains.entrySet());
    }

    private static boolean same(Collection<?> one, Collection<?> other) {
        if (one.size() != other.size()) {
            return false;
        }
        Iterator<?> others = other.iterator();
        for (Object each : one) {
            if (!each.equals(others.next())) {
                return false;
            }
        }
        return true;
    }
}
