package io.muster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.finding.Reading;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// `bad-files.txt` has files and, behind `--`, exactly what is said about them. Rewritten with
/// `-Dmuster.rewrite=true` and reviewed as a diff.
class BadFilesTest {
    private static final Path TABLE = Path.of("src/test/resources/io/muster/config/bad-files.txt");

    @Test
    void everyProblemIsNamedWithItsPlace() throws IOException {
        String table = Files.readString(TABLE);
        StringBuilder now = new StringBuilder();
        for (String part : table.split("(?m)^(?=== )")) {
            if (!part.startsWith("== ")) {
                now.append(part);
                continue;
            }
            int body = part.indexOf('\n') + 1;
            int end = part.indexOf("\n--\n", body) + 1;
            String file = part.substring(body, end);
            now.append(part, 0, end).append("--\n");
            said(file).forEach(line -> now.append(line).append('\n'));
            now.append('\n');
        }
        if (Boolean.getBoolean("muster.rewrite")) {
            Files.writeString(TABLE, now);
        }
        assertEquals(table, now.toString());
    }

    private static List<String> said(String file) {
        Reading<ClusterConfig> reading = ConfigReader.parse(file.getBytes(StandardCharsets.UTF_8), "cluster.conf");
        assertEquals(reading.errors().isEmpty(), reading.config().isPresent());
        List<String> lines = new ArrayList<>();
        reading.errors().forEach(problem -> lines.add("error " + problem));
        reading.warnings().forEach(problem -> lines.add("warning " + problem));
        reading.notes().forEach(problem -> lines.add("note " + problem));
        return lines;
    }
}
