package io.muster.lvsctl.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.cli.Command;
import io.muster.daemon.Layout;
import io.muster.doctor.Finding;
import io.muster.lvscf.cli.LvsConfigValidate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the director's small commands say and with which status they end.
class CommandsTest {
    private static final String GOOD =
            "network = direct\nvirtual v {\nactive = 1\naddress = 10.0.0.100 eth0\nserver s {\naddress = 10.0.1.1\n"
                    + "active = 1\n}\n}\n";

    @TempDir
    Path root;

    @Test
    void aGoodFileIsSaidToBeGood() throws IOException {
        Path file = write(GOOD);
        assertEquals(
                "0|Configuration validates: 1 active virtual server, 1 active real server\n|",
                validate("-f", file.toString()));
        assertEquals("0||", validate("-q", "-f", file.toString()));
    }

    @Test
    void withoutAFileTheDirectorsOwnIsMeant() throws IOException {
        assertEquals(
                "1|Configuration fails to validate\n|lvs.cf: there is no file "
                        + root.resolve("etc/sysconfig/ha/lvs.cf") + "\n",
                validate());
        Path own = Layout.under(root).lvsConf();
        Files.createDirectories(own.getParent());
        Files.writeString(own, GOOD);
        assertTrue(validate().startsWith("0|"));
    }

    @Test
    void warningsAreSaidAndDontRefuse() throws IOException {
        assertEquals(
                "0|Configuration validates: 1 active virtual server, 1 active real server\n|"
                        + "lvs.cf:2:1: warning: network: given before, in line 1: the last one wins\n",
                validate("-f", write("network = nat\n" + GOOD).toString()));
    }

    @Test
    void allErrorsAreSaid() throws IOException {
        assertEquals(
                """
                1|Configuration fails to validate
                |lvs.cf:1:11: network: invalid argument "drect"; did you mean "direct"?
                lvs.cf:3:1: unknown command "activ"; did you mean "active"?
                """,
                validate(
                        "-f",
                        write(GOOD.replace("direct", "drect").replaceFirst("active", "activ"))
                                .toString()));
    }

    @Test
    void whatIsNotBuiltIsRefused() throws IOException {
        assertEquals(
                "1|Configuration fails to validate\n|service = fos: failover services aren't built yet, only service ="
                        + " lvs is\n",
                validate("-f", write("service = fos\n" + GOOD).toString()));
    }

    @Test
    void wrongUsageIsTwo() {
        assertTrue(validate("-z").startsWith("2||lvs_config_validate: invalid option -- 'z'\nUsage:"));
        assertTrue(validate("lvs.cf")
                .startsWith("2||lvs_config_validate: unexpected argument \"lvs.cf\": give the file with -f\n"));
        for (String[] wrong : new String[][] {{}, {"up"}, {"sideways", "10.0.0.1"}, {"down", "10.0.0.1", "-i", "lo"}}) {
            assertTrue(realServer(wrong).startsWith("2||Usage: lvsctl realserver up VIP"), String.join(" ", wrong));
        }
        assertEquals(
                "2||lvsctl: realserver: \"web\" is no IP address: give the virtual address itself\n",
                realServer("up", "web"));
    }

    @Test
    void aMachineThatIsNoRealServerSaysSo() {
        assertEquals("0|this machine holds no virtual address as a real server\n|", realServer("status"));
        assertEquals("0|10.99.98.97 is down already\n|", realServer("down", "10.99.98.97"));
    }

    @Test
    void theDoctorSaysWhatWhyAndHowToMendIt() {
        var finding = new Finding("key", "has \"mode\"\t440", "it hurts", "chmod");
        assertEquals("""
                key: has "mode"\t440
                    why:  it hurts
                    mend: chmod
                not looked at: ARP
                1 finding
                """, DoctorCommand.text(List.of(finding), List.of("ARP")));
        assertEquals("all well\n", DoctorCommand.text(List.of(), List.of()));
        assertEquals(
                "{\"findings\":[{\"subject\":\"key\",\"problem\":\"has \\\"mode\\\"\\u0009440\",\"why\":\"it"
                        + " hurts\",\"mend\":\"chmod\"}],\"unseen\":[\"a\",\"b\"]}\n",
                DoctorCommand.json(List.of(finding), List.of("a", "b")));
    }

    @Test
    void theDoctorNeedsAFileThatCanBeUsed() throws IOException {
        Path file = write("keepalive = x\n" + GOOD);
        assertEquals(
                "1||lvs.cf:1:13: keepalive: integer expected, not \"x\": seconds, or milliseconds written as 200ms\n"
                        + "lvsctl: doctor: " + file + " can't be used: that comes first\n",
                run(new DoctorCommand(Layout.under(root)), "-f", file.toString()));
        assertTrue(run(new DoctorCommand(Layout.under(root)), "x").startsWith("2||Usage: lvsctl doctor"));
    }

    private Path write(String text) throws IOException {
        return Files.writeString(root.resolve("lvs.cf"), text);
    }

    private String validate(String... args) {
        return run(new LvsConfigValidate(Layout.under(root)), args);
    }

    private String realServer(String... args) {
        return run(new RealServerCommand(Layout.under(root)), args);
    }

    /// Status, standard output, standard error.
    private static String run(Command command, String... args) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int status = command.run(
                args,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return status + "|" + out.toString(StandardCharsets.UTF_8) + "|" + err.toString(StandardCharsets.UTF_8);
    }
}
