package io.muster.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.service.Placement.Score;
import io.muster.service.Plan.Domain;
import io.muster.service.Plan.ServiceSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PlacementTest {
    @Test
    void tableOfFailoverDomains() throws IOException {
        List<String> lines;
        try (InputStream in = Objects.requireNonNull(PlacementTest.class.getResourceAsStream("placement-table.txt"))) {
            lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .toList();
        }
        assertEquals(28, lines.size());
        for (String line : lines) {
            String[] w = line.strip().split("[ |]+");
            var online = new ArrayList<Integer>();
            for (String nodeid : w[3].split(",")) {
                online.add(Integer.parseInt(nodeid));
            }
            row(line, Plans.domain("d", is(w[0]), is(w[1]), is(w[2]), "1:1", "2:2", "3:3"), online, w);
        }
    }

    private static void row(String line, Domain domain, List<Integer> online, String[] w) {
        ServiceSpec spec = Plans.inDomain(Plans.service("x"), "D");
        Plan plan = Plans.plan(1, 4, List.of(domain), spec);
        int owner = Integer.parseInt(w[4]);
        var best = new ArrayList<String>();
        for (int n = 1; n <= 4; n++) {
            if (Placement.score(plan, spec, new TreeSet<>(online), n, owner) == Score.BEST) {
                best.add(Integer.toString(n));
            }
        }
        assertEquals(w[5], best.isEmpty() ? "-" : String.join(",", best), line);
        int newcomer = owner == 0 ? 0 : failback(plan, online, owner);
        assertEquals(w[6], newcomer == 0 ? "-" : Integer.toString(newcomer), line);
    }

    private static int failback(Plan plan, List<Integer> online, int owner) {
        ClusterState state = States.ready(plan, online);
        state.arrivals.add(online.getLast());
        Service service = new Service("service:x", new Stage.Started(States.run(owner), 1, "1", Optional.empty()));
        state.services.put(service.name, service);
        return new Choices(state).failback(service, Objects.requireNonNull(state.spec(service)));
    }

    private static boolean is(String flag) {
        return flag.equals("1");
    }

    @Test
    void missingPriorityIsTheMostPreferred() {
        Domain domain = Plans.domain("d", true, false, false, "1:1", "2");
        ServiceSpec spec = Plans.inDomain(Plans.service("x"), "d");
        Plan plan = Plans.plan(1, 2, List.of(domain), spec);
        var online = new TreeSet<>(List.of(1, 2));
        assertEquals(Score.BETTER, Placement.score(plan, spec, online, 1, 0));
        assertEquals(Score.BEST, Placement.score(plan, spec, online, 2, 0));
    }

    @Test
    void anUnknownDomainIsNone() {
        ServiceSpec spec = Plans.inDomain(Plans.service("x"), "nowhere");
        Plan plan = Plans.plan(1, 2, List.of(), spec);
        assertEquals(Score.BEST, Placement.score(plan, spec, new TreeSet<>(List.of(1)), 1, 0));
        assertEquals(Score.ILLEGAL, Placement.score(plan, spec, new TreeSet<>(List.of(1)), 2, 0));
    }

    @Test
    void servicesWithoutPreferenceAreSpreadOverTheEmptiestNodes() {
        TestCluster cluster = new TestCluster(
                1,
                Plans.plan(
                        1,
                        3,
                        List.of(),
                        Plans.service("a"),
                        Plans.service("b"),
                        Plans.service("c"),
                        Plans.service("d")));
        cluster.up(1, 2, 3);
        cluster.run(5_000);
        assertEquals("started 1", cluster.state("a"), cluster.history());
        assertEquals("started 2", cluster.state("b"));
        assertEquals("started 3", cluster.state("c"));
        assertEquals("started 1", cluster.state("d"));
    }
}
