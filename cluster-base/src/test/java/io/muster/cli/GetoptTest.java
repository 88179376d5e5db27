package io.muster.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.cli.LongOption.Argument;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GetoptTest {
    private static final LongOption[] LONG = {
        new LongOption("node", Argument.REQUIRED, 'n'),
        new LongOption("verbose", Argument.NONE, 'v'),
        new LongOption("version", Argument.NONE, 'V'),
        new LongOption("color", Argument.OPTIONAL, 'C'),
        new LongOption("quiet", Argument.NONE, 'q'),
        new LongOption("quit", Argument.NONE, 'q'),
    };

    static Stream<String> table() throws IOException {
        try (var in = GetoptTest.class.getResourceAsStream("getopt.txt")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text.lines().filter(line -> !line.startsWith("#")).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("table")
    void behavesAndSpeaksAsGlibc(String line) {
        String[] sides = line.split(" => ", 2);
        String[] call = sides[0].split(" :( |$)", 2);
        String[] how = call[0].split(" ", 2);
        String[] args = call[1].isBlank() ? new String[0] : call[1].strip().split(" ");
        var err = new ByteArrayOutputStream();
        var options = new Getopt(
                "prog",
                args,
                how[1],
                new PrintStream(err, true, StandardCharsets.UTF_8),
                how[0].equals("l") ? LONG : new LongOption[0]);
        var seen = new StringBuilder();
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            seen.append((char) c);
            if ((c == '?' || c == ':') && options.option() != 0) {
                seen.append('(').append((char) options.option()).append(')');
            } else if (options.hasArgument()) {
                seen.append('=').append(options.argument());
            }
            seen.append(' ');
        }
        seen.append('|');
        options.operands().forEach(operand -> seen.append(' ').append(operand));
        String told = err.toString(StandardCharsets.UTF_8).strip().replace("\n", " / ");
        assertEquals(sides[1], (seen + " ! " + told).strip());
    }

    @Test
    void askingForAnArgumentThatIsNotThereIsOurMistake() {
        var options = new Getopt("prog", new String[] {"-v"}, "v", System.err);
        options.next();
        assertThrows(IllegalStateException.class, options::argument);
    }

    @Test
    void nearestWordIsTheOneMeant() {
        var words = List.of("ipaddr", "login", "passwd", "port", "vote", "votes");
        assertEquals("; did you mean \"ipaddr\"?", Nearest.hint("ipadr", words));
        assertEquals("; did you mean \"login\"?", Nearest.hint("Logni", words));
        assertEquals("; did you mean \"votes\"?", Nearest.hint("votess", words));
        assertEquals("; did you mean \"passwd\"?", Nearest.hint("password", words));
        assertEquals("", Nearest.hint("zebra", words));
        assertEquals("", Nearest.hint("x", List.of("y")));
    }
}
