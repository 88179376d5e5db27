package io.muster.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What an image needs of the codec beyond what events do.
class RecordCodecTest {
    enum Color {
        RED,
        GREEN
    }

    /// As a core's image is: parts within parts.
    record Image(
            SortedMap<Color, List<Part>> parts,
            SortedMap<String, SortedSet<String>> names,
            SequencedMap<String, Long> turns,
            SortedSet<Long> numbers,
            long[] longs,
            OptionalInt some,
            OptionalInt none,
            byte[] octets,
            Map<String, String> attributes,
            @Nullable Image inner) {}

    record Part(
            int small,
            long large,
            double fraction,
            @Nullable String text) {}

    private static final RecordCodec CODEC = new RecordCodec(Image.class);

    private static Image image() {
        SortedMap<Color, List<Part>> parts = new TreeMap<>();
        parts.put(Color.GREEN, List.of(new Part(-1, Long.MIN_VALUE, Double.NaN, null)));
        parts.put(Color.RED, List.of(new Part(Integer.MAX_VALUE, Long.MAX_VALUE, -0.0, "x")));
        SequencedMap<String, Long> turns = new LinkedHashMap<>();
        turns.put("z", 1L);
        turns.put("a", 2L);
        byte[] secret = "passwd=\"sesame\"".getBytes(StandardCharsets.UTF_8);
        var inner = new Image(
                new TreeMap<>(),
                new TreeMap<>(),
                new LinkedHashMap<>(),
                new TreeSet<>(),
                new long[0],
                OptionalInt.of(0),
                OptionalInt.empty(),
                new byte[70_000],
                Map.of(),
                null);
        return new Image(
                parts,
                new TreeMap<>(Map.of("device", new TreeSet<>(List.of("b", "a")))),
                turns,
                new TreeSet<>(List.of(9L, -3L)),
                new long[] {1, -1, Long.MIN_VALUE},
                OptionalInt.of(-7),
                OptionalInt.empty(),
                secret,
                Map.of("passwd", "sesame", "login", "admin"),
                inner);
    }

    private static byte[] encoded(Record value) {
        var out = new Output();
        CODEC.encode(out, value, Integer.MAX_VALUE);
        return out.toBytes();
    }

    @Test
    void anImageComesBackInItsOrderWithAllNumbers() throws MalformedMessage {
        Image before = image();
        var after = (Image) CODEC.decode(new Input(encoded(before)));
        assertEquals(before.parts(), after.parts());
        assertEquals(Color.RED, after.parts().firstKey());
        assertEquals(List.of("z", "a"), List.copyOf(after.turns().keySet()));
        assertEquals(List.of(-3L, 9L), List.copyOf(after.numbers()));
        assertInstanceOf(TreeSet.class, after.numbers());
        assertEquals(before.names(), after.names());
        assertEquals("a", after.names().firstEntry().getValue().first());
        assertArrayEquals(before.longs(), after.longs());
        assertEquals(before.some(), after.some());
        assertEquals(before.none(), after.none());
        assertEquals(70_000, after.inner().octets().length);
        assertArrayEquals(encoded(before), encoded(after));
    }

    @Test
    void noPasswordStandsInAnImageAndItsLengthDoes() throws MalformedMessage {
        byte[] octets = encoded(image());
        assertFalse(new String(octets, StandardCharsets.ISO_8859_1).contains("sesame"));
        var after = (Image) CODEC.decode(new Input(octets));
        assertEquals("passwd=\"xxxxxx\"", new String(after.octets(), StandardCharsets.UTF_8));
        assertEquals(Map.of("passwd", "xxxxxx", "login", "admin"), after.attributes());
    }

    @Test
    void octetsAreWrittenAsTheyMayBeShownAndThatIsSaid() throws MalformedMessage {
        var codec = new RecordCodec(Image.class).showing(octets -> octets.length > 100 ? new byte[1] : octets);
        var out = new Output();
        assertFalse(codec.encode(out, image().inner(), Integer.MAX_VALUE));
        assertEquals(1, ((Image) codec.decode(new Input(out.toBytes()))).octets().length);
        assertTrue(CODEC.encode(new Output(), image().inner(), Integer.MAX_VALUE));
    }

    @Test
    void damageOnlyGivesMalformedMessage() {
        byte[] octets = encoded(image());
        var dice = new Random(Long.getLong("seed", 4));
        for (int i = 0; i < 20_000; i++) {
            // The last 70,000 are zeros.
            byte[] damaged = Arrays.copyOf(octets, dice.nextInt(3) == 0 ? dice.nextInt(octets.length) : octets.length);
            if (damaged.length > 0) {
                damaged[dice.nextInt(Math.min(damaged.length, 300))] = (byte) dice.nextInt();
            }
            try {
                CODEC.decode(new Input(damaged));
            } catch (MalformedMessage e) {
                // as it should be
            }
        }
    }

    @Test
    void whatIsNoStateIsRefusedByName() {
        var codec = new RecordCodec(Image.class);
        var refusal = assertThrows(IllegalArgumentException.class, () -> codec.encode(new Output(), new BitSet(), 256));
        assertEquals("can't record a java.util.BitSet", refusal.getMessage());
    }
}
