package io.muster.house;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.service.ResultCode;
import io.muster.service.ServiceState;
import java.io.IOException;
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
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Man pages against the truth: what is installed has a page; a page describes the options that the
/// program takes, no more and no less, and so does its usage text; statuses, references and the markup
/// itself are right.
class ManPagesTest {
    /// What has no name in /usr/sbin: the caches' training, and what agents alone call to end the machine,
    /// which no test may try.
    private static final Pattern NOT_INSTALLED = Pattern.compile("training.*|end_machine");

    /// Words of `muster`, described in its page.
    private static final Set<String> OF_MUSTER = Set.of("keygen", "replay", "simulate");

    /// Commands whose words have options of their own.
    private static final Map<String, List<String>> WORDS = Map.of(
            "ccs_tool",
                    List.of(
                            "update",
                            "lsnode",
                            "lsfence",
                            "create",
                            "addnode",
                            "delnode",
                            "addfence",
                            "delfence",
                            "addnodeids"),
            "lvsctl", List.of("status", "drain", "undrain", "doctor", "realserver"));

    /// Commands that compare words instead of using getopt: what they don't complain of among these.
    private static final Map<String, List<String>> BY_HAND = Map.of(
            "ccs_tool", List.of("-verbose", "-h", "-V", "--help", "--version"),
            "lvsctl", List.of("-h", "--help", "-V", "--version"),
            "ccs_test", List.of("-h"),
            "rg_test", List.of("-h", "--help"),
            "ipvsadm-restore", List.of(),
            "ipvsadm-save", List.of("-n"));

    private final SortedMap<String, ManPage> pages = ManPage.all();
    private final List<String> wrong = new ArrayList<>();

    @TempDir
    private Path root;

    private record Installed(String name, String mainClass, String kind) {
        boolean daemon() {
            return kind.equals("daemon") || kind.equals("ring");
        }
    }

    private static List<Installed> installed() {
        return SourceTree.read(SourceTree.root().resolve("distribution/commands"))
                .lines()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .map(line -> line.split("\\s+"))
                .map(words -> new Installed(words[0], words[1], words[2]))
                .filter(command -> !NOT_INSTALLED.matcher(command.name).matches())
                .toList();
    }

    private ManPage pageOf(String command) {
        return pages.getOrDefault(OF_MUSTER.contains(command) ? "muster.8" : command + ".8", ManPage.of(command, ""));
    }

    @Test
    void everyInstalledCommandHasAPageAndEveryPageACommand() {
        SortedSet<String> wanted = installed().stream()
                .map(command -> (OF_MUSTER.contains(command.name) ? "muster" : command.name) + ".8")
                .collect(toCollection(TreeSet::new));
        wanted.addAll(List.of("muster.8", "cluster.conf.5", "lvs.cf.5"));
        assertEquals(wanted, new TreeSet<>(pages.keySet()));
    }

    @Test
    void pagesDescribeTheOptionsThatCommandsTake() {
        eachCommand((command, word) -> {
            String name = command.name;
            CommandProbe probe = word.isEmpty()
                    ? new CommandProbe(command.mainClass, root)
                    : new CommandProbe(command.mainClass, root, word);
            SortedSet<String> taken = word.isEmpty() && BY_HAND.containsKey(name)
                    ? probe.among(new TreeSet<>(BY_HAND.getOrDefault(name, List.of())))
                    : probe.options();
            String what = word.isEmpty() ? name : name + " " + word;
            compare(what + ": in its page", pageOf(name).options(OF_MUSTER.contains(name) ? name : word), taken);
            String help = probe.run("-h").out() + probe.run("-h").err();
            if (!Set.of("ipvsadm-save", "send_arp").contains(name)) {
                compare(what + ": in its usage text", withHelp(used(name, help, word), taken), taken);
            }
            return taken;
        });
        assertEquals("", String.join("\n", wrong));
    }

    /// A command lists the options of its words too; of these only its own are compared.
    private static SortedSet<String> used(String name, String help, String word) {
        boolean ofAll = word.isEmpty() && WORDS.containsKey(name);
        String own = help.replaceAll("(?s)\n *(Commands:|Of commands).*", "\n").replaceAll("(?m)^ *[^- ].*$", "");
        SortedSet<String> options = ManPage.options(ofAll ? own : help, false);
        options.remove("-1");
        return options;
    }

