package io.muster.service;

import io.muster.service.Plan.ServiceSpec;
import org.junit.jupiter.api.Test;

/// What becomes of services, for readers who know rgmanager and not our code: one story a file.
class StoriesTest {
    private static final String THREE_NODES = """
            Three nodes, one service: web in an ordered failover domain, node1 before node2 before node3.
            """;

    private static ServiceSpec web() {
        return Plans.inDomain(Plans.service("web"), "d");
    }

    /// What doesn't work, and where; 0 for everywhere.
    private static TestCluster.Luck fails(Operation operation, int... nodes) {
        return (nodeid, service, op) -> {
            for (int node : nodes) {
                if (op == operation && (node == 0 || node == nodeid)) {
                    return false;
                }
            }
            return true;
        };
    }

    private static final TestCluster.Luck WORKS = (nodeid, service, operation) -> true;

    @Test
    void startFails() {
        var story = new Story("start-fails", THREE_NODES + """
                A start that fails is tried on the next node. When nobody can start it, it stays stopped until a
                node comes or goes.
                """, Plans.manual(web()));
        story.up();
        story.agents("Start fails on node1 and node2.", fails(Operation.START, 1, 2));
        story.clusvcadm(3, RequestKind.ENABLE_BY_DOMAIN, "web", 0).run(2);
        story.agents("Start fails everywhere.", fails(Operation.START, 0));
        story.clusvcadm(3, RequestKind.RESTART, "web", 0).run(5).clustat();
        story.agents("Start works again; nobody has noticed.", WORKS).run(20).clustat();
        story.then("pulls the plug of node2", () -> story.cluster.crash(2)).run(3);
        story.end();
    }

    @Test
    void checkFails() {
        var story = new Story("check-fails", THREE_NODES + """
                recovery="restart" max_restarts="1" restart_expire_time="600": after a failed check it is
                restarted in place once, and when that doesn't last, it goes to another node.
                """, Plans.recovery(web(), Recovery.RESTART, 1, 600_000));
        story.up();
        story.agents("Checks fail on node1.", fails(Operation.STATUS, 1)).run(25);
        story.end();
    }

    @Test
    void ownerLost() {
        var story = new Story("owner-lost", THREE_NODES + """
                The owner is lost. Until it is fenced, nobody may start web; then it goes to the next node, and
                back when node1 is up again.
                """, web());
        story.up();
        story.cluster.fenceMs = 4_000;
        story.then("pulls the plug of node1", () -> story.cluster.crash(1))
                .run(2)
                .clustat();
        story.clusvcadm(3, RequestKind.RESTART, "web", 0).run(5);
        story.then("switches node1 on", () -> story.cluster.up(1)).run(5);
        story.end();
    }

    @Test
    void fencingAcknowledged() {
        var story = new Story("fencing-acknowledged", THREE_NODES + """
                The owner is lost and its fence device doesn't answer. Nothing is started anywhere, until the
                administrator has looked at node1 and says that it is off.
                """, web(), Plans.manual(Plans.service("mail")));
        story.up();
        story.cluster.fenceMs = 86_400_000;
        story.then("pulls the plug of node1 and of its power switch", () -> story.cluster.crash(1))
                .run(60)
                .clustat();
        story.clusvcadm(2, RequestKind.ENABLE, "mail", 0);
        story.then("node2# fence_ack_manual node1", () -> story.cluster.acknowledge(1))
                .run(3);
        story.clusvcadm(2, RequestKind.ENABLE, "mail", 0);
        story.end();
    }

    @Test
    void quorumLost() {
        var story = new Story("quorum-lost", THREE_NODES + """
                Without quorum every node stops everything, and disabled and frozen are forgotten. With quorum
                again, web starts when the two that were lost are fenced, and each node has said that it runs
                nothing.
                """, web(), Plans.service("mail"));
        story.up();
        story.clusvcadm(3, RequestKind.DISABLE, "mail", 0);
        story.then("pulls the plugs of node2 and node3", () -> {
                    story.cluster.crash(2);
                    story.cluster.crash(3);
                })
                .run(3)
                .clustat();
        story.clusvcadm(1, RequestKind.ENABLE, "web", 0);
        story.then("switches node2 and node3 on", () -> story.cluster.up(2, 3)).run(5);
        story.end();
    }

