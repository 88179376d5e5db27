package io.muster.service;

import io.muster.resource.ResourceType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What the cluster goes by of the tables of its nodes: where they differ, the stricter counts. Pure.
final class TypeTable {
    private final SortedMap<String, ResourceType> types = new TreeMap<>();

    /// @param tables by node
    static TypeTable of(SortedMap<Integer, NodeTable> tables) {
        var table = new TypeTable();
        tables.values()
                .forEach(node ->
                        node.types().forEach(type -> table.types.merge(type.type(), type, TypeTable::stricter)));
        return table;
    }

    @Nullable
    ResourceType of(String type) {
        return types.get(type);
    }

    private static ResourceType stricter(ResourceType one, ResourceType other) {
        int most = one.maxInstances() == 0
                ? other.maxInstances()
                : other.maxInstances() == 0 ? one.maxInstances() : Math.min(one.maxInstances(), other.maxInstances());
        return new ResourceType(
                one.type(),
                one.primary().isEmpty() ? other.primary() : one.primary(),
                most,
                both(one.unique(), other.unique()),
                both(one.required(), other.required()));
    }

    private static SortedSet<String> both(Collection<String> one, Collection<String> other) {
        var all = new TreeSet<>(one);
        all.addAll(other);
        return all;
    }

    /// Where the table of a node differs from those of others, in sentences that name both nodes.
    static List<String> differences(SortedMap<Integer, NodeTable> tables, int nodeid) {
        var said = new ArrayList<String>();
        var told = new TreeSet<String>();
        for (ResourceType mine : tables.getOrDefault(nodeid, NodeTable.NONE).types()) {
            for (Map.Entry<Integer, NodeTable> other : tables.entrySet()) {
                for (ResourceType theirs : other.getValue().types()) {
                    if (other.getKey() != nodeid
                            && theirs.type().equals(mine.type())
                            && !theirs.equals(mine)
                            && told.add(mine.type())) {
                        said.add("agents for <" + mine.type() + "> differ: node " + nodeid + " has " + words(mine)
                                + ", node " + other.getKey() + " has " + words(theirs)
                                + ": the stricter counts");
                    }
                }
            }
        }
        return said;
    }

    private static String words(ResourceType type) {
        return "primary " + (type.primary().isEmpty() ? "none" : type.primary()) + ", unique " + type.unique()
                + ", required " + type.required() + ", maxinstances " + type.maxInstances();
    }
}
