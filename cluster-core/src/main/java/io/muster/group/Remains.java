package io.muster.group;

import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// What may still run on a run of a node that nobody manages any more: nothing, these services, or, where nobody
/// knows, all.
///
/// A node only parts, leaves or is vouched for with such a list; where knowledge is absent, it is [#ALL]. A service
/// leaves it by a stop that succeeded there, by proof for that run, or by an operator's word; never by time.
///
/// Layout: bool all, list of strings. Immutable.
///
/// @param all whether any service may
/// @param services which may, by the names rgmanager knows them by (`service:web`); empty when all may
public record Remains(boolean all, SortedSet<String> services) {
    private static final int MAX_SERVICES = 65_536;

    /// Nothing runs.
    public static final Remains NONE = new Remains(false, Collections.emptySortedSet());

    /// Nobody knows what runs.
    public static final Remains ALL = new Remains(true, Collections.emptySortedSet());

    public Remains {
        services = all ? Collections.emptySortedSet() : Collections.unmodifiableSortedSet(new TreeSet<>(services));
    }

    /// These and no others.
    public static Remains of(Collection<String> services) {
        return services.isEmpty() ? NONE : new Remains(false, new TreeSet<>(services));
    }

    /// These and no others.
    public static Remains of(String... services) {
        return of(List.of(services));
    }

    public boolean none() {
        return !all && services.isEmpty();
    }

    /// Whether this service mustn't start elsewhere.
    public boolean bars(String service) {
        return all || services.contains(service);
    }

    /// What may run when both are true of it.
    public Remains and(Remains other) {
        if (all) {
            return other;
        }
        var both = new TreeSet<>(services);
        both.removeIf(service -> !other.bars(service));
        return of(both);
    }

    /// What may run on either of two.
    public Remains or(Remains other) {
        if (all || other.all) {
            return ALL;
        }
        var either = new TreeSet<>(services);
        either.addAll(other.services);
        return of(either);
    }

    /// This service runs there no longer. Of all, all remain: nobody knows the others.
    public Remains without(String service) {
        if (all) {
            return this;
        }
        var rest = new TreeSet<>(services);
        rest.remove(service);
        return of(rest);
    }

    public void encode(Output out) {
        out.bool(all).list(services, Output::string);
    }

    /// Reads what [#encode] has written.
    public static Remains decode(Input in) throws MalformedMessage {
        return new Remains(in.bool(), new TreeSet<>(in.list(MAX_SERVICES, Input::string)));
    }

    @Override
    public String toString() {
        return all ? "all" : services.isEmpty() ? "none" : String.join(",", services);
    }
}
