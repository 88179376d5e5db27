package io.muster.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class PlacementTest {
    private static TestCluster three(Plan plan) {
        TestCluster cluster = new TestCluster(1, plan);
        cluster.up(1, 2, 3);
        cluster.run(5_000);
        return cluster;
    }

    @Test
    void servicesWithoutPreferenceAreSpreadOverTheEmptiestNodes() {
        TestCluster cluster = three(Plans.plan(
                1, 3, List.of(), Plans.service("a"), Plans.service("b"), Plans.service("c"), Plans.service("d")));
        assertEquals("started 1", cluster.state("a"), cluster.history());
        assertEquals("started 2", cluster.state("b"));
        assertEquals("started 3", cluster.state("c"));
        assertEquals("started 1", cluster.state("d"));
    }
}
