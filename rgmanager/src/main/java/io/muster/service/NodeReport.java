package io.muster.service;

import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What a node says of itself together with the end of its stop before start.
///
/// Layout: list of services that it couldn't stop (string name, list of strings), list of strings kept,
/// what the node knows ([NodeTable]).
///
/// @param held what may still be there of services that couldn't be stopped
///     ([io.muster.resource.Identities]), by service; one that isn't in here may have anything
/// @param kept services that were frozen and go on running here
/// @param table what the agents here say, and what else devices are called here
public record NodeReport(SortedMap<String, SortedSet<String>> held, SortedSet<String> kept, NodeTable table) {
    private static final int MAX = 65_536;

    /// Nothing to say.
    public static final NodeReport NONE =
            new NodeReport(Collections.emptySortedMap(), Collections.emptySortedSet(), NodeTable.NONE);

    public NodeReport {
        var copy = new TreeMap<String, SortedSet<String>>();
        held.forEach((service, what) -> copy.put(service, Collections.unmodifiableSortedSet(new TreeSet<>(what))));
        held = Collections.unmodifiableSortedMap(copy);
        kept = Collections.unmodifiableSortedSet(new TreeSet<>(kept));
    }

    void encode(Output out) {
        out.list(held.entrySet(), (o, e) -> o.string(e.getKey()).list(e.getValue(), Output::string));
        out.list(kept, Output::string);
        table.encode(out);
    }

    static NodeReport decode(Input in) throws MalformedMessage {
        var held = new TreeMap<String, SortedSet<String>>();
        int services = in.u32(MAX);
        for (int i = 0; i < services; i++) {
            held.put(in.string(), new TreeSet<>(in.list(MAX, Input::string)));
        }
        return new NodeReport(held, new TreeSet<>(in.list(MAX, Input::string)), NodeTable.decode(in));
    }
}
