package io.muster.member;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.CauseId;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Reason;
import io.muster.member.Standing.Loss;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StandingTest {
    private static final Node ONE = run(1, 0x11);
    private static final Node TWO = run(2, 0x22);
    private static final Node TWO_AGAIN = run(2, 0x23);
    private static final Node THREE = run(3, 0x33);

    private final Standing standing = new Standing();

    private static Node run(int nodeid, long low) {
        return new Node(nodeid, new Incarnation(0, low));
    }

    private void membership(long position, List<Node> members, Departure... left) {
        standing.apply(new GroupEntry.Membership(position, 8, members, List.of(), List.of(left)));
    }

    private static byte[] octets(Standing standing) {
        Output out = new Output();
        standing.encode(out);
        return out.toBytes();
    }

    @Test
    void nobodyIsAnythingAtFirst() {
        assertFalse(standing.quorate());
        assertEquals(Set.of(), standing.view());
        assertEquals(Set.of(), standing.lost().keySet());
    }

    @Test
    void viewMembersAndQuorumAreWhatTheLatestEntrySays() {
        standing.apply(new GroupEntry.View(1, List.of(ONE, TWO), List.of(TWO), List.of()));
        membership(2, List.of(ONE, TWO, THREE));
        standing.apply(new GroupEntry.Quorum(3, true));
        standing.apply(new GroupEntry.View(4, List.of(ONE), List.of(), List.of(new Departure(TWO, Reason.LEFT))));
        membership(5, List.of(ONE, TWO_AGAIN));
        assertEquals(Set.of(ONE), standing.view());
        assertEquals(8, standing.ringSequence());
        assertTrue(standing.quorate());
        assertTrue(standing.present(TWO_AGAIN));
        assertFalse(standing.present(TWO), "another run of it is");
        assertFalse(standing.present(THREE));
    }

    /// What ends the newer one ends the older: nobody says anything of that any more.
    @Test
    void aNewerLostRunReplacesTheOlderOneOfItsNodeAndReason() {
        membership(5, List.of(ONE), new Departure(TWO, Reason.LOST), new Departure(THREE, Reason.LOST));
        membership(6, List.of(ONE), new Departure(TWO_AGAIN, Reason.KILLED));
        assertEquals(Set.of(TWO, TWO_AGAIN, THREE), standing.lost().keySet(), "of another reason");
        membership(7, List.of(ONE), new Departure(TWO_AGAIN, Reason.LOST));
        assertEquals(Set.of(TWO_AGAIN, THREE), standing.lost().keySet());
        assertEquals(Set.of(TWO_AGAIN, THREE), standing.remains().keySet());
    }

    @Test
    void aLostRunStaysLostUntilItIsFenced() {
        membership(5, List.of(ONE), new Departure(THREE, Reason.KILLED), new Departure(TWO, Reason.LOST));
        membership(6, List.of(ONE, TWO_AGAIN), new Departure(TWO, Reason.LOST));
        assertEquals(new Loss(5, 1, Reason.LOST), standing.lost().get(TWO), "as it was said first");
        assertEquals(new Loss(5, 0, Reason.KILLED), standing.lost().get(THREE));
        standing.apply(new GroupEntry.Fenced(7, TWO, 1, "apc"));
        assertEquals(Set.of(THREE), standing.lost().keySet());
    }

    @Test
    void ofEachNodeAndReasonTheLastLostRunStandsForThoseBefore() {
        membership(1, List.of(ONE), new Departure(TWO, Reason.LOST));
        membership(2, List.of(ONE), new Departure(TWO_AGAIN, Reason.LOST));
        assertEquals(List.of(TWO_AGAIN), List.copyOf(standing.lost().keySet()));
        membership(3, List.of(ONE), new Departure(TWO, Reason.KILLED));
        assertEquals(List.of(TWO, TWO_AGAIN), List.copyOf(standing.lost().keySet()));
    }

    @Test
    void whoSaidGoodByeIsntLost() {
        membership(5, List.of(ONE), new Departure(TWO, Reason.LEFT), new Departure(THREE, Reason.REMOVED));
        assertEquals(Set.of(), standing.lost().keySet());
    }

    @Test
    void messagesConfigurationAndRecoveryChangeNothing() {
        full();
        byte[] before = octets(standing);
        standing.apply(new GroupEntry.Message(8, ONE, true, new byte[3], CauseId.NONE));
        standing.apply(new GroupEntry.Config(9, 2, "00", true, new byte[3]));
        standing.apply(new GroupEntry.Recovered(10, GroupEntry.Level.FENCE, 9));
        assertEquals(HexFormat.of().formatHex(before), HexFormat.of().formatHex(octets(standing)));
    }

    private void full() {
        standing.apply(new GroupEntry.View(1, List.of(ONE), List.of(ONE), List.of()));
        membership(2, List.of(ONE, TWO_AGAIN), new Departure(TWO, Reason.KILLED));
        standing.apply(new GroupEntry.Quorum(3, true));
    }

    @Test
    void goldenOctets() {
        full();
        String one = "00000001" + "0000000000000000" + "0000000000000011";
        String two = "00000002" + "0000000000000000" + "0000000000000022";
        String again = "00000002" + "0000000000000000" + "0000000000000023";
        assertEquals(
                "01" + "0000000000000008" + "00000001" + one + "00000002" + one + again + "00000001" + two
                        + "0000000000000002" + "00000000" + "03" + "00000001" + two + "01" + "00000000",
                HexFormat.of().formatHex(octets(standing)));
    }

    @Test
    void whatWasEncodedIsDecodedEqual() throws MalformedMessage {
        full();
        Input in = new Input(octets(standing));
        Standing read = Standing.decode(in);
        in.end();
        assertEquals(HexFormat.of().formatHex(octets(standing)), HexFormat.of().formatHex(octets(read)));
        assertEquals(standing.lost(), read.lost());
        assertEquals(standing.toString(), read.toString());
    }

    @Test
    void damageIsMalformedAndNothingElse() {
        full();
        byte[] whole = octets(standing);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(MalformedMessage.class, () -> Standing.decode(new Input(cut)));
        }
        Random dice = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            byte[] copy = whole.clone();
            copy[dice.nextInt(copy.length)] ^= (byte) (1 << dice.nextInt(8));
            try {
                Standing.decode(new Input(copy));
            } catch (MalformedMessage expected) {
                // As it should be; whatever else is thrown fails the test.
            }
        }
    }
}
