package io.muster.house;

import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The options of programs that can't be tried in a test's process, daemons above all, as their sources
/// declare them.
///
/// @param declared with their dashes
/// @param used those of the usage text
record OptionSource(SortedSet<String> declared, SortedSet<String> used) {
    private static final Pattern LETTERS = Pattern.compile(
            "(?:\\.options\\(\\s*|LETTERS = |\"nanny\",\\s*args,\\s*)\"([A-Za-z0-9:?+]+)\"", Pattern.DOTALL);
    private static final Pattern LONG = Pattern.compile("new LongOption\\(\\s*\"([a-z-]+)\"");
    private static final Pattern USAGE = Pattern.compile("(?m)^\\s+(?:\"\\s+)?(-{1,2}[A-Za-z].*)$");

    /// Of a daemon: what its main class and its class of options say, and what every [io.muster.daemon.Daemon]
    /// takes.
    static OptionSource of(String name, String mainClass) {
        String simple = mainClass.substring(mainClass.lastIndexOf('.') + 1);
        String source = source(simple + ".java");
        String beside = mainClass.replace('.', '/').replaceAll("Daemon$", "") + "Options.java";
        String options = SourceTree.files().stream()
                .filter(file -> isMain(file) && file.toString().endsWith(beside))
                .map(SourceTree::read)
                .collect(Collectors.joining());
        String all = source + options;
        if (!source.contains("Daemon.named(\"" + name + "\")") && options.isEmpty()) {
            throw new IllegalStateException(mainClass + " is no daemon called " + name);
        }
        boolean plain = name.equals("nanny");
        SortedSet<String> declared = new TreeSet<>(plain ? java.util.List.of() : java.util.List.of("-f", "-h", "-V"));
        Matcher letters = LETTERS.matcher(all);
        while (letters.find()) {
            letters.group(1).replaceAll("[:+]", "").chars().forEach(letter -> declared.add("-" + (char) letter));
        }
        LONG.matcher(all).results().forEach(hit -> declared.add("--" + hit.group(1)));
        if (!plain && declared.stream().anyMatch(option -> option.startsWith("--"))) {
            declared.add("--help");
            declared.add("--version");
        }
        SortedSet<String> used = new TreeSet<>();
        USAGE.matcher(all).results().forEach(hit -> used.addAll(ManPage.options(hit.group(1), false)));
        return new OptionSource(declared, used);
    }

    /// `ipvsadm` keeps its own table.
    static SortedSet<String> ofIpvsadm() {
        SortedSet<String> found = new TreeSet<>();
        Pattern row = Pattern.compile("(?m)^    [A-Z_0-9]+\\(\"([a-z0-9-]*)\", \"([A-Za-z0-9]*)\"");
        row.matcher(source("Opt.java")).results().forEach(hit -> {
            if (!hit.group(1).isEmpty()) {
                found.add("--" + hit.group(1));
            }
            hit.group(2).chars().forEach(letter -> found.add("-" + (char) letter));
        });
        return found;
    }

    /// Of a command that compares its words with literals.
    static SortedSet<String> ofWords(String file) {
        SortedSet<String> found = new TreeSet<>();
        Pattern.compile("\"(--[a-z-]+)\"").matcher(source(file)).results().forEach(hit -> found.add(hit.group(1)));
        return found;
    }

    /// Of `./muster install`.
    static SortedSet<String> ofInstall() {
        SortedSet<String> found = new TreeSet<>();
        String script = SourceTree.read(SourceTree.root().resolve("distribution/src/main/scripts/install.sh"));
        Pattern.compile("(?m)^ +(--[a-z-]+)\\)").matcher(script).results().forEach(hit -> found.add(hit.group(1)));
        return found;
    }

    private static String source(String name) {
        return SourceTree.files().stream()
                .filter(file -> isMain(file) && file.getFileName().toString().equals(name))
                .map(SourceTree::read)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no source " + name));
    }

    private static boolean isMain(Path file) {
        return file.toString().contains("/src/main/");
    }
}
