package io.muster.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.core.MalformedMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class StateImageTest {
    record Point(int x, List<String> names) {
        Point {
            names = List.copyOf(names);
        }
    }

    enum Color {
        RED {},
        GREEN
    }

    static class Base {
        private final long kept = 7;
    }

    static final class Graph extends Base {
        private final List<Graph> neighbours = new ArrayList<>();
        private final SortedMap<Color, Optional<Point>> points = new TreeMap<>();
        private final Map<String, String> attributes = Map.of("passwd", "sesame");
        private final ArrayDeque<byte[]> queue = new ArrayDeque<>();
        private final TreeSet<Long> numbers = new TreeSet<>();
        private final byte[][] slots = new byte[4][];
        private final Dice dice = new Dice(5);
        private IntUnaryOperator outside = i -> i + 1;
        private List<Long> fixed = List.of(1L, 2L);
        private Object odd;
    }

    private static Graph graph() {
        var one = new Graph();
        var two = new Graph();
        one.neighbours.add(two);
        two.neighbours.add(one);
        one.points.put(Color.RED, Optional.of(new Point(3, List.of("a"))));
        one.slots[2] = "passwd=\"sesame\"".getBytes(StandardCharsets.UTF_8);
        one.queue.add(one.slots[2]);
        one.numbers.add(9L);
        one.dice.nextLong();
        return one;
    }

    @Test
    void anImageGivesTheSameObjectsInTheSameShape() throws MalformedMessage {
        Graph before = graph();
        IntUnaryOperator put = i -> i + 2;
        var after = (Graph) StateImage.read(StateImage.write(before), Map.of("Graph.outside", put));
        assertNotSame(before, after);
        assertSame(after, after.neighbours.getFirst().neighbours.getFirst());
        assertEquals(before.points, after.points);
        assertEquals(before.numbers, after.numbers);
        assertEquals(before.fixed, after.fixed);
        assertEquals(before.dice.nextLong(), after.dice.nextLong());
        assertEquals(7, ((Base) after).kept);
        assertSame(put, after.outside);
        assertSame(after.slots[2], after.queue.getFirst());
        assertEquals("passwd=\"xxxxxx\"", new String(after.slots[2], StandardCharsets.UTF_8));
        assertEquals(Map.of("passwd", "xxxxxx"), after.attributes);
    }

    @Test
    void noPasswordStandsInAnImage() {
        String image = new String(StateImage.write(graph()), StandardCharsets.ISO_8859_1);
        assertFalse(image.contains("sesame"));
    }

    @Test
    void whatIsNoStateIsRefusedByName() {
        Graph graph = graph();
        graph.odd = new Thread();
        var refusal = assertThrows(IllegalArgumentException.class, () -> StateImage.write(graph));
        assertEquals("can't image a java.lang.Thread", refusal.getMessage());
    }

    @Test
    void damageOnlyGivesMalformedMessage() {
        byte[] image = StateImage.write(graph());
        IntUnaryOperator put = i -> i;
        var dice = new Random(Long.getLong("seed", 4));
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = Arrays.copyOf(image, dice.nextInt(3) == 0 ? dice.nextInt(image.length) : image.length);
            if (damaged.length > 0) {
                damaged[dice.nextInt(damaged.length)] = (byte) dice.nextInt();
            }
            try {
                StateImage.read(damaged, Map.of("Graph.outside", put));
            } catch (MalformedMessage e) {
                // as it should be
            }
        }
    }
}
