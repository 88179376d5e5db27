package io.muster.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.finding.Reading;
import io.muster.lvscf.LvsConfig;
import io.muster.lvscf.LvsReader;
import io.muster.lvscf.NameLookup;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What a director is delivered with beside its jars: units, samples, man pages.
class DirectorFilesTest {
    private static final Path UNITS = SourceTree.root().resolve("distribution/src/main/units");
    private static final Path MAN = SourceTree.root().resolve("docs/man");
    private static final Pattern STARTS = Pattern.compile("(?m)^Exec(?:Start|Stop)=/usr/sbin/(\\S+)");

    @Test
    void unitsStartCommandsThatExist() {
        Set<String> commands = commands(".*");
        for (Path unit : files(UNITS, ".service")) {
            var starts = STARTS.matcher(SourceTree.read(unit));
            assertTrue(starts.find(), unit + " starts nothing of ours");
            do {
                assertTrue(commands.contains(starts.group(1)), unit + ": " + starts.group(1) + " is no command");
            } while (starts.find());
        }
    }

    @Test
    void aMachineRunsPulseOrLvsdAloneAndNeitherWithAllOfRootsPower() {
        String pulse = SourceTree.read(UNITS.resolve("pulse.service"));
        String lvsd = SourceTree.read(UNITS.resolve("lvsd.service"));
        assertTrue(pulse.contains("\nConflicts=lvsd.service\n") && lvsd.contains("\nConflicts=pulse.service\n"));
        assertTrue(pulse.contains("\nKillMode=process\n"), "lvsd has to outlive pulse to take the addresses away");
        for (String unit : List.of(pulse, lvsd)) {
            assertTrue(unit.contains("\nType=notify\n") && unit.contains("\nExecReload=/bin/kill -HUP $MAINPID\n"));
            assertTrue(unit.contains("\nCapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW "), unit);
            assertFalse(unit.contains("CAP_SYS_"), unit);
        }
    }

    @Test
    void samplesAreGoodWithoutAWarning() {
        List<Path> samples = SourceTree.files().stream()
                .filter(file -> file.getFileName().toString().matches("lvs\\.cf\\..*example"))
                .toList();
        assertEquals(2, samples.size());
        for (Path sample : samples) {
            Reading<LvsConfig> reading =
                    LvsReader.read(SourceTree.read(sample), sample.getFileName().toString(), NameLookup.NONE);
            assertEquals(List.of(), reading.problems());
            assertEquals(List.of(), reading.config().orElseThrow().refusals());
        }
    }

    @Test
    void everyCommandOfTheDirectorHasAManPage() {
        Set<String> pages = files(MAN, "").stream()
                .map(file -> file.getFileName().toString())
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(pages.contains("lvs.cf.5"));
        for (String command : commands("io\\.muster\\.(pulse|lvs|lvscf|lvsctl|nanny|ipvs)\\..*")) {
            assertTrue(pages.contains(command + ".8"), command + " has no page in " + pages);
        }
    }

    @Test
    void manPagesNameThemselvesAndSayWhatTheyAreFor() {
        for (Path page : files(MAN, "")) {
            String name = page.getFileName().toString();
            String title = name.substring(0, name.lastIndexOf('.'));
            String section = name.substring(name.lastIndexOf('.') + 1);
            String text = SourceTree.read(page);
            assertTrue(
                    Pattern.compile("(?mi)^\\.TH \"?" + Pattern.quote(title).replace("-", "\\E\\\\?-\\Q") + "\"? \"?"
                                    + section)
                            .matcher(text)
                            .find(),
                    name + ": .TH");
            assertTrue(text.contains("\n.SH NAME\n") && text.contains("\n.SH DESCRIPTION\n"), name + ": sections");
        }
    }

    private static Set<String> commands(String classPattern) {
        return SourceTree.read(SourceTree.root().resolve("distribution/commands"))
                .lines()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .map(line -> line.split("\\s+"))
                .filter(words -> words[1].matches(classPattern))
                .map(words -> words[0])
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<Path> files(Path directory, String suffix) {
        return SourceTree.files().stream()
                .filter(file ->
                        directory.equals(file.getParent()) && file.toString().endsWith(suffix))
                .toList();
    }
}
