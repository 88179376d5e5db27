package io.muster.rehearsal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.daemon.Logs;
import io.muster.service.RequestKind;
import io.muster.service.ServiceManager;
import io.muster.service.ServiceState;
import io.muster.service.ServiceStatus;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a new configuration gives to another service is let go of first, wherever it is, and with
/// proof: at no step has a device, an address or a program two holders, and no service that is started
/// is without what it has. What a change doesn't touch runs on.
class PlanStoriesTest {
    private static final String DEVICE = "/dev/s1.1";
    private static final String SCRIPT = "/etc/init.d/s1";

    private enum Tales {
        RENAMED(PlanStoriesTest::renamed),
        MOVED_ON_ONE_NODE(PlanStoriesTest::movedHere),
        MOVED_TO_ANOTHER_NODE(PlanStoriesTest::movedAway),
        SWAPPED(PlanStoriesTest::swapped),
        SWAPPED_ON_TWO_NODES(PlanStoriesTest::swappedApart),
        RENAMED_WHILE_FAILED(PlanStoriesTest::failed),
        RENAMED_WHILE_FROZEN(PlanStoriesTest::frozen),
        RENAMED_AND_ITS_NODE_DIES(PlanStoriesTest::dies),
        ONE_SCRIPT_IN_THREE_SERVICES(PlanStoriesTest::shared),
        ONE_MORE_ADDRESS(PlanStoriesTest::oneMore),
        ONE_ADDRESS_LESS(PlanStoriesTest::oneLess),
        NEW_SERVICE(PlanStoriesTest::fresh),
        NEW_SERVICE_THAT_ONE_NODE_CANNOT_STOP(PlanStoriesTest::freshUnclean),
        UPGRADE_OF_ONE_WHILE_FROZEN(PlanStoriesTest::upgraded),
        UPGRADE_OF_ALL_WHILE_FROZEN(PlanStoriesTest::allUpgraded);

        private final Consumer<Tale> told;

