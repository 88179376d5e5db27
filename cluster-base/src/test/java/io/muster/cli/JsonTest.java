package io.muster.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void objectsKeepTheOrderOfTheirMembers() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("z", 1);
        map.put("a", Map.of());
        map.put("m", List.of());
        assertEquals("{\"z\":1,\"a\":{},\"m\":[]}", Json.text(map));
    }

    @Test
    void arraysComeFromWhateverHasElements() {
        SortedSet<String> set = new TreeSet<>(List.of("b", "a"));
        assertEquals("[1,[\"a\",\"b\"],[]]", Json.text(List.of(1, set, Stream.empty())));
        assertEquals("[{\"n\":1},{\"n\":2}]", Json.text(Stream.of(1, 2).map(n -> Map.of("n", n))));
    }

    @Test
    void numbersAreNumbersInEveryLocale() {
        assertEquals(
                "[-7,9223372036854775807,0.3,1.250,-0.1,1000000.0]",
                Json.text(List.of(-7, Long.MAX_VALUE, 0.26, new BigDecimal("1.250"), -0.1, 1e6)));
        assertEquals("[null,null]", Json.text(List.of(Double.NaN, Double.POSITIVE_INFINITY)));
    }

    @Test
    void whatIsAbsentIsNull() {
        assertEquals("[true,\"x\",null]", Json.text(List.of(true, Optional.of("x"), Optional.empty())));
    }

    @Test
    void onlyWhatMustBeEscapedIs() {
        assertEquals("\"\\\"\\\\/'\"", Json.text("\"\\/'"));
        assertEquals(
                "\"\\u0000\\u0008\\u0009\\u000a\\u000d\\u001f \u007f\u2028\"",
                Json.text("\0\b\t\n\r\u001f \u007f\u2028"));
        assertEquals("\"\u00e9\u4e2d\ud83d\ude00\"", Json.text("\u00e9\u4e2d\ud83d\ude00"));
        assertEquals("{\"a\\\"\\u000ab\":\"\"}", Json.text(Map.of("a\"\nb", "")));
    }

    @Test
    void anythingElseIsItsText() {
        assertEquals("[\"UP\",\"c\"]", Json.text(List.of(State.UP, 'c')));
    }

    private enum State {
        UP
    }
}
