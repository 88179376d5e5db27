package io.muster.fence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.core.Drive;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Reason;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FenceCodecTest {
    private static final Node NODE = new Node(2, new Incarnation(0x1122, 0x3344));

    private static final List<FenceMessage> ALL = List.of(
            new FenceMessage.Ready(),
            new FenceMessage.Start(List.of(3, 4)),
            new FenceMessage.Claim(NODE),
            new FenceMessage.Release(NODE),
            new FenceMessage.Proven(NODE, new Proof(Proof.Kind.AGENT, 1, "fence_apc", 5)),
            new FenceMessage.Tried(new FencePath(2, "m", "d"), new FencePath.Trial(true, "fence", "fence_apc", 1, 5)),
            new FenceMessage.Alive(NODE, new Proof(Proof.Kind.EXTERNAL, 1, "fence_apc", 5)),
            new FenceMessage.Kept(new Former(7, Settings.nodes(2).made().nodes().get(2))));

    @Test
    void goldens() throws MalformedMessage {
        String node = "00000002" + "0000000000001122" + "0000000000003344";
        String time = "0000000000000005";
        String apc = "0009" + "66656e63655f617063";
        List<String> hex = List.of(
                "0201",
                "0202" + "00000002" + "00000003" + "00000004",
                "0203" + node,
                "0204" + node,
                "0205" + node + "00" + "00000001" + apc + time,
                "0206" + "00000002" + "00016d" + "000164" + "01" + "000566656e6365" + apc + "00000001" + time,
                "0207" + node + "02" + "00000001" + apc + time,
                "0208" + "00000007" + "00000002" + "00026e32" + "00000001" + "0005706f776572" + "00000001"
                        + "0000000000000000" + "0005706f776572" + "0003617063" + "000966656e63655f617063" + "00"
                        + "00000000" + "00" + "00000000" + "00");
        for (int i = 0; i < ALL.size(); i++) {
            assertEquals(hex.get(i), HexFormat.of().formatHex(FenceCodec.encode(ALL.get(i))));
            assertEquals(ALL.get(i), FenceCodec.decode(HexFormat.of().parseHex(hex.get(i))));
        }
    }

    @Test
    void damageIsMalformedOrAnotherMessageAndNothingElse() {
        var dice = new SplittableRandom(5);
        for (int i = 0; i < 20_000; i++) {
            byte[] octets = FenceCodec.encode(ALL.get(dice.nextInt(ALL.size())));
            byte[] damaged = dice.nextBoolean() ? Arrays.copyOf(octets, dice.nextInt(octets.length + 3)) : octets;
            if (damaged.length > 0) {
                damaged[dice.nextInt(damaged.length)] ^= (byte) (1 << dice.nextInt(8));
            }
            try {
                FenceCodec.decode(damaged);
            } catch (MalformedMessage expected) {
                // The only exception there may be.
            }
        }
    }

    @Test
    void aSnapshotIsRestoredToTheSameState() throws MalformedMessage {
        var one = new Domain(1, Settings.nodes(3)).started(1, 2, 3);
        one.lose(Domain.node(3), 1, 2).confirm(true);
        one.event(new FenceEvent.PathTried(
                new FencePath(2, "m", "d"), new FencePath.Trial(false, "status", "fence_apc", 1, 5)));
        byte[] snapshot = one.core.snapshot();
        var other = new Domain(2, Settings.nodes(3));
        other.core.restore(snapshot);
        assertArrayEquals(snapshot, other.core.snapshot());
        assertThrows(MalformedMessage.class, () -> other.core.restore(Arrays.copyOf(snapshot, snapshot.length - 1)));
        assertArrayEquals(snapshot, other.core.snapshot(), "a snapshot that can't be read changes nothing");
    }

    @Test
    void aSnapshotOfAnotherVersionIsRefusedByName() {
        var one = new Domain(1, Settings.nodes(3)).started(1, 2, 3);
        byte[] snapshot = one.core.snapshot();
        snapshot[0]--;
        assertEquals(
                "fence domain's state of version 3, this fenced has version 4",
                assertThrows(MalformedMessage.class, () -> one.core.restore(snapshot))
                        .getMessage());
    }

    @Test
    void aResumedCopyIsTheOriginal() throws MalformedMessage {
        var one = new Domain(1, Settings.nodes(4)).started(1, 2, 3, 4);
        one.lose(Domain.node(3), 1, 2, 4).confirm(true);
        one.hold().event(new FenceEvent.Acknowledged(7, Domain.node(3), 9));
        one.lose(Domain.node(4), 1, 2);
        FenceDomain copy = FenceDomain.of(one.self, one.core.local());
        copy.restore(one.core.snapshot());
        copy.resume(one.core.local());
        assertEquals(one.core.local(), copy.local());
        copy.drive(new Drive.Local<>(new FenceEvent.Unfenced(one.self)), one.now + 5_000);
        one.now += 5_000;
        one.event(new FenceEvent.Unfenced(one.self));
        assertEquals(one.core.local(), copy.local(), "what is under way is said again at the same time");
    }

    @Test
    void twoReplicasWithDifferentClocksAgreeAfterEachEntry() {
        var one = new Domain(1, Settings.nodes(3)).hold();
        var two = new Domain(2, Settings.nodes(3).postFailMs(9000)).hold();
        two.now = 777_777;
        List<java.util.function.Consumer<Domain>> log = List.of(
                domain -> domain.view(1, 2, 3),
                domain -> domain.members(Domain.nodes(1, 2, 3), List.of()),
                domain -> domain.quorum(true),
                domain -> domain.message(Domain.node(1), new FenceMessage.Start(List.of(4))),
                domain -> domain.members(Domain.nodes(1, 2), List.of(new Departure(Domain.node(3), Reason.LOST))),
                domain -> domain.message(Domain.node(2), new FenceMessage.Claim(Domain.node(3))),
                domain -> domain.message(Domain.node(1), new FenceMessage.Claim(Domain.node(3))),
                domain -> domain.viewLost(Domain.node(1), 2, 3),
                domain -> domain.message(Domain.node(2), new FenceMessage.Claim(Domain.node(3))),
                domain -> domain.message(
                        Domain.node(2),
                        new FenceMessage.Proven(Domain.node(3), new Proof(Proof.Kind.AGENT, 2, "a", 1))));
        for (var entry : log) {
            entry.accept(one);
            entry.accept(two.at(two.now + 1234));
            assertArrayEquals(one.core.snapshot(), two.core.snapshot());
        }
    }
}
