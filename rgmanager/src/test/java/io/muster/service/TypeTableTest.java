package io.muster.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.resource.ResourceType;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Nodes with different agents: the stricter word counts, and both nodes are named.
class TypeTableTest {
    private static ResourceType fs(int most, String... unique) {
        return new ResourceType("fs", "name", most, new TreeSet<>(List.of(unique)), new TreeSet<>());
    }

    @Test
    void theStricterCounts() {
        SortedMap<Integer, NodeTable> tables = new TreeMap<>();
        tables.put(1, new NodeTable(List.of(fs(0, "device")), new TreeMap<>()));
        tables.put(2, new NodeTable(List.of(fs(1, "mountpoint")), new TreeMap<>()));
        ResourceType counts = Objects.requireNonNull(TypeTable.of(tables).of("fs"));
        assertEquals(1, counts.maxInstances());
        assertEquals(Set.of("device", "mountpoint"), counts.unique());
        List<String> said = TypeTable.differences(tables, 2);
        assertEquals(1, said.size());
        assertTrue(said.getFirst().contains("node 2 has") && said.getFirst().contains("node 1 has"), said.toString());
    }

    @Test
    void nodesThatAgreeSayNothing() {
        SortedMap<Integer, NodeTable> tables = new TreeMap<>();
        tables.put(1, new NodeTable(List.of(fs(1, "device")), new TreeMap<>()));
        tables.put(2, new NodeTable(List.of(fs(1, "device")), new TreeMap<>()));
        assertEquals(List.of(), TypeTable.differences(tables, 1));
    }
}
