package io.muster.bed.scenario;

import io.muster.bed.Shell;
import io.muster.bed.scenario.OriginalIpvsadm.Said;
import io.muster.cli.Command;
import io.muster.ipvs.cli.Ipvsadm;
import io.muster.ipvs.cli.IpvsadmRestore;
import io.muster.ipvs.cli.IpvsadmSave;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Our `ipvsadm` beside Debian's, command line for command line: standard output, standard error and exit status must
/// be the same octets, but for the help's and the version's wording.
///
/// Ours works on the table of the guest itself, the original on that of a namespace with the same addresses; what only
/// reads is asked of both about ours. After each change that both accept, both tables must read the same.
///
/// Thread: one. Wants a guest: it empties the table.
final class IpvsadmComparison implements AutoCloseable {
    /// Addresses and marks whose difference doesn't fit into 31 bits, with others in the same table.
    private static final Pattern FAR_APART = Pattern.compile("224\\.0\\.0\\.1|-f -\\d|FWM +\\d{10}|e0000001");

    private static final String NAMESPACE = "original";
    private static final List<String> READERS =
            List.of("-L", "-l", "--list", "-S", "--save", "-Ln", "-Lc", "-Lcn", "-Sn");

    /// The tables are read after so many comparisons.
    private static final int SAMPLE = 7;

    private final OriginalIpvsadm there;
    private final OriginalIpvsadm here;
    private final List<String> differences = new ArrayList<>();
    private int compared;

    IpvsadmComparison(Path directory) throws IOException {
        Shell.run(Site.PATIENCE_MS, Map.of(), List.of("sh", "-ec", """
                ip netns add %1$s
                for run in '' 'ip netns exec %1$s'; do
                  $run ip link set lo up
                  $run ip link add d0 type dummy
                  $run ip addr add 10.77.0.1/24 dev d0
                  $run ip link set d0 up
                  $run ipvsadm -C
                  $run ipvsadm --set 900 120 300
                done
                """.formatted(NAMESPACE)))
                .expectOk("two namespaces");
        there = new OriginalIpvsadm(directory.resolve("there"), List.of("ip", "netns", "exec", NAMESPACE));
        here = new OriginalIpvsadm(directory.resolve("here"), List.of());
    }