        Tales(Consumer<Tale> told) {
            this.told = told;
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingHasTwoHolders(Tales tale) {
        Logs.level("", "OFF");
        var world = new Tale(3, 2);
        world.ask(1, RequestKind.RELOCATE, 1, 1)
                .ask(1, RequestKind.RELOCATE, 2, 1)
                .run(1000);
        tale.told.accept(world);
    }

    private static void update(Tale tale) {
        tale.site().operator().update(tale.node(2), tale.site().documents().next(), () -> {});
    }

    /// Watches for so long that what is started has what it needs.
    private static void watch(Tale tale, int ms) {
        for (int i = 0; i < ms / 20; i++) {
            tale.run(20);
            started(tale);
        }
    }

    private static void started(Tale tale) {
        Documents.Wanted wanted = tale.site().wanted();
        for (int node = 1; node <= 3; node++) {
            for (ServiceStatus status : services(tale, node)) {
                if (status.state() == ServiceState.STARTED
                        && status.owner() == node
                        && status.barred().isEmpty()) {
                    int number = Truth.service("/" + status.name().substring("service:".length()));
                    for (String what : wanted.resources(number)) {
                        assertTrue(
                                tale.site().truth().there(tale.node(node), what),
                                status.name() + " is started on node " + node + " without " + what);
                    }
                }
            }
        }
    }

    private static List<ServiceStatus> services(Tale tale, int node) {
        return Site.manager(tale.node(node)).map(ServiceManager::services).orElse(List.of());
    }

    private static Optional<ServiceStatus> service(Tale tale, int number) {
        return services(tale, 2).stream()
                .filter(one -> one.name().equals("service:s" + number))
                .findFirst();
    }

    private static void assertStarted(Tale tale, int number, int owner) {
        ServiceStatus status = service(tale, number).orElseThrow();
        assertEquals(ServiceState.STARTED, status.state(), status.toString());
        if (owner != 0) {
            assertEquals(owner, status.owner(), status.toString());
        }
    }

    private static void renamed(Tale tale) {
        tale.site().documents().draft().rename(1, 7);
        update(tale);
        watch(tale, 8000);
        assertStarted(tale, 7, 1);
        assertTrue(service(tale, 1).isEmpty());
        tale.endsWell();
    }

    private static void movedHere(Tale tale) {
        Moves.move(tale.site().documents().draft(), DEVICE, 1, 2);
        update(tale);
        watch(tale, 8000);
        assertStarted(tale, 2, 1);
        tale.endsWell();
    }

    private static void movedAway(Tale tale) {
        tale.ask(1, RequestKind.RELOCATE, 2, 2).run(1000);
        assertStarted(tale, 2, 2);
        Moves.move(tale.site().documents().draft(), DEVICE, 1, 2);
        update(tale);
        watch(tale, 8000);
        assertStarted(tale, 1, 1);
        assertStarted(tale, 2, 2);
        tale.endsWell();
    }

    private static void swap(Tale tale) {
        Draft draft = tale.site().documents().draft();
        List<String> one = draft.has(1);
        List<String> two = draft.has(2);
        draft.give(1, List.of(two.getFirst(), one.getLast()));
        draft.give(2, List.of(one.getFirst(), two.getLast()));
        update(tale);
        watch(tale, 8000);
        assertStarted(tale, 1, 0);
        assertStarted(tale, 2, 0);
    }

    private static void swapped(Tale tale) {
        swap(tale);
        tale.endsWell();
    }

    private static void swappedApart(Tale tale) {
        tale.ask(1, RequestKind.RELOCATE, 2, 2).run(1000);
        swap(tale);
        tale.endsWell();
    }

    private static void failed(Tale tale) {
        tale.luck(Tale.NO_STOP).ask(1, RequestKind.DISABLE, 1, 0).luck(Luck.GOOD);
        assertEquals(ServiceState.FAILED, service(tale, 1).orElseThrow().state());
        tale.site().documents().draft().rename(1, 7);
        update(tale);
        watch(tale, 5000);
        ServiceStatus waiting = service(tale, 7).orElseThrow();
        assertEquals(ServiceState.STOPPED, waiting.state(), waiting.toString());
        assertTrue(waiting.barred().contains("service:s1"), waiting.toString());
        assertEquals(ServiceState.FAILED, service(tale, 1).orElseThrow().state());
        tale.ask(2, RequestKind.DISABLE, 1, 0);
        watch(tale, 3000);
        assertStarted(tale, 7, 1);
        assertTrue(service(tale, 1).isEmpty());
        tale.endsWell();
    }

    private static void frozen(Tale tale) {
        tale.ask(1, RequestKind.FREEZE, 1, 0);
        tale.site().documents().draft().rename(1, 7);
        update(tale);
        tale.run(5000);
        assertTrue(tale.site().truth().there(tale.node(1), DEVICE), "a frozen service was stopped");
        ServiceStatus waiting = service(tale, 7).orElseThrow();
        assertEquals(ServiceState.STOPPED, waiting.state(), waiting.toString());
        assertTrue(waiting.barred().contains("service:s1"), waiting.toString());
        tale.ask(3, RequestKind.UNFREEZE, 1, 0);
        watch(tale, 4000);
        assertStarted(tale, 7, 1);
        assertTrue(service(tale, 1).isEmpty());
        tale.endsWell();
    }

    private static void dies(Tale tale) {
        tale.site().documents().draft().rename(1, 7);
        tale.site().operator().update(tale.node(2), tale.site().documents().next(), () -> {
            tale.site().powerOff(tale.node(1));
            tale.site().model().simulation().afterMs(20_000, () -> tale.site().boot(tale.node(1)));
        });
        tale.run(15_000);
        assertStarted(tale, 7, 0);
        tale.endsWell();
    }

    private static void shared(Tale tale) {
        Draft draft = tale.site().documents().draft();
        draft.services().put(3, draft.services().get(1));
        draft.give(1, List.of(SCRIPT));
        draft.give(2, List.of(SCRIPT));
        draft.give(3, List.of(SCRIPT));
        update(tale);
        watch(tale, 15_000);
        assertEquals(
                3,
                List.of(1, 2, 3).stream()
                        .map(number -> service(tale, number).orElseThrow())
                        .filter(status -> status.state() == ServiceState.STARTED)
                        .map(ServiceStatus::owner)
                        .distinct()
                        .count(),
                services(tale, 2).toString());
        tale.endsWell();
    }

    private static void oneMore(Tale tale) {
        int before = tale.site().truth().starts(SCRIPT);
        Moves.add(tale.site().documents().draft(), "10.0.77.1", 1);
        update(tale);
        watch(tale, 5000);
        assertStarted(tale, 1, 1);
        assertTrue(tale.site().truth().there(tale.node(1), "10.0.77.1"));
        assertEquals(before, tale.site().truth().starts(SCRIPT), "what hadn't changed was started again");
        tale.endsWell();
    }

    private static void oneLess(Tale tale) {
        Moves.add(tale.site().documents().draft(), "10.0.77.1", 1);
        update(tale);
        tale.run(5000);
        int before = tale.site().truth().starts(SCRIPT);
        tale.site().documents().draft().give(1, List.of(DEVICE, SCRIPT));
        update(tale);
        watch(tale, 5000);
        assertTrue(!tale.site().truth().there(tale.node(1), "10.0.77.1"), "what is gone is still there");
        assertEquals(before, tale.site().truth().starts(SCRIPT), "what hadn't changed was started again");
        tale.endsWell();
    }

    /// Somebody has mounted it by hand.
    private static void byHand(Tale tale) {
        tale.site().truth().begins(tale.node(3), "/dev/s5.5");
        tale.site().truth().up(tale.node(3), "/dev/s5.5");
        Draft draft = tale.site().documents().draft();
        draft.services().put(5, draft.services().get(1));
        draft.give(5, List.of("/dev/s5.5", "/etc/init.d/s5"));
    }

    private static void fresh(Tale tale) {
        byHand(tale);
        update(tale);
        watch(tale, 6000);
        assertStarted(tale, 5, 1);
        tale.endsWell();
    }

    private static void freshUnclean(Tale tale) {
        byHand(tale);
        tale.luck(Tale.NO_STOP);
        update(tale);
        tale.run(6000).luck(Luck.GOOD);
        assertEquals(ServiceState.STARTED, service(tale, 1).orElseThrow().state());
        ServiceStatus marked = service(tale, 5).orElseThrow();
        assertTrue(marked.barred().contains("node 3"), marked.toString());
        tale.ask(2, RequestKind.DISABLE, 5, 0).run(2000);
        tale.ask(2, RequestKind.ENABLE_BY_DOMAIN, 5, 0).run(2000);
        assertStarted(tale, 5, 0);
        tale.endsWell();
    }

    private static void runsOn(Tale tale, int ms) {
        for (int i = 0; i < ms / 100; i++) {
            tale.run(100);
            assertTrue(tale.site().truth().there(tale.node(1), DEVICE), "what was frozen was stopped");
            assertTrue(tale.site().truth().there(tale.node(1), SCRIPT), "what was frozen was stopped");
        }
    }

    private static void unfrozen(Tale tale, int starts) {
        ServiceStatus kept = service(tale, 1).orElseThrow();
        assertTrue(kept.frozen(), kept.toString());
        assertStarted(tale, 1, 1);
        tale.ask(2, RequestKind.UNFREEZE, 1, 0);
        runsOn(tale, 20_000);
        assertStarted(tale, 1, 1);
        assertEquals(starts, tale.site().truth().starts(SCRIPT), "it was started again");
        tale.endsWell();
    }

    /// Node 1's rgmanager is one that stops nothing that is frozen.
    private static void upgraded(Tale tale) {
        int starts = tale.site().truth().starts(SCRIPT);
        tale.ask(1, RequestKind.FREEZE, 1, 0).stopRgmanagers(1);
        runsOn(tale, 10_000);
        tale.startRgmanagers(1);
        runsOn(tale, 10_000);
        unfrozen(tale, starts);
    }

    private static void allUpgraded(Tale tale) {
        int starts = tale.site().truth().starts(SCRIPT);
        tale.ask(1, RequestKind.FREEZE, 1, 0).stopRgmanagers(1, 2, 3);
        runsOn(tale, 10_000);
        tale.startRgmanagers(1, 2, 3);
        runsOn(tale, 15_000);
        unfrozen(tale, starts);
    }
}
