package io.muster.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.Test;

class PosixRegexTest {
    @Test
    void everyRowOfTheTableMatchesAsRegcompDoes() throws IOException {
        String table;
        try (InputStream in = PosixRegexTest.class.getResourceAsStream("/checks/posix-regex.txt")) {
            assertTrue(in != null, "no table");
            table = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        List<String> wrong = new ArrayList<>();
        int rows = 0;
        for (String line : table.lines().toList()) {
            String[] columns = line.split("\t");
            if (line.startsWith("# ") || columns.length != 3) {
                continue;
            }
            rows++;
            String got;
            try {
                got = PosixRegex.compile(columns[0]).matcher(columns[1]).find() ? "y" : "n";
            } catch (PatternSyntaxException e) {
                got = "e";
            }
            if (!got.equals(columns[2])) {
                wrong.add(line + " gave " + got);
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(rows >= 40, "only " + rows + " rows");
    }
}
