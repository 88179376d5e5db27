package io.muster.totem;

import java.util.List;
import org.junit.jupiter.api.Test;

/// What a ring does, one story a file, for readers who know Totem and not this code.
class RingStoriesTest {
    private static final String HOW_TO_READ = """

            Milliseconds, nodes, what happened to them; behind -> what they did. Each datagram takes 1 ms, the token
            time-out is 1000 ms, and the token precedes the packets it counts (the accelerated ring). m3.1 is the first
            message of node 3. What brings no news is counted (...) and not told.""";

    @Test
    void twoNodesFormARing() {
        story("two-nodes-form-a-ring", 2, """
                        Two nodes form a ring from nothing.

                        Each starts in Gather and says in joins whom it hears. A node that knows nobody listens
                        for the consensus time of 70 ms before it proposes a ring. When both propose the same, the
                        lower node, the representative, commits; there is no old ring to recover, and the token
                        begins its rounds. After three without news the representative holds it.""")
                .begin()
                .boot(1)
                .boot(2)
                .pass(2000)
                .end(List.of(1, 2));
    }

    @Test
    void agreedAndSafe() {
        story("agreed-and-safe", 3, """
                        One message is sent agreed, one safe.

                        Both need the token. The agreed one is delivered wherever it arrives, since all before it
                        have been. The safe one waits until the token has shown twice that every member has it: an
                        aru of 2 that came back means that everybody knows.""")
                .beginWithRing(1, 2, 3)
                .send(2, false)
                .pass(300)
                .send(2, true)
                .pass(1000)
                .end(List.of(1, 2, 3));
    }

    @Test
    void aMemberDies() {
        var story = story("a-member-dies", 3, """
                A member dies, and its last message has reached only one of the others.

                The token is lost on its way to node 3. Node 1 and 2 gather, fail node 3 after the consensus
                time, agree and commit. In Recovery node 2 asks node 1 for the packet it lacks, and delivers it
                in the regular configuration of the old ring as node 1 did: they move together and deliver the
                same (V2). The transitional configuration says who moves, the regular one who is in the new
                ring.""");
        story.beginWithRing(1, 2, 3)
                .lose(3, 2, "packet")
                .send(3, false)
                .pass(4)
                .then("node 3 loses its power", () -> story.cluster.crash(3))
                .pass(2500)
                .end(List.of(1, 2));
    }

    @Test
    void aLostMessageIsSentAgain() {
        story("a-lost-message-is-sent-again", 3, """
                        A message is lost on the way to one member and sent again.

                        Packets may follow the token, so node 3 misses packet 1 only one round after the token
                        counted it. It asks in the token's rtr list; the next member that has the packet sends it
                        again and takes the request away. Until then node 3 keeps the aru at 0, so the safe
                        message behind is delivered nowhere.""")
                .beginWithRing(1, 2, 3)
                .lose(1, 3, "packet")
                .send(1, false)
                .send(1, true)
                .pass(500)
                .end(List.of(1, 2, 3));
    }

    @Test
    void partitionAndHeal() {
        var story = story("partition-and-heal", 4, """
                The network parts in the middle of a safe message, each side goes on alone, and both meet again.

                Node 1 and 2 have packet 1 but can't know whether the others do: it isn't safe in the old ring's
                regular configuration. They deliver it after the transitional configuration of those who move
                with them, where safe means safe among these. Node 3 and 4 never had it and deliver nothing.
                Later node 3 sends in its own ring. After the heal beacons find the other ring; each side ends
                its ring with its own transitional configuration and all begin the common one: extended virtual
                synchrony.""");
        var network = story.cluster.network;
        story.beginWithRing(1, 2, 3, 4)
                .lose(1, 3, "packet")
                .lose(1, 4, "packet")
                .send(1, true)
                .pass(1)
                .then("the network parts 1,2 from 3,4", () -> {
                    network.cut(1, 3);
                    network.cut(1, 4);
                    network.cut(2, 3);
                    network.cut(2, 4);
                })
                .pass(2000)
                .send(3, false)
                .pass(500)
                .then("the network heals", network::heal)
                .untilOneRing()
                .pass(500)
                .end(List.of(1, 2, 3, 4));
    }

