package io.muster.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// systemd's units, as texts: each starts what is installed, names man pages that are there, and is
/// watched by who may.
class UnitsTest {
    /// The daemons that stand alone, so that systemd is the one to notice that they hang, and how soon. Those
    /// of a cluster are pinged by cman, whose word is a vote and not a signal: decision 0190.
    private static final Map<String, String> WATCHED = Map.of("lvsd", "30", "pulse", "30");

    private final SortedMap<String, String> units = new TreeMap<>();
    private final List<String> wrong = new ArrayList<>();

    UnitsTest() {
        Path directory = SourceTree.root().resolve("distribution/src/main/units");
        for (Path file : SourceTree.files()) {
            String name = file.getFileName().toString();
            if (directory.equals(file.getParent()) && name.matches(".*\\.(service|target)")) {
                units.put(name, SourceTree.read(file));
            }
        }
    }

    /// All values that a key has in a unit, a list of words each.
    private static List<List<String>> values(String unit, String key) {
        return Pattern.compile("(?m)^" + key + "=(.*)$")
                .matcher(unit)
                .results()
                .map(hit -> List.of(hit.group(1).split("\\s+")))
                .toList();
    }

    private static String program(String unit) {
        List<List<String>> starts = values(unit, "ExecStart");
        assertEquals(1, starts.size(), "ExecStart in " + unit);
        return starts.getFirst().getFirst();
    }

    private static Set<String> daemons() {
        return SourceTree.read(SourceTree.root().resolve("distribution/commands"))
                .lines()
                .map(line -> line.split("\\s+"))
                .filter(words -> words.length == 3 && words[2].matches("daemon|ring"))
                .filter(words -> !words[0].startsWith("training"))
                .map(words -> words[0])
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyDaemonOfItsOwnHasAUnitAndOneThatNotifies() {
        Set<String> wanted = daemons();
        // For scripts of one's own.
        wanted.remove("nanny");
        var found = new TreeSet<String>();
        units.forEach((name, unit) -> {
            if (name.endsWith(".service")) {
                String program = program(unit);
                String daemon = program.replace("/usr/sbin/", "");
                boolean notifies = unit.contains("\nType=notify\n") && unit.contains("\nNotifyAccess=main\n");
                if (notifies) {
                    found.add(daemon);
                    // Daemon tells systemd, whatever the daemon.
                    OptionSource.of(daemon, mainClass(daemon));
                } else if (!unit.contains("\nType=oneshot\n")) {
                    wrong.add(name + ": neither Type=notify with NotifyAccess=main nor Type=oneshot");
                }
                if (notifies && !name.equals(daemon + ".service")) {
                    wrong.add(name + ": starts " + program);
                }
            }
        });
        assertEquals(wanted, found);
        assertEquals("", String.join("\n", wrong));
    }

    private static String mainClass(String command) {
        return SourceTree.commands().getOrDefault(command, "");
    }

    @Test
    void unitsNameManPagesThatAreThere() {
        Set<String> pages = ManPage.all().keySet();
        units.forEach((name, unit) -> {
            List<String> documents =
                    values(unit, "Documentation").stream().flatMap(List::stream).toList();
            if (documents.isEmpty()) {
                wrong.add(name + ": no Documentation=");
            }
            for (String document : documents) {
                var page = Pattern.compile("man:([\\w.-]+)\\(([1-8])\\)").matcher(document);
                if (!page.matches() || !pages.contains(page.group(1) + "." + page.group(2))) {
                    wrong.add(name + ": " + document + " isn't a page of ours");
                }
            }
            String own = "man:" + name.replaceAll("\\..*", "") + "(8)";
            if (name.endsWith(".service") && !name.contains("@") && !documents.contains(own)) {
                wrong.add(name + ": names " + documents + " and not " + own);
            }
        });
        assertEquals("", String.join("\n", wrong));
    }

    @Test
    void systemdWatchesWhatStandsAloneAndNothingElse() {
        units.forEach((name, unit) -> {
            String daemon = name.replace(".service", "");
            String wanted = WATCHED.getOrDefault(daemon, "");
            String said =
                    values(unit, "WatchdogSec").stream().flatMap(List::stream).collect(Collectors.joining(","));
            if (!said.equals(wanted)) {
                wrong.add(name + ": WatchdogSec=" + said + ", wanted \"" + wanted + "\"");
            }
            if (!wanted.isEmpty()) {
                // Who is watched has to say that it lives, and may be started again.
                assertTrue(unit.contains("\nRestart=on-failure\n"), name);
                String main = mainClass(daemon);
                assertTrue(pings(main), main + " never pings systemd");
            }
        });
        assertEquals("", String.join("\n", wrong));
    }

    private static boolean pings(String mainClass) {
        String directory = mainClass.replace('.', '/').replaceAll("/[^/]*$", "/");
        return SourceTree.files().stream()
                .filter(file -> file.toString().contains("/src/main/java/" + directory))
                .anyMatch(file -> SourceTree.read(file).contains("context.watchdog("));
    }

    @Test
    void aClustersDaemonsStartAndStopInTheirOrder() {
        String[][] order = {
            {"ccsd.service", "cman.service"},
            {"fenced.service", "cman.service", "ccsd.service"},
            {"rgmanager.service", "cman.service", "ccsd.service", "fenced.service"}
        };
        for (String[] one : order) {
            List<String> after = values(units.getOrDefault(one[0], ""), "After").stream()
                    .flatMap(List::stream)
                    .toList();
            for (int i = 1; i < one.length; i++) {
                assertTrue(after.contains(one[i]), one[0] + " isn't started after " + one[i]);
            }
        }
        assertTrue(units.getOrDefault("cman.service", "").contains("\nRestart=no\n"), "cman comes back by itself");
        List<String> conflicts = values(units.getOrDefault("clusterd.service", ""), "Conflicts").stream()
                .flatMap(List::stream)
                .toList();
        assertTrue(
                conflicts.containsAll(List.of("cman.service", "ccsd.service", "fenced.service", "rgmanager.service")));
    }
}
