package io.muster.nanny.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.checks.Check;
import io.muster.checks.Expect;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.ServiceId;
import io.muster.net.IpAddress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class NannyOptionsTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private NannyOptions.Parsed parse(String... args) {
        return NannyOptions.parse(
                args, new PrintStream(new ByteArrayOutputStream()), new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private NannyOptions options(String... args) {
        return parse(args).options().orElseThrow(() -> new AssertionError(said()));
    }

    private String said() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private void refused(String text, String... args) {
        assertEquals(1, parse(args).status());
        assertTrue(said().contains(text), this::said);
    }

    @Test
    void defaultsAreTheOriginals() {
        NannyOptions o = options("-c", "-h", "10.11.12.1", "-V", "192.168.26.10", "--lvs");
        assertEquals("TCP 192.168.26.10:80", o.service().toString());
        assertEquals("TCP 192.168.26.10:80", o.target().service());
        assertEquals("10.11.12.1:80", o.target().server());
        assertEquals(10_000, o.rules().intervalMs());
        assertEquals(180_000, o.rules().reentryMs());
        assertEquals(1, o.rules().weight());
        assertEquals(Forwarding.MASQ, o.forwarding());
        assertEquals(
                new Check.Talk(o.target().address(), 80, false, "GET / HTTP/1.0\r\n\r\n", new Expect.Prefix("HTTP")),
                o.rules().check());
    }

    @Test
    void theCommandLineOfLvsdIsUnderstood() {
        NannyOptions o = options(
                "-c",
                "-h",
                "10.11.12.1",
                "-p",
                "25",
                "-r",
                "2525",
                "-f",
                "80",
                "-u",
                "-s",
                "a\\r\\n",
                "-x",
                "^b+$",
                "-q",
                "--regex",
                "-v",
                "-a",
                "15",
                "-I",
                "/sbin/ipvsadm",
                "-t",
                "6",
                "-w",
                "3",
                "-V",
                "192.168.26.10",
                "-M",
                "g",
                "--nodaemon",
                "--lvs");
        assertEquals(ServiceId.mark(80, false), o.service());
        assertEquals(2525, o.target().port());
        assertEquals(3, o.rules().weight());
        assertEquals(15_000, o.rules().reentryMs());
        assertEquals(Forwarding.ROUTE, o.forwarding());
        assertTrue(o.quiesce() && o.verbose() && !o.printOnly());
        Check.Talk talk = (Check.Talk) o.rules().check();
        assertEquals("a\r\n", talk.send());
        assertTrue(talk.udp() && talk.expect() instanceof Expect.Regex);
    }

    @Test
    void literalTextsKeepTheirBackslashes() {
        NannyOptions o = options("-h", "1.2.3.4", "-V", "5.6.7.8", "-T", "-s", "a\\n", "-x", "b\\n", "--lvs");
        assertEquals(
                new Check.Talk(IpAddress.parse("1.2.3.4").orElseThrow(), 80, false, "a\\n", new Expect.Prefix("b\\n")),
                o.rules().check());
    }

    @Test
    void wholeWordsOfAProgramAreFilledIn() {
        NannyOptions o =
                options("-h", "1.2.3.4", "-V", "5.6.7.8", "-r", "7", "-e", "/bin/chk  %h x%h %p", "-x", "OK", "--lvs");
        assertEquals(
                new Check.Program(List.of("/bin/chk", "1.2.3.4", "x%h", "7"), "OK", false),
                o.rules().check());
    }

    @Test
    void rupAndRuptimeAreAskedBesideTheCheck() {
        NannyOptions o = options("-h", "1.2.3.4", "-V", "5.6.7.8", "-p", "25", "-U", "rup", "-S", "4", "--lvs");
        assertEquals(
                new Check.Connect(IpAddress.parse("1.2.3.4").orElseThrow(), 25, false),
                o.rules().check());
        assertEquals(List.of("rup", "1.2.3.4"), o.rules().source().orElseThrow().command());
        assertEquals(4, o.rules().loadScale());
    }

    @Test
    void anUnknownServiceTypeEndsWithOne() {
        refused("nanny: unknown service type", "-h", "1.2.3.4", "-V", "5.6.7.8");
    }

    @Test
    void badArgumentsEndWithOne() {
        refused("invalid option -- 'z'", "-z");
        refused("-t \"x\": a number of at least 1", "-t", "x", "--lvs");
        refused("-h \"web\": an IP address", "-h", "web", "--lvs");
        refused("-M \"x\": m, g or i", "-M", "x", "--lvs");
        refused("a port is at most 65535", "-p", "65536", "--lvs");
        refused("are needed", "--lvs");
        refused("needs -e", "-h", "1.2.3.4", "-V", "5.6.7.8", "-U", "ssh", "--lvs");
        refused("expect \"(\"", "-h", "1.2.3.4", "-V", "5.6.7.8", "-x", "(", "--regex", "--lvs");
    }
}
