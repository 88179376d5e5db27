package io.muster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// cluster.conf(5) against the schema and the defaults: every element has its heading, `<child> in <parent>`,
/// every attribute its tag with the values it takes, and the page has nothing else.
class ClusterConfPageTest {
    private static final Path PAGE = Path.of(System.getProperty("muster.home", ".."), "docs", "man", "cluster.conf.5");
    private static final Pattern HEADING = Pattern.compile("<([\\w-]+)>(?: in <([\\w-]+)>)?");
    private static final Pattern TAG = Pattern.compile("([\\w-]+)=(.*)");

    /// What stands in the schema as "anything" and is described all the same, since everybody needs it.
    private static final String SERVICE = "service in rm";

    /// @param values as its tag shows them: `1..255`, `0|1`, or a word for any text
    /// @param text what is said of it, fonts taken off
    private record Entry(String values, String text) {}

    private final Map<String, SortedMap<String, Entry>> page = new LinkedHashMap<>();
    private final List<String> wrong = new ArrayList<>();

    ClusterConfPageTest() throws IOException {
        String element = "";
        List<String[]> open = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        String before = "";
        for (String line : Files.readAllLines(PAGE)) {
            boolean tag = before.equals(".TP") || before.equals(".TQ");
            if (line.startsWith(".SS ") || line.startsWith(".SH ") || line.equals(".TP")) {
                close(element, open, text);
            }
            if (line.startsWith(".SS ") || line.startsWith(".SH ")) {
                Matcher heading = HEADING.matcher(plain(line.substring(4)).replace("\"", ""));
                String parent = heading.matches() ? heading.group(2) : null;
                element = !heading.matches()
                        ? ""
                        : parent == null ? heading.group(1) : heading.group(1) + " in " + parent;
                if (!element.isEmpty()) {
                    page.put(element, new TreeMap<>());
                }
            } else if (tag && TAG.matcher(plain(line)).matches()) {
                Matcher attribute = TAG.matcher(plain(line));
                assertTrue(attribute.matches());
                open.add(new String[] {attribute.group(1), attribute.group(2).strip()});
            } else if (!line.equals(".TP") && !line.equals(".TQ")) {
                text.append(plain(line)).append(' ');
            }
            before = line;
        }
        close(element, open, text);
    }

    private void close(String element, List<String[]> open, StringBuilder text) {
        for (String[] attribute : open) {
            SortedMap<String, Entry> of = page.get(element);
            if (of != null) {
                of.put(attribute[0], new Entry(attribute[1], text.toString().strip()));
            }
        }
        open.clear();
        text.setLength(0);
    }

    /// A line without macro and fonts.
    private static String plain(String line) {
        Matcher macro = Pattern.compile("^\\.(B|I|BI|IB|BR|RB|IR|RI) (.*)$").matcher(line);
        String text = line;
        if (macro.matches()) {
            var words = new ArrayList<String>();
            Pattern.compile("\"([^\"]*)\"|(\\S+)")
                    .matcher(macro.group(2))
                    .results()
                    .forEach(hit -> words.add(hit.group(1) == null ? hit.group(2) : hit.group(1)));
            text = String.join(macro.group(1).length() == 1 ? " " : "", words);
        }
        return text.replace("\\-", "-").replaceAll("\\\\f[BIRP]", "");
    }

    /// The schema's elements by the headings they must have.
    private static Map<String, Rule> rules() {
        Map<String, Rule> all = new LinkedHashMap<>();
        all.put("cluster", Schema.CLUSTER);
        collect(Schema.CLUSTER, all);
        return all;
    }

    private static void collect(Rule parent, Map<String, Rule> all) {
        parent.children.values().forEach(child -> {
            all.put(child.type + " in " + parent.type, child);
            collect(child, all);
        });
    }

    @Test
    void everyElementHasItsHeadingAndNoOtherHasOne() {
        SortedSet<String> wanted = new TreeSet<>(rules().keySet());
        wanted.add(SERVICE);
        assertEquals(wanted, new TreeSet<>(page.keySet()));
    }

    @Test
    void everyAttributeHasItsTagAndNoOtherHasOne() {
        rules().forEach((element, rule) -> {
            SortedSet<String> said = new TreeSet<>(of(element).keySet());
            SortedSet<String> missing = new TreeSet<>(rule.attributes.keySet());
            missing.removeAll(said);
            said.removeAll(rule.attributes.keySet());
            if (!missing.isEmpty() || !said.isEmpty()) {
                wrong.add(element + ": " + missing + " missing, " + said + " surplus");
            }
        });
        assertEquals("", String.join("\n", wrong));
    }

