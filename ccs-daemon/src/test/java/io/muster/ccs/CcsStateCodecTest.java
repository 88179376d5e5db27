package io.muster.ccs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.ccs.Choice.Elected;
import io.muster.ccs.Choice.InForce;
import io.muster.ccs.Choice.Probation;
import io.muster.ccs.Choice.Spreading;
import io.muster.ccs.Choice.Unelected;
import io.muster.config.ConfigVersion;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.member.Standing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class CcsStateCodecTest {
    private static final Node ONE = new Node(1, new Incarnation(0, 0x11));
    private static final Document V4 = Texts.document(3, 4, "old");
    private static final Document V5 = Texts.document(3, 5, "new");

    private static final List<Choice> CHOICES = List.of(
            new Unelected(),
            new Elected(V4.version()),
            new Spreading(new Pending(2, V4, new TreeSet<>(List.of(1, 3)))),
            new InForce(V4, 2, Optional.empty(), Optional.empty()),
            new InForce(
                    V4,
                    2,
                    Optional.of(new Update(
                            new Pending(9, V5, new TreeSet<>(List.of(2))),
                            Optional.of(new Update.Asked(ONE, 0x77)),
                            60)),
                    Optional.empty()),
            new InForce(
                    V4,
                    2,
                    Optional.of(new Update(new Pending(9, V5, new TreeSet<>()), Optional.empty(), 0)),
                    Optional.of(new Probation(V5, 120))));

    private static CcsState state(Choice choice) {
        var standing = new Standing();
        standing.apply(new GroupEntry.View(1, List.of(ONE), List.of(ONE), List.of()));
        var reports = new TreeMap<>(Map.of(ONE, new OnDisk(V4.version(), 2, ConfigVersion.NONE, 0, 1, 3)));
        var outcomes = new ArrayList<>(List.of(new Outcome(ONE, 6, false, "no")));
        var names = new MemberNames();
        names.follow(new TreeMap<>(Map.of(1, ONE)), V4.config());
        var troubles = new TreeMap<>(Map.of(ONE, "full"));
        return new CcsState(standing, names, choice, 9, V4.version(), reports, troubles, outcomes);
    }

    private static String hex(byte[] octets) {
        return HexFormat.of().formatHex(octets);
    }

    private static String hex(String text) {
        return hex(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static String document(Document document) {
        byte[] octets = document.octets();
        return "%08x".formatted(octets.length) + hex(octets);
    }

    @Test
    void goldens() {
        String node = "00000001" + "0000000000000000" + "0000000000000011";
        String v4 = "00000004" + "0040" + hex(V4.version().sha256());
        String none = "ffffffff" + "0000";
        String standing = "00" + "0000000000000000" + "00000001" + node + "00000000" + "00000000" + "00000000";
        String names = "00000001" + "00000001" + "0002" + hex("a1");
        String report = node + v4 + "0000000000000002" + none + "0000000000000000" + "00000001" + "00000003";
        String rest = "0000000000000009" + v4 + "00000001" + report + "00000001" + node + "0004"
                + hex("full") + "00000001" + node + "0000000000000006" + "00"
                + "0002" + hex("no");
        List<String> choices = List.of(
                "00",
                "01" + v4,
                "02" + "0000000000000002" + document(V4) + "00000002" + "00000001" + "00000003",
                "03" + document(V4) + "0000000000000002" + "00" + "00",
                "03" + document(V4) + "0000000000000002" + "01" + "0000000000000009" + document(V5) + "00000001"
                        + "00000002" + "01" + node + "0000000000000077" + "0000003c" + "00",
                "03" + document(V4) + "0000000000000002" + "01" + "0000000000000009" + document(V5) + "00000000" + "00"
                        + "00000000" + "01" + document(V5) + "00000078");
        for (int i = 0; i < CHOICES.size(); i++) {
            assertEquals(
                    "03" + standing + names + choices.get(i) + rest,
                    hex(CcsStateCodec.encode(state(CHOICES.get(i)))),
                    CHOICES.get(i).toString());
        }
    }

    @Test
    void whatIsDecodedIsWhatWasEncoded() throws MalformedMessage {
        for (Choice choice : CHOICES) {
            byte[] octets = CcsStateCodec.encode(state(choice));
            CcsState back = CcsStateCodec.decode(octets);
            assertEquals(choice, back.choice());
            assertArrayEquals(octets, CcsStateCodec.encode(back));
        }
    }

    @Test
    void anotherVersionIsRefusedByName() {
        byte[] octets = CcsStateCodec.encode(state(new Unelected()));
        octets[0] = 1;
        var refusal = assertThrows(MalformedMessage.class, () -> CcsStateCodec.decode(octets));
        assertEquals("ccs state of version 1, this ccsd has version 3", refusal.getMessage());
    }

    @Test
    void aStateThatCantBeIsRefused() {
        Choice spreading = new Spreading(new Pending(2, V4, new TreeSet<>()));
        String ok = hex(CcsStateCodec.encode(state(spreading)));
        // In force under attempt 2, and an update to the same document.
        String bad = ok.replace(
                "02" + "0000000000000002" + document(V4) + "00000000",
                "03" + document(V4) + "0000000000000002" + "01" + "0000000000000003" + document(V4) + "00000000" + "00"
                        + "00000000" + "00");
        assertThrows(
                MalformedMessage.class,
                () -> CcsStateCodec.decode(HexFormat.of().parseHex(bad)));
    }

    @Test
    void damageIsMalformedAndNothingElse() {
        Random dice = new Random(Long.getLong("seed", 3));
        for (Choice choice : CHOICES) {
            byte[] whole = CcsStateCodec.encode(state(choice));
            for (int i = 0; i < whole.length; i++) {
                byte[] cut = Arrays.copyOf(whole, i);
                assertThrows(MalformedMessage.class, () -> CcsStateCodec.decode(cut));
            }
            for (int i = 0; i < 300; i++) {
                byte[] flipped = whole.clone();
                flipped[dice.nextInt(flipped.length)] ^= (byte) (1 << dice.nextInt(8));
                try {
                    CcsStateCodec.decode(flipped);
                } catch (MalformedMessage expected) {
                    // As it should be; whatever else is thrown fails the test.
                }
            }
        }
    }

    @Test
    void theLocalHalfOfAnotherCoreIsRefused() {
        assertThrows(MalformedMessage.class, () -> new ConfigLog(ONE).resume(new Pending(1, V4, new TreeSet<>())));
    }
}