    @Test
    void aNodeJoins() {
        story("a-node-joins", 3, """
                        A node joins a ring of two, and sends.

                        Its first join tells the members only that it is there: they answer by beacon that they
                        hear it. When it hears them too, it is worth stopping the ring for. The members are ready
                        at once; the newcomer listens for its consensus time first. Members end their old ring
                        with a transitional configuration; a first ring has none before it.""")
                .beginWithRing(1, 2)
                .boot(3)
                .untilOneRing()
                .pass(200)
                .send(3, false)
                .pass(200)
                .end(List.of(1, 2, 3));
    }

    @Test
    void aLostTokenIsSentAgain() {
        story("a-lost-token-is-sent-again", 3, """
                        The token is lost once and sent again.

                        Whoever has passed it and doesn't see it come back sends it again; a member that has had
                        it drops the copy. The ring goes on: no gather.""")
                .beginWithRing(1, 2, 3)
                .lose(2, 3, "token")
                .send(1, false)
                .pass(500)
                .end(List.of(1, 2, 3));
    }

    @Test
    void aCutInOneDirection() {
        var story = story("a-cut-in-one-direction", 3, """
                Nothing gets from node 2 to node 3 any more, everything else does.

                Node 2 hears both others, node 3 hears only node 1. A ring is a set that hears each other
                pairwise: 1,2 or 1,3, and of two equal ones the lower. Node 3 sees in the joins of 1 that it
                proposes another set, and goes on doing so: node 3 is out and forms a ring of its own. Nobody
                tries again while nothing is new. When the cut has healed, node 3 hears node 2, which has heard
                it all the time: that is new, and worth stopping the rings for.""");
        story.beginWithRing(1, 2, 3)
                .then("nothing gets from 2 to 3 any more", () -> story.cluster.network.cutOneWay(2, 3))
                .pass(1300)
                .then("the network heals", story.cluster.network::heal)
                .untilOneRing()
                .pass(200)
                .end(List.of(1, 2, 3));
    }

    @Test
    void aStall() {
        var story = story("a-stall", 3, """
                A node stands still, and its driver says so.

                First its clock leaps by 1500 ms, more than the token time-out, as when a virtual machine is
                moved. The driver tells how late it was woken; that extends what the node waits for the others,
                by one token at most, and so it doesn't take its own pause for their silence. Then it is stopped
                for 3 s: the others have formed a ring without it, and one token's grace isn't enough. The joins
                that have waited in its socket say that both have failed it, so it forms a ring of its own, and
                joins them from there.""");
        var machine = story.cluster.machines.get(2);
        story.beginWithRing(1, 2, 3)
                .then("the clock of node 2 leaps by 1500 ms", () -> machine.jump(1500))
                .pass(500)
                .then("node 2 is stopped", machine::stop)
                .pass(3000)
                .then("node 2 goes on", machine::goOn)
                .untilOneRing()
                .pass(200)
                .end(List.of(1, 2, 3));
    }

    @Test
    void anIdleRingHoldsItsToken() {
        story("an-idle-ring-holds-its-token", 3, """
                        An idle ring holds its token, and who wants to send cancels the hold.

                        The token rests 180 ms a round: with the representative at first, then with whoever sent
                        last, since who sends is likely to send again. Node 3 has to ask node 1 for it; a moment
                        later it sends without asking. Node 2 only wants to know that the ring lives now: it asks
                        for a round.""")
                .beginWithRing(1, 2, 3)
                .pass(1000)
                .send(3, false)
                .pass(500)
                .send(3, false)
                .pass(500)
                .askRound(2)
                .pass(300)
                .end(List.of(1, 2, 3));
    }

    private static RingStory story(String name, int nodes, String about) {
        return new RingStory(name, nodes, about + "\n" + HOW_TO_READ);
    }
}
