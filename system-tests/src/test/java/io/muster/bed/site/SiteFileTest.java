package io.muster.bed.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.bed.site.SiteFile.Disk;
import io.muster.bed.site.SiteFile.GuestLine;
import io.muster.finding.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;

class SiteFileTest {
    private static List<String> problems(String text) {
        return SiteFile.read("site", text).problems().stream()
                .map(Problem::toString)
                .toList();
    }

    @Test
    void everythingThatAFileCanSay() throws Exception {
        SiteFile file = SiteFile.read("site", """
                # Three nodes.
                network 10.9.8.0/24
                memory 384    # MiB
                time 120
                guest node1 11 quorum data
                guest node2 12 quorum
                disk quorum 16
                disk data 64
                collect /var/log/cluster /etc/cluster
                run echo '#1' && sh "$SITE_DIR/node.sh"
                """).orThrow();
        assertEquals(
                new SiteFile(
                        "10.9.8",
                        384,
                        120,
                        List.of(new Disk("quorum", 16), new Disk("data", 64)),
                        List.of(
                                new GuestLine("node1", 11, List.of("quorum", "data")),
                                new GuestLine("node2", 12, List.of("quorum"))),
                        List.of("/var/log/cluster", "/etc/cluster"),
                        "echo '#1' && sh \"$SITE_DIR/node.sh\""),
                file);
        assertEquals("10.9.8.12", file.address(file.guests().get(1)));
    }

    @Test
    void theLeastThatAFileMustSay() throws Exception {
        SiteFile file = SiteFile.read("site", "guest a 2\nrun true").orThrow();
        assertEquals(
                new SiteFile(
                        "192.168.78",
                        512,
                        900,
                        List.of(),
                        List.of(new GuestLine("a", 2, List.of())),
                        List.of(),
                        "true"),
                file);
    }

    @Test
    void allProblemsAtOnceEachAtItsPlaceWithTheNearestWord() {
        assertEquals(
                List.of(
                        "site:1:1: unknown word \"gest\"; did you mean \"guest\"?",
                        "site:2:9: \"10.9.8.0/16\" isn't a network like 192.168.78.0/24",
                        "site:3:8: \"64\" isn't a number from 128 to 16384",
                        "site:4:8: \"soon\" isn't a number from 1 to 86400",
                        "site:5:7: \"1node\" isn't a name: a letter, then letters, digits and -, 15 at most",
                        "site:6:14: no disk \"qorum\"; did you mean \"quorum\"?",
                        "site:7:7: a second guest \"two\"",
                        "site:7:11: number 12 is two's",
                        "site:8:1: disk takes a name and MiB",
                        "site:10:6: a second disk \"quorum\"",
                        "site:11:9: \"var/log\" isn't an absolute path of a directory",
                        "site:12:1: memory takes MiB and nothing else",
                        "site:13:1: run takes a command",
                        "site:14:1: a second time: the first is in line 4",
                        "site:15:1: no run: what do the guests run?"),
                problems("""
                        gest node1 11
                        network 10.9.8.0/16
                        memory 64
                        time   soon
                        guest 1node 11
                        guest two 12 qorum
                        guest two 12
                        disk data
                        disk quorum 16
                        disk quorum 17
                        collect var/log
                        memory 128 256
                        run
                        time 5
                        """));
    }

    @Test
    void anEmptyFileSaysWhatIsMissing() {
        assertEquals(
                List.of(
                        "site:1:1: no guest: at least one line \"guest NAME NUMBER\"",
                        "site:1:1: no run: what do the guests run?"),
                problems("# nothing"));
    }

    @Test
    void whateverStandsThereIsSaidAndNeverThrown() {
        var dice = new java.util.Random(5);
        List<String> words = List.of(
                "guest",
                "disk",
                "run",
                "time",
                "memory",
                "network",
                "collect",
                "a",
                "12",
                "-1",
                "#",
                "\t",
                "\n",
                "/x",
                "é",
                "99999999999",
                "1.2.3.0/24",
                "999.1.1.0/24");
        for (int i = 0; i < 2_000; i++) {
            var text = new StringBuilder();
            for (int n = dice.nextInt(20); n > 0; n--) {
                text.append(words.get(dice.nextInt(words.size()))).append(dice.nextBoolean() ? " " : "\n");
            }
            var reading = SiteFile.read("site", text.toString());
            assertTrue(reading.config().isPresent() == reading.errors().isEmpty(), text.toString());
        }
    }
}
