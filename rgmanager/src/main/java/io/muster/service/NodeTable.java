package io.muster.service;

import io.muster.core.MalformedMessage;
import io.muster.resource.ResourceType;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What one node knows of resources that the configuration doesn't say: what its agents say of their types, and what
/// else its devices are called. The replicated state has that of every member.
///
/// Layout: list of types ([ResourceType]), list of devices (string identity, list of strings).
///
/// @param names further identities ([io.muster.resource.Identities]) of a device, by the one it is configured by:
///     `device=/dev/sdb1` is `device=UUID=...` as well
public record NodeTable(List<ResourceType> types, SortedMap<String, SortedSet<String>> names) {
    private static final int MAX = 65_536;

    public static final NodeTable NONE = new NodeTable(List.of(), Collections.emptySortedMap());

    public NodeTable {
        types = List.copyOf(types);
        var copy = new TreeMap<String, SortedSet<String>>();
        names.forEach((device, others) -> copy.put(device, Collections.unmodifiableSortedSet(new TreeSet<>(others))));
        names = Collections.unmodifiableSortedMap(copy);
    }

    void encode(Output out) {
        out.list(types, (o, type) -> type.encode(o));
        out.list(names.entrySet(), (o, e) -> o.string(e.getKey()).list(e.getValue(), Output::string));
    }

    static NodeTable decode(Input in) throws MalformedMessage {
        List<ResourceType> types = in.list(MAX, ResourceType::decode);
        var names = new TreeMap<String, SortedSet<String>>();
        int devices = in.u32(MAX);
        for (int i = 0; i < devices; i++) {
            names.put(in.string(), new TreeSet<>(in.list(MAX, Input::string)));
        }
        return new NodeTable(types, names);
    }
}
