package io.muster.house;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A manual page, read as far as tests need it: sections, tags (what stands before an indented paragraph)
/// and the pages it refers to.
///
/// @param name without the section
/// @param section of the manual
final class ManPage {
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])(--?[A-Za-z0-9?][A-Za-z0-9-]*)");
    private static final Pattern REFERENCE = Pattern.compile("(?m)^\\.BR (\"?[A-Za-z0-9_.\\\\-]+\"?) \"?\\(([1-9])\\)");
    private static final Pattern ARGUMENT = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    /// Where a tag that begins with a dash is no option.
    private static final Set<String> NO_OPTIONS = Set.of("EXIT STATUS", "FILES", "EXAMPLES", "EXAMPLE", "ENVIRONMENT");

    /// A tag and where it stands.
    ///
    /// @param part the `.SS` it is in, empty for none
    record Tag(String section, String part, String text) {}

    final String name;
    final String section;
    final String text;
    private final SortedMap<String, String> sections = new TreeMap<>();
    private final List<Tag> tags = new ArrayList<>();

    private ManPage(String name, String section, String text) {
        this.name = name;
        this.section = section;
        this.text = text;
        read();
    }

    static ManPage of(Path file) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return new ManPage(name.substring(0, dot), name.substring(dot + 1), SourceTree.read(file));
    }

    /// For tests of this reader.
    static ManPage of(String name, String text) {
        return new ManPage(name, "8", text);
    }

    /// All pages of the checkout, by file name.
    static SortedMap<String, ManPage> all() {
        Path directory = SourceTree.root().resolve("docs/man");
        SortedMap<String, ManPage> pages = new TreeMap<>();
        for (Path file : SourceTree.files()) {
            if (directory.equals(file.getParent())) {
                pages.put(file.getFileName().toString(), of(file));
            }
        }
        return pages;
    }

    private void read() {
        String in = "";
        String part = "";
        boolean tag = false;
        StringBuilder body = new StringBuilder();
        for (String line : text.lines().toList()) {
            if (line.startsWith(".SH ")) {
                sections.merge(in, body.toString(), String::concat);
                body.setLength(0);
                in = flat(line.substring(4)).replace("\"", "");
                part = "";
            } else if (line.startsWith(".SS ")) {
                part = flat(line.substring(4)).replace("\"", "");
            } else if (tag) {
                tags.add(new Tag(in, part, plain(line)));
            }
            tag = line.startsWith(".TP") || line.startsWith(".TQ");
            body.append(line).append('\n');
        }
        sections.merge(in, body.toString(), String::concat);
    }

    /// What a section holds; empty if there is none of that name.
    String section(String title) {
        return sections.getOrDefault(title, "");
    }

    Set<String> sections() {
        return sections.keySet();
    }

    List<Tag> tags() {
        return tags;
    }

    /// The options that the page describes for a word of the command, or for the command itself ("").
    /// In OPTIONS a `.SS` names the words it is for, separated by commas.
    SortedSet<String> options(String word) {
        SortedSet<String> found = new TreeSet<>();
        for (Tag tag : tags) {
            boolean here = tag.section.equals("OPTIONS")
                    ? Stream.of(tag.part.split(", *")).anyMatch(word::equals)
                    : word.isEmpty();
            if (here && tag.text.startsWith("-") && !NO_OPTIONS.contains(tag.section)) {
                found.addAll(options(tag.text, true));
            }
        }
        return found;
    }

    /// The words that OPTIONS has parts for.
    SortedSet<String> words() {
        SortedSet<String> found = new TreeSet<>();
        tags.stream()
                .filter(tag -> tag.section.equals("OPTIONS") && !tag.part.isEmpty())
                .forEach(tag -> found.addAll(List.of(tag.part.split(", *"))));
        return found;
    }

    /// Options in running text.
    ///
    /// @param tag whether an argument may be glued to a letter: `-dN`
    static SortedSet<String> options(String text, boolean tag) {
        SortedSet<String> found = new TreeSet<>();
        OPTION.matcher(text).results().map(hit -> hit.group(1)).forEach(option -> {
            boolean glued = tag && option.matches("-[A-Za-z0-9][A-Z]+");
            boolean twice = option.matches("-([a-z])\\1");
            found.add(glued || twice ? option.substring(0, 2) : option);
        });
        return found;
    }

    /// Exit statuses in the section of that name.
    SortedSet<Integer> statuses() {
        String said = section("EXIT STATUS");
        SortedSet<Integer> found = new TreeSet<>();
        Stream<String> where = tags.stream().anyMatch(tag -> tag.section.equals("EXIT STATUS"))
                ? tags.stream().filter(tag -> tag.section.equals("EXIT STATUS")).map(tag -> tag.text)
                : said.lines().map(ManPage::plain);
        where.forEach(line -> Pattern.compile("(?<![\\w.])(\\d{1,3})(?![\\w.])")
                .matcher(line)
                .results()
                .forEach(hit -> found.add(Integer.valueOf(hit.group(1)))));
        return found;
    }

    /// Pages it refers to, as `name.section`; with the section they are in.
    static SortedSet<String> references(String roff) {
        SortedSet<String> found = new TreeSet<>();
        REFERENCE
                .matcher(roff)
                .results()
                .forEach(hit -> found.add(flat(hit.group(1)).replace("\"", "") + "." + hit.group(2)));
        return found;
    }

    /// A line without its macro and fonts.
    static String plain(String line) {
        var macro = Pattern.compile("^\\.(B|I|BI|IB|BR|RB|IR|RI)\\s+(.*)$").matcher(line);
        if (!macro.matches()) {
            return flat(line);
        }
        String glue = macro.group(1).length() == 1 ? " " : "";
        List<String> words = ARGUMENT.matcher(macro.group(2))
                .results()
                .map(hit -> hit.group(1) == null ? hit.group(2) : hit.group(1))
                .toList();
        return flat(String.join(glue, words));
    }

    private static String flat(String roff) {
        String text = roff;
        for (var one :
                Map.of("\\-", "-", "\\(aq", "'", "\\(dq", "\"", "\\c", "").entrySet()) {
            text = text.replace(one.getKey(), one.getValue());
        }
        return text.replaceAll("\\\\f[BIRP]", "").strip();
    }
}