    private SortedMap<String, Entry> of(String element) {
        return page.getOrDefault(element, new TreeMap<>());
    }

    @Test
    void everyAttributeOfAServiceIsThere() {
        SortedSet<String> wanted = new TreeSet<>(ResourceWords.attributes("service"));
        wanted.removeAll(ResourceWords.attributes("drbd"));
        wanted.add("name");
        assertEquals(wanted, new TreeSet<>(of(SERVICE).keySet()));
    }

    @Test
    void valuesAreThoseThatTheValidatorTakes() {
        rules().forEach((element, rule) -> rule.attributes.values().forEach(attribute -> {
            Entry entry = of(element).get(attribute.name());
            if (entry == null) {
                return;
            }
            String place = element + " " + attribute.name() + "=\"" + entry.values + "\"";
            switch (attribute.kind()) {
                case Rule.Kind.Text _ -> {
                    if (!entry.values.matches("[A-Z_]+")) {
                        wrong.add(place + ": text is shown as one word in capitals");
                    }
                }
                case Rule.Kind.Flag _ -> {
                    if (!entry.values.equals("0|1")) {
                        wrong.add(place + ": a switch is shown as 0|1");
                    }
                }
                case Rule.Kind.Count(long min, long max) -> {
                    String range = (min == Integer.MIN_VALUE ? "" : min) + ".." + (max == Integer.MAX_VALUE ? "" : max);
                    if (!entry.values.equals(range)) {
                        wrong.add(place + ": the validator takes " + range);
                    }
                }
                case Rule.Kind.Word(List<String> words) -> {
                    Set<String> shown = new TreeSet<>(List.of((entry.values + "|" + entry.text).split("[|, .:()]+")));
                    List<String> missing =
                            words.stream().filter(word -> !shown.contains(word)).toList();
                    if (!missing.isEmpty()) {
                        wrong.add(place + ": " + missing + " are taken too");
                    }
                }
            }
            // A nodeid is asked for by ClusterRules, which tells how to come by one.
            boolean needed =
                    attribute.required() || attribute.name().equals("nodeid") && rule.type.equals("clusternode");
            if (needed != entry.text.contains("Needed")) {
                wrong.add(place + ": is it needed?");
            }
        }));
        assertEquals("", String.join("\n", wrong));
    }

    /// A default in parentheses, written into a file that doesn't have it, changes nothing.
    @Test
    void defaultsAreWhatHoldsWithoutThem() throws ReflectiveOperationException {
        String file = """
                <cluster name="c" config_version="1">
                  <cman/><totem/><fence_daemon/><logging><logging_daemon name="fenced"/></logging>
                  <clusternodes><clusternode name="a" nodeid="1"/></clusternodes>
                  <rm><failoverdomains><failoverdomain name="d"><failoverdomainnode name="a" priority="1"/></failoverdomain>
                  </failoverdomains></rm>
                </cluster>
                """;
        String without = shown(file);
        int tried = 0;
        for (var element : page.entrySet()) {
            String type = element.getKey().replaceAll(" in .*", "");
            for (var attribute : element.getValue().entrySet()) {
                Matcher given = Pattern.compile("(?:^|[.:] )\\((-?\\w+)\\)").matcher(attribute.getValue().text);
                if (!given.find()
                        || !file.contains("<" + type)
                        || element.getKey().equals(SERVICE)) {
                    continue;
                }
                String with = file.replaceFirst(
                        "<" + type + "(?=[ />])",
                        "<" + type + " " + attribute.getKey() + "=\"" + given.group(1) + "\"");
                tried++;
                if (!shown(with).equals(without)) {
                    wrong.add(element.getKey() + " " + attribute.getKey() + ": " + given.group(1)
                            + " isn't what holds without it");
                }
            }
        }
        assertEquals("", String.join("\n", wrong));
        assertTrue(tried >= 15, "only " + tried + " defaults");
    }

