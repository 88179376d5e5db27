package io.muster.rehearsal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.model.ModelNode;
import io.muster.service.RequestKind;
import io.muster.simulator.NetworkOptions;

/// A story told by hand: its world and trouble step by step, with every checker on.
final class Tale {
    /// Longer than any story.
    static final int NEVER_MS = 10_000_000;

    /// Agents of which every stop fails.
    static final Luck NO_STOP = new Luck(0, 0, 0, 0, 0, 0, 0, 0, 100, 0, 0, 0, 0, 0);

    private final Site site;

    Tale(int nodes, int services) {
        this(nodes, new Draft(nodes, services));
    }

    private Tale(int nodes, Draft draft) {
        site = new Site(Script.empty(1, nodes, NetworkOptions.calm(300)), draft);
        site.model().nodes().values().forEach(node -> site.boot(node));
        run(12_000);
        assertEquals("", site.care().owed());
    }

    Site site() {
        return site;
    }

    ModelNode node(int nodeid) {
        return site.model().node(nodeid);
    }

    Tale run(long ms) {
        site.model().simulation().runForMs(ms);
        return this;
    }

    Tale ask(int nodeid, RequestKind kind, int service, int target) {
        site.operator().clusvcadm(node(nodeid), kind, "service:s" + service, target);
        return run(2000);
    }

    /// The rgmanagers of some nodes are killed and not started again.
    Tale killRgmanagers(int... nodeids) {
        for (int nodeid : nodeids) {
            node(nodeid).kill(Site.RGMANAGER, NEVER_MS);
        }
        return this;
    }

    /// The rgmanagers of some nodes are stopped in good order and not started again.
    Tale stopRgmanagers(int... nodeids) {
        for (int nodeid : nodeids) {
            site.stop(node(nodeid), Site.RGMANAGER, NEVER_MS);
        }
        return this;
    }

    Tale startRgmanagers(int... nodeids) {
        for (int nodeid : nodeids) {
            node(nodeid).start(Site.RGMANAGER);
        }
        return this;
    }

    Tale luck(Luck luck) {
        site.luck(luck);
        return this;
    }

    /// Everything works again, and an operator looks after what only an operator can.
    void endsWell() {
        site.calm();
        assertTrue(
                site.model().simulation().runUntil(() -> site.care().owed().isEmpty(), 150_000),
                () -> "still owed: " + site.care().owed()
                        + site.model().simulation().trace());
    }
}
