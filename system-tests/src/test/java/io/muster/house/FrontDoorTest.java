package io.muster.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The installed `muster`: hands its words on, and nothing that isn't one.
class FrontDoorTest {
    @TempDir
    private Path root;

    @BeforeEach
    void install() throws IOException, InterruptedException {
        Files.createDirectories(root.resolve("usr/sbin"));
        Path bin = Files.createDirectories(root.resolve("usr/lib/muster/bin"));
        Path keygen = bin.resolve("keygen");
        Files.writeString(keygen, "#!/bin/sh\necho \"keygen $#: $*\"\nexit 7\n");
        assertTrue(keygen.toFile().setExecutable(true));
        String script = "source \"$1/distribution/src/main/scripts/install.sh\"; install_front_door \"$2\"";
        assertEquals(
                "0: ",
                run(List.of("bash", "-euc", script, "bash", SourceTree.root().toString(), root.toString())));
    }

    private String door(String... words) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(root.resolve("usr/sbin/muster").toString()));
        command.addAll(List.of(words));
        return run(command);
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + ": " + said;
    }

    @Test
    void aWordIsHandedOnWithItsArgumentsAndItsStatus() throws IOException, InterruptedException {
        assertEquals("7: keygen 2: -f a b\n", door("keygen", "-f", "a b"));
    }

    @Test
    void helpIsNoMistakeAndNothingElseIsHelp() throws IOException, InterruptedException {
        for (String word : List.of("-h", "--help", "help")) {
            assertTrue(door(word).startsWith("0: Usage: muster keygen"), word);
        }
        assertTrue(door().startsWith("2: Usage: muster keygen"));
        assertTrue(door("-x").startsWith("2: Usage: muster keygen"));
        assertTrue(door("../bin/keygen").startsWith("2: Usage: muster keygen"));
        assertTrue(door("keygem").startsWith("2: muster: unknown word \"keygem\"\nUsage: "));
    }
}