    /// Whatever isn't marked makes a difference to what daemons are given, at one value at least. (Whether a daemon
    /// looks at it is another question.)
    @Test
    void whatIsntMarkedMakesADifference() throws ReflectiveOperationException {
        String file = """
                <cluster name="c" config_version="1">
                  <cman><multicast/></cman><totem/><fence_daemon/>
                  <logging><logging_daemon name="fenced"/></logging>
                  <clusternodes><clusternode name="a" nodeid="1"><altname name="b"/></clusternode>
                  <clusternode name="e" nodeid="2"/></clusternodes>
                  <rm><failoverdomains><failoverdomain name="d"><failoverdomainnode name="a"/></failoverdomain>
                  </failoverdomains></rm>
                </cluster>
                """;
        String without = shown(file);
        Map<String, Rule> rules = rules();
        int tried = 0;
        for (var element : page.entrySet()) {
            Rule rule = rules.get(element.getKey());
            for (var attribute : element.getValue().entrySet()) {
                String said = attribute.getValue().text;
                boolean acts = !said.startsWith("[no effect]") && !said.startsWith("An error");
                if (rule == null || !acts || said.contains("Needed")) {
                    continue;
                }
                tried++;
                String start = "<" + rule.type;
                assertTrue(file.contains(start), "no " + start + " in the file to try it in");
                boolean differs = false;
                for (String value : values(rule.attributes.get(attribute.getKey()))) {
                    String with = file.replaceFirst(
                            start + "(?=[ />])", start + " " + attribute.getKey() + "=\"" + value + "\"");
                    differs |= !shown(with).equals(without);
                }
                if (!differs) {
                    wrong.add(element.getKey() + " " + attribute.getKey() + " makes no difference");
                }
            }
        }
        assertEquals("", String.join("\n", wrong));
        assertTrue(tried >= 25, "only " + tried + " tried");
    }

    /// The page's [no effect] is the validator's "has no effect here", attribute by attribute.
    @Test
    void whatHasNoEffectIsMarked() {
        // Said by rules of their own, with other words.
        Set<String> otherwise = Set.of(
                "cluster alias",
                "cman in cluster nodename",
                "totem in cluster secauth",
                "logging_daemon in logging subsys");
        Map<String, Rule> all = rules();
        all.forEach((element, rule) -> rule.attributes.keySet().forEach(name -> {
            Entry entry = of(element).get(name);
            if (entry != null && !otherwise.contains(element + " " + name) && !entry.text.startsWith("Needed")) {
                marked(element, name, entry, dead(element, all.keySet()));
            }
        }));
        of(SERVICE).forEach((name, entry) -> marked(SERVICE, name, entry, false));
        assertEquals("", String.join("\n", wrong));
    }

    private void marked(String element, String name, Entry entry, boolean dead) {
        String[] words = element.split(" in ");
        boolean none = dead
                || NoEffect.ofAttribute(words[0], words.length > 1 ? words[1] : "", name)
                        .isPresent();
        if (none != entry.text.startsWith("[no effect]")) {
            wrong.add(element + " " + name + ": has it no effect?");
        }
    }

    /// Whether an element does nothing as a whole, or stands in one that doesn't.
    private static boolean dead(String element, Set<String> all) {
        String[] words = element.split(" in ");
        return words.length > 1
                && (NoEffect.ofElement(words[0], words[1]).isPresent()
                        || all.stream().anyMatch(up -> up.startsWith(words[1] + " in ") && dead(up, all)));
    }

    private static List<String> values(Rule.@Nullable Attribute attribute) {
        return attribute == null
                ? List.of()
                : switch (attribute.kind()) {
                    case Rule.Kind.Text _ -> List.of("t", "7");
                    case Rule.Kind.Flag _ -> List.of("0", "1");
                    case Rule.Kind.Count(long min, long max) -> List.of(String.valueOf(min), String.valueOf(max));
                    case Rule.Kind.Word(List<String> words) -> words;
                };
    }

    /// All that a file means, but for what tells one writing from another.
    private static String shown(String file) throws ReflectiveOperationException {
        ClusterConfig config = ConfigReader.parse(file.getBytes(StandardCharsets.UTF_8), "c")
                .config()
                .orElseThrow(() -> new AssertionError(file));
        return record(config);
    }

    private static String record(Record record) throws ReflectiveOperationException {
        var text = new StringBuilder();
        for (RecordComponent part : record.getClass().getRecordComponents()) {
            Object value = part.getAccessor().invoke(record);
            if (!part.getName().matches(".*Set|sha256|root|line")) {
                String one = value instanceof Record inner ? record(inner) : String.valueOf(value);
                text.append(part.getName()).append('=').append(one).append('\n');
            }
        }
        return text.toString();
    }
}