    /// Nobody has to be told in the help how help is had, nor what comes with it.
    private static SortedSet<String> withHelp(SortedSet<String> options, SortedSet<String> taken) {
        Stream.of("-h", "-?", "--help", "-V", "--version")
                .filter(taken::contains)
                .forEach(options::add);
        return options;
    }

    private void eachCommand(BiFunction<Installed, String, SortedSet<String>> check) {
        for (Installed command : installed()) {
            if (command.daemon()
                    || Set.of("simulate", "ipvsadm", "ipvsadm-restore").contains(command.name)) {
                continue;
            }
            List<String> words = WORDS.getOrDefault(command.name, List.of());
            check.apply(command, "");
            words.forEach(word -> check.apply(command, word));
            if (!words.isEmpty()) {
                compare(
                        command.name + ": words with options",
                        pageOf(command.name).words(),
                        new TreeSet<>(words));
            }
        }
    }

    private void compare(String what, SortedSet<String> said, SortedSet<String> taken) {
        var missing = new TreeSet<>(taken);
        missing.removeAll(said);
        var surplus = new TreeSet<>(said);
        surplus.removeAll(taken);
        if (!missing.isEmpty() || !surplus.isEmpty()) {
            wrong.add(what + " " + missing + " missing, " + surplus + " surplus");
        }
    }

    @Test
    void pagesDescribeTheOptionsThatDaemonsDeclare() {
        for (Installed command : installed()) {
            if (command.daemon()) {
                OptionSource source = OptionSource.of(command.name, command.mainClass);
                compare(command.name + ": in its page", pageOf(command.name).options(""), source.declared());
                SortedSet<String> used = source.used();
                if (!command.name.equals("nanny")) {
                    used.addAll(List.of("-f", "-h", "-V"));
                }
                compare(command.name + ": in its usage text", withHelp(used, source.declared()), source.declared());
            }
        }
        assertEquals("", String.join("\n", wrong));
    }

    @Test
    void whatIsntReadByGetoptIsComparedWithItsSource() {
        compare("ipvsadm", pageOf("ipvsadm").options(""), OptionSource.ofIpvsadm());
        compare("simulate", pageOf("simulate").options("simulate"), OptionSource.ofWords("Simulate.java"));
        compare("install", pageOf("muster").options("install"), OptionSource.ofInstall());
        assertEquals(
                Set.of("keygen", "replay", "simulate", "install"),
                pageOf("muster").words());
        assertEquals("", String.join("\n", wrong));
    }

    @Test
    void everyStatusThatACommandGivesIsInItsPage() {
        eachCommand((command, word) -> {
            CommandProbe probe = new CommandProbe(command.mainClass, root);
            SortedSet<Integer> said = pageOf(command.name).statuses();
            var given = new TreeSet<Integer>();
            for (String[] arguments : new String[][] {{"-h"}, {"-\u0001"}, {"nonsense", "-\u0001"}, {}}) {
                // Without arguments this one reads the kernel's table.
                if (!command.name.equals("ipvsadm-save")) {
                    given.add(probe.run(arguments).status());
                }
            }
            given.removeAll(said);
            if (!given.isEmpty()) {
                wrong.add(command.name + ": status " + given + " isn't among " + said);
            }
            return new TreeSet<>();
        });
        assertEquals("", String.join("\n", wrong));
        Map<String, Set<Integer>> numbers = new LinkedHashMap<>();
        numbers.put(
                "clusvcadm",
                Stream.concat(Stream.of(0, 1), Stream.of(ResultCode.values()).map(ResultCode::exitStatus))
                        .collect(toCollection(TreeSet::new)));
        numbers.put(
                "clustat",
                Stream.concat(
                                Stream.of(0, 1, 255),
                                Stream.of(ServiceState.values())
                                        .filter(state -> !Set.of("starting", "started", "stopping")
                                                .contains(state.text()))
                                        .map(ServiceState::number))
                        .collect(toCollection(TreeSet::new)));
        numbers.forEach((command, all) -> assertEquals(all, pageOf(command).statuses(), command));
    }

