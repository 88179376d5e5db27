package io.muster.rehearsal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The seeds that have ever broken a promise, from `corpus.txt`.
public final class Corpus {
    /// One of them.
    ///
    /// @param broken whether it is known to break still
    /// @param words what broke
    public record Entry(long seed, Edition edition, boolean broken, String words) {}

    private Corpus() {}

    /// All of them.
    public static List<Entry> read() {
        try (InputStream in = Objects.requireNonNull(Corpus.class.getResourceAsStream("corpus.txt"));
                var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            var entries = new ArrayList<Entry>();
            for (String line : reader.lines().toList()) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    entries.add(entry(line));
                }
            }
            return entries;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Entry entry(String line) {
        String[] fields = line.split(" +", 4);
        Edition edition = Edition.of(fields[0]);
        if (fields.length < 4 || edition == null) {
            throw new IllegalStateException(
                    "corpus.txt: \"" + line + "\": not a seed of an edition of stories, with what it shows");
        }
        return new Entry(Long.parseLong(fields[1]), edition, fields[2].equals("broken"), fields[3]);
    }
}
