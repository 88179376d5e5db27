package io.muster.ipvs.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ipvs.FakeTable;
import io.muster.ipvs.IpvsError;
import io.muster.ipvs.IpvsException;
import io.muster.ipvs.IpvsTable;
import io.muster.ipvs.daemon.ConnectionTable;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class IpvsadmTest {
    private static final String RULES = "-A -t 10.1.1.1:80 -s rr\n-a -t 10.1.1.1:80 -r 10.9.0.1:80 -m -w 1\n";

    private final IpvsTable table = new FakeTable();
    private final Ipvsadm ipvsadm =
            new Ipvsadm(() -> table, new ConnectionTable(Path.of("/nonexistent")), () -> Names.NUMERIC, Run.input(""));

    private Run ipvsadm(String line) {
        return Run.of(ipvsadm, Run.words(line));
    }

    private Run restore(String input) {
        return Run.of(ipvsadm.reading(Run.input(input)), "-R");
    }

    private String saved() {
        return ipvsadm("-S -n").out();
    }

    @Test
    void kernelsRefusalsAreSaidInTheOriginalsWords() {
        assertEquals(new Run(0, "", ""), ipvsadm("-A -t 10.1.1.1:80 -s rr"));
        assertEquals(new Run(255, "", "Service already exists\n"), ipvsadm("-A -t 10.1.1.1:80 -s rr"));
        assertEquals(
                new Run(255, "", "Scheduler or persistence engine not found\n"),
                ipvsadm("-A -t 10.1.1.2:80 -s nosuch"));
        assertEquals(new Run(255, "", "No such service\n"), ipvsadm("-E -t 10.1.1.2:80 -s rr"));
        assertEquals(new Run(255, "", "No such service\n"), ipvsadm("-D -t 10.1.1.2:80"));
        assertEquals(new Run(255, "", "Service not defined\n"), ipvsadm("-a -t 10.1.1.2:80 -r 10.9.0.1"));
        assertEquals(new Run(0, "", ""), ipvsadm("-a -t 10.1.1.1:80 -r 10.9.0.1"));
        assertEquals(new Run(255, "", "Destination already exists\n"), ipvsadm("-a -t 10.1.1.1:80 -r 10.9.0.1"));
        assertEquals(new Run(255, "", "No such destination\n"), ipvsadm("-e -t 10.1.1.1:80 -r 10.9.0.2"));
        assertEquals(new Run(255, "", "No such destination\n"), ipvsadm("-d -t 10.1.1.1:80 -r 10.9.0.2"));
        assertEquals(
                new Run(255, "", "Numerical result out of range\n"),
                ipvsadm("-a -t 10.1.1.1:80 -r 10.9.0.3 -x 5 -y 6"));
        assertEquals(new Run(1, "", "No such service\n"), ipvsadm("-Ln -t 10.1.1.2:80"));
    }

    @Test
    void restoreGoesOnAfterARefusalAndEndsWithTheLastLinesStatus() {
        String twice = "-A -t 10.1.1.1:80 -s rr\n-A -t 10.1.1.1:80 -s rr\n";
        assertEquals(new Run(255, "", "Service already exists\n"), restore(twice));
        assertEquals(new Run(0, "", "Service already exists\n"), restore("-A -t 10.1.1.1:80\n-A -t 10.1.1.2:80\n"));
        assertEquals("-A -t 10.1.1.1:80 -s rr\n-A -t 10.1.1.2:80 -s wlc\n", saved());
    }

    @Test
    void lineThatMakesNoSenseEndsTheRestore() {
        assertEquals(
                new Run(2, "", "Service already exists\nunexpected argument foo\n"),
                restore("-A -t 10.1.1.1:80 -s rr\n-A -t 10.1.1.1:80 -s rr\n-C foo\n-A -t 10.1.1.2:80\n"));
        assertEquals("-A -t 10.1.1.1:80 -s rr\n", saved());
        assertEquals(new Run(255, "", "Try `ipvsadm -h' or 'ipvsadm --help' for more information.\n"), restore("-R\n"));
    }

    @Test
    void restoreKnowsNoQuotesSkipsBlankLinesAndTheCommandsName() {
        assertEquals(
                new Run(0, "", ""),
                restore("\n \t\nipvsadm\n  ipvsadm -A -t 10.1.1.1:80\r\nipvsadm ipvsadm\t-A -t 10.1.1.2:80"));
        assertEquals("-A -t 10.1.1.1:80 -s wlc\n-A -t 10.1.1.2:80 -s wlc\n", saved());
        assertEquals(
                new Run(255, "", "Scheduler or persistence engine not found\n"),
                restore("-A -t 10.1.1.3:80 -s \"rr\"\n"));
    }

    @Test
    void linesOfARestoreSeeWhatThoseBeforeThemDid() {
        Run run = restore("-A -t 10.1.1.1:80 -s rr\n-S -n\n-D -t 10.1.1.1:80\n-Sn\n-Ln -t 10.1.1.1:80\n-C\n");
        assertEquals(new Run(1, "-A -t 10.1.1.1:80 -s rr\n", "No such service\n"), run);
    }

    @Test
    void thousandsOfLinesAreAppliedInOrder() {
        var rules = new StringBuilder();
        for (int i = 0; i < 2000; i++) {
            rules.append("-A -t 10.1.")
                    .append(i / 250)
                    .append('.')
                    .append(i % 250 + 1)
                    .append(":80 -s rr\n");
        }
        assertEquals(new Run(0, "", ""), restore(rules.toString()));
        assertEquals(rules.toString(), saved());
    }

    @Test
    void restoreCommandClearsAndDropsComments() {
        ipvsadm("-A -t 10.1.1.9:80 -s rr");
        assertEquals(new Run(0, "", ""), Run.of(new IpvsadmRestore(ipvsadm, Run.input("# x\n" + RULES))));
        assertEquals(new Run(0, RULES, ""), Run.of(new IpvsadmSave(ipvsadm), "-n", "ignored"));
        assertEquals(1, Run.of(new IpvsadmSave(ipvsadm), "-x").status());
    }

    @Test
    void withoutATableNothingIsPrintedButWhy() {
        Ipvsadm none = new Ipvsadm(
                () -> {
                    throw new IpvsException(IpvsError.UNSUPPORTED, "no IPVS");
                },
                new ConnectionTable(),
                () -> Names.NUMERIC,
                Run.input(""));
        String question = "Are you sure that IP Virtual Server is built in the kernel or as module?\n";
        assertEquals(new Run(2, "", "Can't initialize ipvs: Protocol not available\n" + question), Run.of(none, "-h"));
        Ipvsadm forbidden = new Ipvsadm(
                () -> {
                    throw new IpvsException(IpvsError.NOT_PERMITTED, "not root");
                },
                new ConnectionTable(),
                () -> Names.NUMERIC,
                Run.input(""));
        assertEquals(
                new Run(2, "", "Can't initialize ipvs: Permission denied (you must be root)\n" + question),
                Run.of(forbidden, "-Ln"));
    }

    @Test
    void usageNamesEveryOption() {
        String usage = ipvsadm("-h").out();
        for (Opt option : Opt.values()) {
            assertTrue(usage.contains("--" + option.longName()), option.longName());
            for (char letter : option.letters().toCharArray()) {
                assertTrue(usage.matches("(?s).*[|\\s]-" + letter + "[\\s|].*"), "-" + letter);
            }
        }
        assertTrue(usage.startsWith(ipvsadm("--version").out()), usage);
        assertEquals(ipvsadm("--version").out(), ipvsadm("-v").out());
    }
}
