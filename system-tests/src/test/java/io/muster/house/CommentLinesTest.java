package io.muster.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Comments as they were written. The formatter breaks a comment line of more than 120 columns at its
/// last blank and leaves what follows as it is: a line with one word in the middle of a paragraph, a table
/// that ends in the middle of a row. `./muster build` names lines that are too long before the formatter
/// sees them; this names what it left.
class CommentLinesTest {
    private static final int COLUMNS = 120;

    /// A line that the formatter might have cut short could have gone on to here.
    private static final int ALMOST = 112;

    private static final Pattern COMMENT = Pattern.compile("^(\\s*)(///?)(.*)$");
    private static final Pattern BEGINS_ANEW = Pattern.compile("^([-*] |\\d+\\. |@\\w+|\\||#|```).*");

    @Test
    void noLineIsLongerThanTheFormatterLeavesIt() {
        check((lines, i) ->
                lines[i].length() > COLUMNS && COMMENT.matcher(lines[i]).matches());
    }

    @Test
    void noWordStandsAlone() {
        check(CommentLinesTest::alone);
    }

    @Test
    void tablesEndWithARow() {
        check(CommentLinesTest::outOfTheTable);
    }

    @Test
    void whatTheFormatterDoesIsSeen() {
        String row =
                "    /// | a row of a table that is so long that the formatter takes it for a sentence and breaks it";
        String[] table = {row, "    /// in two |"};
        assertEquals(true, outOfTheTable(table, 1));
        String[] sentence = {
            "    /// "
                    + "A sentence that is about as long as a line may be so that the next word does not fit. "
                            .repeat(2)
                            .substring(0, 110),
            "    /// alone",
            "    /// and goes on here."
        };
        assertEquals(true, alone(sentence, 1));
        assertEquals(false, alone(new String[] {"/// Short.", "/// alone", "/// and on."}, 1));
    }

    private interface Fault {
        boolean at(String[] lines, int i);
    }

    private static void check(Fault fault) {
        List<String> found = new ArrayList<>();
        for (Path file : SourceTree.files()) {
            if (file.toString().endsWith(".java")) {
                String[] lines = SourceTree.read(file).split("\n");
                for (int i = 0; i < lines.length; i++) {
                    if (fault.at(lines, i)) {
                        found.add(SourceTree.root().relativize(file) + ":" + (i + 1) + ": " + lines[i].strip());
                    }
                }
            }
        }
        assertEquals(List.of(), found, "write these paragraphs anew, with lines of at most 104 columns");
    }

    /// One or two words between a full line and the rest of their sentence.
    private static boolean alone(String[] lines, int i) {
        if (i == 0 || i + 1 >= lines.length) {
            return false;
        }
        String text = text(lines[i]);
        String after = text(lines[i + 1]);
        return sameComment(lines[i - 1], lines[i])
                && sameComment(lines[i], lines[i + 1])
                && text.split(" ").length <= 2
                && !BEGINS_ANEW.matcher(text).matches()
                && !BEGINS_ANEW.matcher(after).matches()
                && lines[i - 1].length() + 1 + text.length() > ALMOST;
    }

    private static boolean outOfTheTable(String[] lines, int i) {
        // A drawing has more room at its left.
        return i > 0
                && sameComment(lines[i - 1], lines[i])
                && lines[i - 1].strip().startsWith("/// | ")
                && !text(lines[i - 1]).endsWith("|");
    }

    /// Both have text and the same margin.
    private static boolean sameComment(String one, String other) {
        Matcher first = COMMENT.matcher(one);
        Matcher second = COMMENT.matcher(other);
        return first.matches()
                && second.matches()
                && first.group(1).equals(second.group(1))
                && first.group(2).equals(second.group(2))
                && !text(one).isEmpty()
                && !text(other).isEmpty();
    }

    private static String text(String line) {
        Matcher comment = COMMENT.matcher(line);
        return comment.matches() ? comment.group(3).strip() : "";
    }
}
