package io.muster.rehearsal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.fence.daemon.FenceDaemon;
import io.muster.membership.CmanStatus;
import io.muster.model.ModelNode;
import io.muster.service.RequestKind;
import io.muster.service.ServiceState;
import io.muster.service.ServiceStatus;
import io.muster.simulator.NetworkOptions;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/// A running member's entry is taken out of cluster.conf: it stays a member until it leaves.
class LeavingNodeTest {
    private final Site site = new Site(Script.empty(1, 4, NetworkOptions.calm(300)), new Draft(4, 4));
    private byte[] without = {};

    private ModelNode node(int nodeid) {
        return site.model().node(nodeid);
    }

    private void until(String what, BooleanSupplier condition) {
        assertTrue(
                site.model().simulation().runUntil(condition, 60_000),
                () -> "never " + what + site.model().simulation().trace());
    }

    private void run(int ms) {
        site.model().simulation().runForMs(ms);
    }

    private CmanStatus status(int nodeid) {
        return node(nodeid).cman().orElseThrow().core().cman().status();
    }

    private List<Integer> members(int nodeid) {
        return node(nodeid)
                .cman()
                .map(cman -> cman.core().cman().status().nodes().stream()
                        .filter(CmanStatus.NodeStatus::member)
                        .map(CmanStatus.NodeStatus::nodeid)
                        .toList())
                .orElse(List.of());
    }

    private boolean all(List<Integer> members) {
        return members.stream().allMatch(nodeid -> members(nodeid).equals(members));
    }

    private int owner(String service) {
        return Site.manager(node(1)).stream()
                .flatMap(manager -> manager.services().stream())
                .filter(s -> s.name().equals(service) && s.state() == ServiceState.STARTED)
                .mapToInt(ServiceStatus::owner)
                .findFirst()
                .orElse(0);
    }

    private int victims() {
        return node(1).daemon("fenced", FenceDaemon.class)
                .map(fenced -> fenced.report().victims().size())
                .orElse(-1);
    }

    /// All four run; then node 3 is taken out of the file, which nodes 1, 2 and 4 hold.
    private void takenOut() {
        for (int nodeid : List.of(1, 2, 3, 4)) {
            site.boot(node(nodeid));
        }
        until("four members", () -> all(List.of(1, 2, 3, 4)) && owner("service:s3") != 0);
        run(10_000);
        // One that nobody places elsewhere by itself.
        site.operator().clusvcadm(node(1), RequestKind.RELOCATE, "service:s1", 3);
        until("s1 on node 3", () -> owner("service:s1") == 3);
        site.documents().draft().remove(3);
        without = site.documents().next();
        site.operator().update(node(1), without, () -> {});
        until("version 2", () -> status(1).configVersion() == 2 && status(3).configVersion() == 2);
        run(20_000);
    }

    @Test
    void itStaysAMemberWithItsVoteAndItsServices() {
        takenOut();
        assertTrue(
                all(List.of(1, 2, 3, 4)),
                () -> members(1) + site.model().simulation().trace().toString());
        assertEquals(4, status(1).tally().total());
        assertEquals(0, victims());
        assertEquals("n3", status(1).nodes().get(2).name());
        assertTrue(status(1).nodes().get(2).leaving());
        assertEquals(3, owner("service:s1"));
    }

    @Test
    void noServiceIsPlacedOnItAnew() {
        takenOut();
        site.operator().clusvcadm(node(1), RequestKind.RELOCATE, "service:s1", 1);
        until("s1 on node 1", () -> owner("service:s1") == 1);
        site.operator().clusvcadm(node(1), RequestKind.RELOCATE, "service:s1", 3);
        run(5_000);
        assertTrue(
                owner("service:s1") != 3,
                () -> "back on node 3" + site.model().simulation().trace());
    }

    @Test
    void aNodeThatJoinsMeanwhileGetsItsEntryFromTheOthers() {
        takenOut();
        site.operator().leave(node(2), false, true);
        until("without node 2", () -> all(List.of(1, 3, 4)));
        site.powerOff(node(2));
        run(3_000);
        node(2).files().put(node(2).layout().clusterConf(), without);
        site.boot(node(2));
        until("with node 2", () -> all(List.of(1, 2, 3, 4)));
        run(10_000);
        assertTrue(all(List.of(1, 2, 3, 4)));
        assertEquals("n3", status(2).nodes().get(2).name());
    }

    @Test
    void itLeavesAndIsForgotten() {
        takenOut();
        site.operator().leave(node(3), false, true);
        until("without node 3", () -> all(List.of(1, 2, 4)));
        run(10_000);
        assertEquals(3, status(1).nodes().size());
        assertEquals(0, victims());
        assertEquals(3, status(1).tally().total());
    }

    @Test
    void lostItIsFencedByItsFormerMethodsAndForgotten() {
        takenOut();
        node(3).machine().stop();
        until("node 3 is a victim", () -> victims() == 1);
        until("node 3 is fenced", () -> victims() == 0);
        run(10_000);
        assertEquals(3, status(1).nodes().size());
        assertTrue(owner("service:s1") != 0 && owner("service:s1") != 3);
    }

    /// With the file that still has it: nobody comes anew under an entry that is about to go.
    @Test
    void itsNextRunIsRefusedByName() {
        byte[] before = node(3).document();
        takenOut();
        node(3).cman().orElseThrow().process().die();
        node(3).files().put(node(3).layout().clusterConf(), before);
        node(3).startCman();
        until("the new run has ended", () -> node(3).cman().isEmpty());
        String trace = site.model().simulation().trace().toString();
        assertTrue(
                trace.contains("the cluster doesn't take this node: cluster.conf version 2 has no node with nodeid 3"),
                trace);
        run(20_000);
        assertTrue(all(List.of(1, 2, 4)));
        assertEquals(0, victims());
    }

    @Test
    void addedAgainLaterItJoins() {
        takenOut();
        site.operator().leave(node(3), false, true);
        until("without node 3", () -> all(List.of(1, 2, 4)));
        site.powerOff(node(3));
        run(5_000);
        byte[] again = new Draft(4, 4).text(3);
        site.operator().update(node(1), again, () -> {});
        until("version 3", () -> status(1).configVersion() == 3);
        node(3).files().put(node(3).layout().clusterConf(), again);
        node(3).boot();
        until("with node 3", () -> all(List.of(1, 2, 3, 4)));
        assertTrue(!status(1).nodes().get(2).leaving());
    }
}