    @Test
    void stopFails() {
        var story = new Story("stop-fails", THREE_NODES + """
                A stop that fails leaves it failed: it may still run on node1. Only disable is accepted, and as
                long as that doesn't stop it either, no other node may have it.
                """, web());
        story.up();
        story.agents("Stop fails on node1.", fails(Operation.STOP, 1));
        story.clusvcadm(2, RequestKind.RELOCATE, "web", 2).clustat();
        story.clusvcadm(2, RequestKind.ENABLE, "web", 0);
        story.clusvcadm(2, RequestKind.DISABLE, "web", 0).clustat();
        story.clusvcadm(2, RequestKind.ENABLE, "web", 0);
        story.agents("Somebody has ended web on node1 by hand.", WORKS);
        story.clusvcadm(2, RequestKind.DISABLE, "web", 0);
        story.clusvcadm(2, RequestKind.ENABLE, "web", 0);
        story.end();
    }

    @Test
    void relocated() {
        var story = new Story("relocated", THREE_NODES + """
                clusvcadm -r to a node, to the best of the others, to its owner, and to where it can't start: then
                it comes back.
                """, web());
        story.up();
        story.clusvcadm(2, RequestKind.RELOCATE, "web", 3);
        story.clusvcadm(2, RequestKind.RELOCATE, "web", 0);
        story.clusvcadm(2, RequestKind.RELOCATE, "web", 1);
        story.clusvcadm(2, RequestKind.MIGRATE, "web", 3);
        story.agents("Start fails on node2 and node3.", fails(Operation.START, 2, 3));
        story.clusvcadm(2, RequestKind.RELOCATE, "web", 3);
        story.end();
    }

    @Test
    void frozen() {
        var story = new Story("frozen", THREE_NODES + """
                A frozen service is left alone: no checks, and no commands but -U.
                """, web());
        story.up();
        story.clusvcadm(3, RequestKind.FREEZE, "web", 0).clustat();
        story.agents("Checks fail on node1.", fails(Operation.STATUS, 1)).run(30);
        story.clusvcadm(2, RequestKind.DISABLE, "web", 0);
        story.clusvcadm(2, RequestKind.UNFREEZE, "web", 0).run(12);
        story.end();
    }

    @Test
    void dependentAndExclusive() {
        var story = new Story(
                "dependent-and-exclusive",
                """
                Three nodes. app depends on web; alone is exclusive and wants a node for itself. app stops and
                starts with web. alone gets the node that nobody else has; when there is none, it waits.
                """,
                web(),
                Plans.depend(Plans.service("app"), "web"),
                Plans.exclusive(Plans.service("alone")));
        story.up();
        story.clusvcadm(1, RequestKind.DISABLE, "web", 0).run(3).clustat();
        story.clusvcadm(1, RequestKind.ENABLE, "app", 0);
        story.clusvcadm(1, RequestKind.ENABLE, "web", 0).run(3).clustat();
        story.then("pulls the plug of node2", () -> story.cluster.crash(2))
                .run(3)
                .clustat();
        story.then("switches node2 on", () -> story.cluster.up(2)).run(3);
        story.end();
    }

    @Test
    void rgmanagerKilled() {
        var story = new Story("rgmanager-killed", THREE_NODES + """
                rgmanager on node1 is killed, web runs on. Nobody may start it elsewhere: node1 lives. The next
                rgmanager there stops everything first, and its word is the proof. The second time the stop fails.
                """, web());
        story.up();
        story.then("node1# killall -9 rgmanager", () -> story.cluster.killRg(1))
                .run(3)
                .clustat();
        story.then("node1# systemctl start rgmanager", () -> story.cluster.startRg(1))
                .run(3);
        story.agents("Stop fails on node1.", fails(Operation.STOP, 1));
        story.then("node1# killall -9 rgmanager", () -> story.cluster.killRg(1)).run(3);
        story.then("node1# systemctl start rgmanager", () -> story.cluster.startRg(1))
                .run(3);
        story.end();
    }

    @Test
    void rgmanagerStopped() {
        var story = new Story("rgmanager-stopped", THREE_NODES + """
                rgmanager on node1 is stopped: it stops what it has, hands it over, and ends.
                """, web());
        story.up();
        story.then("node1# systemctl stop rgmanager", () -> story.cluster.stopRg(1))
                .run(3);
        story.end();
    }

    @Test
    void configurationChanged() {
        var story = new Story("configuration-changed", THREE_NODES + """
                A new cluster.conf: an address of web changes, mail goes, app is new. web is changed where it
                is, mail stopped, app started.
                """, web(), Plans.service("mail"));
        story.up();
        Plan next = Plans.plan(
                2, 3, story.cluster.plan.domains(), Plans.digest(web(), "other address"), Plans.service("app"));
        story.then("node2# ccs_tool update cluster.conf", () -> story.cluster.reconfigure(next))
                .run(3);
        story.end();
    }
}