    /// The lines of a resource: words with blanks between, quoted with `'` where needed; a line that ends in `<<TEXT`
    /// gives its standard input, with `\n`, `\t` and `\\` for what they mean.
    void file(String resource) throws IOException {
        InputStream stream = IpvsadmComparison.class.getResourceAsStream(resource);
        if (stream == null) {
            throw new IOException("no resource " + resource);
        }
        try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.isBlank() || line.startsWith("#")) {
                    continue;
                }
                int input = line.indexOf("<<");
                String text = input < 0 ? "" : unescaped(line.substring(input + 2));
                compare(words(input < 0 ? line : line.substring(0, input)), text, line);
            }
        }
    }

    void seeded(long seed, int lines) throws IOException {
        var generator = new IpvsadmLines(new Random(seed));
        for (int i = 0; i < lines; i++) {
            List<String> words = generator.next();
            compare(words, "", "-Dseed=" + seed + " line " + i + ": " + words);
        }
    }

    /// Ours saved by ours, restored by the original, saved by the original, and the other way round.
    ///
    /// @param rules what is saved
    void exchange(String rules) throws IOException {
        here.run(List.of("ipvsadm-restore"), rules);
        String ours = run(new IpvsadmSave(), List.of("-n")).out();
        same("ipvsadm-save -n", here.run(List.of("ipvsadm-save", "-n"), "").out(), ours);
        there.run(List.of("ipvsadm-restore"), ours);
        same("saved by ours, restored by the original", rules(here), rules(there));
        String theirs = there.run(List.of("ipvsadm-save", "-n"), "").out();
        run(new IpvsadmRestore(new Ipvsadm(), stream(theirs)), List.of());
        same("saved by the original, restored by ours", rules(there), rules(here));
        same(
                "ipvsadm-save",
                here.run(List.of("ipvsadm-save"), "").out(),
                run(new IpvsadmSave(), List.of()).out());
    }

    /// Any one line.
    void compare(List<String> words, String input, String name) throws IOException {
        boolean reads = !words.isEmpty() && READERS.contains(words.getFirst()) || words.isEmpty();
        var original = new ArrayList<>(List.of("ipvsadm"));
        original.addAll(words);
        Said theirs = (reads ? here : there).run(original, input);
        Said mine = ours(words, input);
        if (words.contains("--version")
                || words.stream().anyMatch(word -> word.startsWith("-h"))
                || words.contains("--help")
                || input.contains("-h\n")
                || input.contains("--version\n")) {
            // Described in other words, on purpose.
            mine = new Said(mine.status(), theirs.out(), mine.err());
        }
        if (reads && inAnotherOrder(mine, theirs)) {
            // The original's order of numbers more than half the range apart is none: which comes first depends on
            // where the kernel's hash, drawn at boot, has put them.
            mine = theirs;
        }
        compared++;
        if (!mine.equals(theirs)) {
            differ(name, theirs.toString(), mine.toString());
        } else if (!reads && theirs.status() == 0 && compared % SAMPLE == 0) {
            same("the table after " + name, table(there), table(here));
        }
    }

    private static boolean inAnotherOrder(Said mine, Said theirs) {
        return mine.status() == theirs.status()
                && mine.err().equals(theirs.err())
                && FAR_APART.matcher(mine.out()).find()
                && sorted(mine.out()).equals(sorted(theirs.out()));
    }

    /// In no order: two namespaces hash differently, and the original's order of marks and addresses far apart depends
    /// on the kernel's.
    private static String table(OriginalIpvsadm original) throws IOException {
        return rules(original) + "\n"
                + sorted(original.run(List.of("ipvsadm", "-Ln", "--thresholds"), "")
                        .out());
    }

    private static String rules(OriginalIpvsadm original) throws IOException {
        return sorted(original.run(List.of("ipvsadm", "-Sn"), "").out());
    }

    private static String sorted(String text) {
        return text.lines().sorted().collect(Collectors.joining("\n"));
    }

    private Said ours(List<String> words, String input) {
        return run(new Ipvsadm().reading(stream(input)), words);
    }

    private static Said run(Command command, List<String> words) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int status = command.run(
                words.toArray(String[]::new),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Said(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private void same(String what, String theirs, String ours) {
        compared++;
        if (!theirs.equals(ours)) {
            differ(what, theirs, ours);
        }
    }

    private void differ(String what, String theirs, String ours) {
        List<String> left = new ArrayList<>(theirs.lines().toList());
        List<String> right = new ArrayList<>(ours.lines().toList());
        left.removeAll(ours.lines().toList());
        right.removeAll(theirs.lines().toList());
        differences.add(what + "\n  original: " + String.join("\n            ", left.isEmpty() ? List.of(theirs) : left)
                + "\n  ours:     " + String.join("\n            ", right.isEmpty() ? List.of(ours) : right));
    }

    /// Lists the connections of here with both, again if a second went by between the two.
    void connections(List<String> words) throws IOException {
        var original = new ArrayList<>(List.of("ipvsadm"));
        original.addAll(words);
        Said theirs = here.run(original, "");
        Said mine = ours(words, "");
        long end = System.nanoTime() + Site.PATIENCE_MS * 1_000_000L;
        while (!mine.equals(theirs) && System.nanoTime() - end < 0) {
            theirs = here.run(original, "");
            mine = ours(words, "");
        }
        same(words.toString(), theirs.toString(), mine.toString());
    }

    /// Runs the launched command and the original on the table of here.
    void launched(Path program, List<String> words) throws IOException {
        var original = new ArrayList<>(List.of("ipvsadm"));
        original.addAll(words);
        var ours = new ArrayList<>(List.of(program.toString()));
        ours.addAll(words);
        Said theirs = here.run(original, "");
        same(program + " " + words, theirs.toString(), here.run(ours, "").toString());
    }

    /// How many comparisons were made.
    int compared() {
        return compared;
    }

    /// Those since the last call.
    List<String> differences() {
        List<String> found = List.copyOf(differences);
        differences.clear();
        return found;
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String unescaped(String text) {
        return text.replace("\\\\", "\0")
                .replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace("\\r", "\r")
                .replace("\0", "\\");
    }

    static List<String> words(String line) {
        var words = new ArrayList<String>();
        StringBuilder word = null;
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\'') {
                quoted = !quoted;
                word = word == null ? new StringBuilder() : word;
            } else if (c == ' ' && !quoted) {
                if (word != null) {
                    words.add(word.toString());
                }
                word = null;
            } else {
                word = word == null ? new StringBuilder() : word;
                word.append(c);
            }
        }
        if (word != null) {
            words.add(word.toString());
        }
        return words;
    }

    @Override
    public void close() throws IOException {
        there.close();
        here.close();
    }
}
