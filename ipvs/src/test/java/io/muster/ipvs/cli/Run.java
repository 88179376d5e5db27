package io.muster.ipvs.cli;

import io.muster.cli.Command;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What a command said.
record Run(int status, String out, String err) {
    static Run of(Command command, String... args) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int status = command.run(
                args,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Run(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    static InputStream input(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    static String[] words(String line) {
        return Stream.of(line.split(" ")).filter(word -> !word.isEmpty()).toArray(String[]::new);
    }

    /// A file beside this class.
    static String resource(String name) {
        try (InputStream in = Run.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A file of `$ ipvsadm ARGUMENTS` lines, each with what it prints below: arguments to text.
    static Map<String, String> goldens(String name) {
        var all = new LinkedHashMap<String, String>();
        String[] current = {""};
        List<String> lines =
                resource(name).lines().filter(line -> !line.startsWith("#")).toList();
        for (String line : lines) {
            if (line.startsWith("$ ipvsadm")) {
                current[0] = line.substring("$ ipvsadm".length()).strip();
                all.put(current[0], "");
            } else {
                all.merge(current[0], line + "\n", String::concat);
            }
        }
        return all;
    }
}