    @Test
    void pagesHaveTheSectionsOfTheirKind() {
        for (ManPage page : pages.values()) {
            List<String> needed = new ArrayList<>(List.of("NAME", "SYNOPSIS", "DESCRIPTION", "SEE ALSO"));
            if (page.section.equals("8")) {
                needed.add("EXIT STATUS");
            }
            needed.removeAll(page.sections());
            if (!needed.isEmpty()) {
                wrong.add(page.name + ": no " + needed);
            }
            if (!page.section("NAME").contains("\n" + page.name.replace("-", "\\-") + " \\- ")
                    && !page.section("NAME").contains("\n" + page.name + " \\- ")) {
                wrong.add(page.name + ": NAME must be \"" + page.name + " \\- what it is for\"");
            }
        }
        assertEquals("", String.join("\n", wrong));
    }

    @Test
    void synopsesShowOptionsThatAreDescribed() {
        for (ManPage page : pages.values()) {
            String synopsis =
                    page.section("SYNOPSIS").lines().map(ManPage::plain).collect(joining(" "));
            SortedSet<String> described = page.options("");
            page.words().forEach(word -> described.addAll(page.options(word)));
            for (String option : ManPage.options(synopsis, false)) {
                boolean bundle = !option.startsWith("--") && option.length() > 2 && !described.contains(option);
                List<String> each = !bundle
                        ? List.of(option)
                        : option.substring(1)
                                .chars()
                                .mapToObj(letter -> "-" + (char) letter)
                                .toList();
                each.stream()
                        .filter(one -> !described.contains(one))
                        .forEach(one -> wrong.add(page.name + ": SYNOPSIS has " + one));
            }
        }
        assertEquals("", String.join("\n", wrong));
    }

    @Test
    void pagesReferToPagesThatAreThere() {
        Set<String> others = Set.of("uptime.1", "systemd.1", "journalctl.1", "syslog.3", "logrotate.8", "reboot.8");
        for (ManPage page : pages.values()) {
            SortedSet<String> all = ManPage.references(page.text);
            all.removeAll(pages.keySet());
            all.removeAll(others);
            all.forEach(reference -> wrong.add(page.name + ": there is no " + reference));
            SortedSet<String> also = ManPage.references(page.section("SEE ALSO"));
            if (also.isEmpty() || also.contains(page.name + "." + page.section)) {
                wrong.add(page.name + ": SEE ALSO " + also);
            }
        }
        assertEquals("", String.join("\n", wrong));
    }

    /// groff and mandoc are for those who have them: a page that one of them complains of is wrong
    /// everywhere, so one machine in the chain is enough.
    @Test
    void pagesAreFormattedWithoutAWarning() throws IOException, InterruptedException {
        List<String> formatter = Stream.of(
                        List.of("mandoc", "-T", "lint", "-W", "warning"),
                        List.of("groff", "-man", "-ww", "-z", "-Tutf8"))
                .filter(words -> onPath(words.getFirst()))
                .findFirst()
                .orElse(List.of());
        assumeTrue(!formatter.isEmpty(), "neither mandoc nor groff is here to format man pages");
        for (ManPage page : pages.values()) {
            var command = new ArrayList<>(formatter);
            command.add(SourceTree.root()
                    .resolve("docs/man/" + page.name + "." + page.section)
                    .toString());
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0 || !said.isEmpty()) {
                wrong.add(page.name + ": " + said);
            }
        }
        assertEquals("", String.join("\n", wrong));
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    @Test
    void theReaderFindsWhatAPageSays() {
        ManPage page = ManPage.of("x", """
                .SH OPTIONS
                .TP
                .BR \\-v ", " \\-\\-verbose
                More.
                .TP
                .BI \\-d N
                Glued.
                .SS "add, del"
                .TP
                .BI \\-n " ID"
                -z is no tag.
                .SH EXIT STATUS
                .TP
                .BR 110 ", " 114
                So.
                .SH SEE ALSO
                .BR a_b (8),
                .BR c\\-d (5)
                """);
        assertEquals(Set.of("-v", "--verbose", "-d"), page.options(""));
        assertEquals(Set.of("-n"), page.options("del"));
        assertEquals(Set.of("add", "del"), page.words());
        assertEquals(Set.of(110, 114), page.statuses());
        assertEquals(Set.of("a_b.8", "c-d.5"), ManPage.references(page.section("SEE ALSO")));
        assertFalse(page.options("other").contains("-n"));
        assertTrue(Pattern.matches("-{1,2}.*", ManPage.plain(".BR \\-\\-set")));
    }
}
