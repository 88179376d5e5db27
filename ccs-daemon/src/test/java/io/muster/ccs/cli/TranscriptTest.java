package io.muster.ccs.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.ccs.daemon.StandAlone;
import io.muster.cli.Command;
import io.muster.cli.Said;
import io.muster.config.cli.ConfigValidate;
import io.muster.daemon.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Commands and what they print, one story a file. `$ command`, then standard output, lines of standard error
/// with `!` before them, and `[n]` for an exit status other than 0. `$ cat FILE` shows a file. Rewritten with
/// `-Dmuster.rewrite=true` and reviewed as a diff.
class TranscriptTest {
    private static final Path STORIES = Path.of("src/test/resources/io/muster/ccs/cli");
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    @TempDir
    Path root;

    @ParameterizedTest
    @ValueSource(strings = {"files.txt", "refusals.txt", "ccs_test.txt"})
    void theStoryGoesAsWritten(String name) throws Exception {
        Path story = STORIES.resolve(name);
        String text = Files.readString(story);
        Layout layout = Layout.under(root);
        layout.makeDirectories();
        Files.createDirectories(layout.etc());
        Path sample = Path.of(System.getProperty("muster.home", ".."), "etc/cluster.conf.example");
        Files.copy(sample, layout.clusterConf());
        StringBuilder now = new StringBuilder();
        try (AutoCloseable ccsd = name.equals("ccs_test.txt") ? StandAlone.start(layout) : () -> {}) {
            assert ccsd != null;
            for (String line : text.split("\n")) {
                if (line.startsWith("#")) {
                    now.append(line).append('\n');
                } else if (line.startsWith("$ ")) {
                    now.append(line).append('\n').append(run(layout, line.substring(2)));
                }
            }
        }
        if (Boolean.getBoolean("muster.rewrite")) {
            Files.writeString(story, now);
        }
        assertEquals(text, now.toString());
    }

    private String run(Layout layout, String line) throws IOException {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(line.replace("ETC", layout.etc().toString()));
        while (word.find()) {
            words.add(word.group(1) != null ? word.group(1) : word.group(2));
        }
        if (words.getFirst().equals("cat")) {
            return Files.readString(Path.of(words.get(1)));
        }
        Command command = switch (words.getFirst()) {
            case "ccs_tool" -> new CcsTool(layout);
            case "ccs_test" -> new CcsTest(layout);
            case "ccs_config_validate" -> new ConfigValidate(layout);
            default -> throw new IllegalArgumentException(line);
        };
        Said said = Said.by(command, words.subList(1, words.size()).toArray(String[]::new));
        StringBuilder text = new StringBuilder(said.out());
        Arrays.stream(said.err().split("(?<=\n)"))
                .filter(part -> !part.isEmpty())
                .forEach(part -> text.append("! ").append(part));
        if (said.status() != 0) {
            text.append('[').append(said.status()).append("]\n");
        }
        return text.toString().replace(layout.etc().toString(), "ETC");
    }
}
