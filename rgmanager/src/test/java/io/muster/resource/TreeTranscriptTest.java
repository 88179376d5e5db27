package io.muster.resource;

import io.muster.simulator.Transcript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Stories of services on one node: what is asked, how agents act, and behind `->` what comes of it and
/// when. Rewritten with `-Dtranscripts.write=true`.
///
/// | line | |
/// |---|---|
/// | `<service ...` | what stands in `<rm>` from now on; up to the next line that is none of it |
/// | `start`, `stop`, `status`, `convalesce`, `reconfig` NAME | is asked of service NAME and carried out |
/// | `begin OPERATION NAME` | is asked, without waiting for the end |
/// | `stop everything` | |
/// | `poll NAME SECONDS` | status every ten seconds, as rgmanager does |
/// | `agent ACTION LABEL STATUS`, or `hangs` | how that agent ends from now on |
/// | `ends ACTION LABEL STATUS` | an agent that hung ends |
/// | `quorate yes`, `no`, `silent` | what cman says when asked |
/// | `quorum lost`, `quorum back` | |
/// | `pass SECONDS` | |
class TreeTranscriptTest {
    private static final Path STORIES = Path.of("src/test/resources/io/muster/resource");

    private final TreeStage stage = new TreeStage();
    private final StringBuilder rm = new StringBuilder();

    static List<Path> stories() throws IOException {
        try (Stream<Path> files = Files.list(STORIES)) {
            return files.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("stories")
    void story(Path file) throws IOException {
        var played = new Transcript(file);
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("->")) {
                continue;
            }
            if (!line.strip().startsWith("<")) {
                configure();
            }
            played.add(line);
            if (line.strip().startsWith("<")) {
                rm.append(line).append('\n');
            } else if (!line.isBlank() && !line.startsWith("#")) {
                play(line.split(" "));
                stage.told().forEach(what -> played.add("-> " + what));
            }
        }
        played.check();
    }

    private void configure() {
        if (!rm.isEmpty()) {
            stage.configure(rm.toString());
            rm.setLength(0);
        }
    }

    private void play(String[] words) {
        switch (words[0]) {
            case "start", "stop", "status", "convalesce", "reconfig" -> {
                if (words[1].equals("everything")) {
                    stage.stopEverything();
                } else {
                    ask(words[0], words[1]);
                }
                stage.play();
            }
            case "begin" -> {
                ask(words[1], words[2]);
                stage.play();
            }
            case "poll" -> {
                for (int left = Integer.parseInt(words[2]) / 10; left > 0; left--) {
                    ask("status", words[1]);
                    stage.pass(10_000);
                }
                stage.play();
            }
            case "agent" ->
                stage.agent(words[1] + " " + words[2], words[3].equals("hangs") ? -1 : Integer.parseInt(words[3]));
            case "ends" -> {
                stage.end(words[1] + " " + words[2], Integer.parseInt(words[3]));
                stage.play();
            }
            case "quorate" -> {
                stage.silent(words[1].equals("silent"));
                stage.quorate(words[1].equals("yes"));
            }
            case "quorum" -> {
                stage.post(words[1].equals("lost") ? new TreeEvent.Bar() : new TreeEvent.Unbar());
                stage.play();
            }
            case "pass" -> stage.pass(1000 * Long.parseLong(words[1]));
            default -> throw new IllegalArgumentException(String.join(" ", words));
        }
    }

    private void ask(String operation, String name) {
        stage.ask("service:" + name, Operation.valueOf(operation.toUpperCase(Locale.ROOT)));
    }
}
