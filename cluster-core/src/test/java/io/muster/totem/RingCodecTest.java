package io.muster.totem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.CauseId;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Octets of the ring: goldens, round trips, and damage that may only end in [MalformedMessage].
class RingCodecTest {
    private static final Node SELF = new Node(3, new Incarnation(0x1122334455667788L, 0x99aabbccddeeff01L));
    private static final Node OTHER = new Node(1, new Incarnation(7, 9));
    private static final RingId RING = new RingId(0x1_0000_0004L, OTHER);
    private static final String HEADER_REST = "0000000300000004";
    private static final String RING_HEX = "0000000100000004" + "00000001" + "0000000000000007" + "0000000000000009";

    private static List<RingMessage> samples() {
        var history = new RingMessage.History(RING, 40, 38, new byte[] {5, 1});
        var peers = List.of(
                new RingMessage.PeerView(OTHER, true, false, true, 12),
                new RingMessage.PeerView(new Node(9, new Incarnation(1, 1)), false, true, false, 65535));
        return List.of(
                new RingMessage.Token(RING, 77, 500, 612, 499, 2, 40, 60, 3, new long[] {499, 500}, new int[] {3, 2}),
                new RingMessage.Join(SELF, 4711, 12, true, peers, history),
                new RingMessage.Join(SELF, 1, 0, false, List.of(), null),
                new RingMessage.Commit(RING, List.of(1, 3), List.of(5L, -6L)),
                new RingMessage.Beacon(RING, SELF.incarnation(), List.of(OTHER)),
                new RingMessage.Request(RING, new long[] {41, 44}),
                new RingMessage.Ready(RING, true),
                new RingMessage.Install(RING),
                new RingMessage.Cancel(RING),
                new RingMessage.Leave());
    }

    private static String hex(RingMessage message) {
        return HexFormat.of().formatHex(RingCodec.encode(message, SELF));
    }

    @Test
    void goldens() {
        assertEquals("4d535452" + "010a0000" + "00000000" + "0000000300000000", hex(new RingMessage.Leave()));
        assertEquals("4d535452" + "01080000" + "0000001c" + HEADER_REST + RING_HEX, hex(new RingMessage.Install(RING)));
        assertEquals(
                "4d535452" + "01070001" + "0000001c" + HEADER_REST + RING_HEX, hex(new RingMessage.Ready(RING, true)));
        assertEquals(
                "4d535452" + "01020000" + "00000064" + HEADER_REST + RING_HEX + "000000000000004d" + "00000000000001f4"
                        + "0000000000000264" + "00000000000001f3" + "00000002" + "00000028" + "0000003c" + "0003"
                        + "0002" + "00000000000001f3" + "00000003" + "00000000000001f4" + "00000002",
                hex(samples().getFirst()));
        assertEquals(
                "4d535452" + "01040000" + "00000036" + HEADER_REST + RING_HEX + "0002" + "00000001" + "0000000000000005"
                        + "00000003" + "fffffffffffffffa",
                hex(samples().get(3)));
    }

    @Test
    void packetGolden() {
        var queue = new SendQueue();
        queue.add(new byte[] {(byte) 0xab, (byte) 0xcd}, true, new CauseId(3, 0x10, 0x20));
        byte[] packet = queue.next(SELF, RING, 8, 5, 1400);
        assertEquals(
                "4d535452" + "01010001" + "00000045" + HEADER_REST + RING_HEX + "0000000000000008"
                        + "0000000000000005" + "03" + "0002" + "00000002" + "00000003" + "00000010"
                        + "0000000000000020" + "abcd",
                HexFormat.of().formatHex(packet));
        assertEquals(1, queue.endedInLast());
    }

    @Test
    void whatWasEncodedIsDecodedEqual() throws MalformedMessage {
        for (RingMessage message : samples()) {
            byte[] octets = RingCodec.encode(message, SELF);
            assertArrayEquals(octets, RingCodec.encode(RingCodec.decode(octets), SELF), message.toString());
        }
    }

    @Test
    void damageEndsInMalformedMessageAndNothingElse() {
        var dice = new Random(5);
        var all = new ArrayList<byte[]>();
        samples().forEach(message -> all.add(RingCodec.encode(message, SELF)));
        var queue = new SendQueue();
        queue.add(new byte[900], false, CauseId.NONE);
        queue.add(new byte[3000], false, CauseId.NONE);
        for (int i = 0; i < 3; i++) {
            all.add(queue.next(SELF, RING, 1 + i, 1, 1400));
        }
        int refused = 0;
        for (int i = 0; i < 60_000; i++) {
            byte[] octets = all.get(dice.nextInt(all.size())).clone();
            if (dice.nextInt(4) == 0) {
                octets = java.util.Arrays.copyOf(octets, dice.nextInt(octets.length + 10));
            }
            for (int flips = dice.nextInt(4); flips >= 0 && octets.length > 0; flips--) {
                octets[dice.nextInt(octets.length)] ^= (byte) (1 << dice.nextInt(8));
            }
            try {
                if (RingCodec.type(octets) == RingCodec.DATA) {
                    Packet.check(octets);
                } else {
                    RingCodec.decode(octets);
                }
            } catch (MalformedMessage e) {
                refused++;
            }
        }
        assertTrue(refused > 20_000);
    }
}
