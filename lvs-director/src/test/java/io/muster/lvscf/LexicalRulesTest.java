package io.muster.lvscf;

import static io.muster.lvscf.Sample.errors;
import static io.muster.lvscf.Sample.global;
import static io.muster.lvscf.Sample.good;
import static io.muster.lvscf.Sample.read;
import static io.muster.lvscf.Sample.virtual;
import static io.muster.lvscf.Sample.warnings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.finding.Reading;
import io.muster.net.IpAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The lexical rules of lvs.cf as the original reads it, one after the other.
class LexicalRulesTest {
    @Test
    void tokensAreCutAtBlanksAndTabsAndAtMostAHundredFit() {
        assertEquals(
                7,
                good(global("\t keepalive\t =  3 \ndeadtime =\t7 ")).heartbeat().deadtimeMs() / 1000);
        String words = "dirs = [" + " a".repeat(96) + " ]";
        assertEquals(List.of(), errors(read(virtual(words))));
        assertEquals(
                List.of("lvs.cf:4:204: unexpected arguments: a line has at most 100 words"),
                errors(read(virtual(words.replace("]", "a ]")))));
    }

    @Test
    void aCommentHasALineOfItsOwn() {
        assertEquals(
                List.of(),
                global("# keepalive = x\n   \t# so\n#\nkeepalive = 3").errors());
        assertEquals(
                List.of("lvs.cf:1:15: keepalive: unexpected arguments: \"#\": a comment must have a line of its own"),
                errors(global("keepalive = 3 # seconds")));
        assertEquals(
                List.of("lvs.cf:1:26: active_cmd: unexpected arguments: \"#x\": a comment must have a line of its own"),
                errors(global("active_cmd = \"/bin/a b\"  #x")));
    }

    @Test
    void theEqualsSignIsATokenOfItsOwn() {
        assertEquals(
                List.of(
                        "lvs.cf:1:1: unknown command \"keepalive=3\": write \"keepalive = 3\", with blanks around the ="),
                errors(global("keepalive=3")));
        assertEquals(
                List.of(
                        "lvs.cf:1:11: keepalive: equal (=) expected after command, not \"=3\": blanks on both sides of it"),
                errors(global("keepalive =3")));
        assertEquals(List.of("lvs.cf:1:1: keepalive: equal (=) expected after command"), errors(global("keepalive")));
        assertEquals(
                List.of("lvs.cf:1:11: keepalive: missing arguments: a value must follow the ="),
                errors(global("keepalive =")));
    }

    @Test
    void theBraceIsTheThirdTokenOfTheLine() {
        String rest = "\nactive = 1\naddress = 10.0.0.1 eth0\nserver s {\naddress = 10.0.1.1\nactive = 1\n}\n}\n";
        String wanted = "virtual: missing arguments: \"virtual NAME {\", the brace apart and in the same line";
        assertEquals(List.of("lvs.cf:1:9: " + wanted), errors(read("virtual w" + rest)));
        assertEquals(List.of("lvs.cf:1:9: " + wanted), errors(read("virtual w\n{" + rest)));
        assertEquals(List.of("lvs.cf:1:9: " + wanted), errors(read("virtual w{" + rest)));
        assertEquals(List.of("lvs.cf:1:9: " + wanted), errors(read("virtual {" + rest)));
        assertEquals(
                List.of("lvs.cf:1:13: unexpected arguments: \"active\""), errors(read("virtual w { active" + rest)));
        assertEquals(
                List.of(
                        "lvs.cf:4:8: server: missing arguments: \"server NAME {\", the brace apart and in the same line"),
                errors(read("virtual w {" + rest.replace("server s {", "server s"))));
        assertEquals(List.of(), errors(read("virtual w {" + rest + "failover f {\n}\n")));
    }

    @Test
    void theClosingBraceIsAloneAndMayBeMissingAtTheEnd() {
        assertEquals(
                List.of("lvs.cf:8:3: unexpected arguments: \"}\": } stands alone on its line"),
                errors(read(virtual("").replace("}\n}\n", "}\n} }\n"))));
        assertEquals(
                List.of("lvs.cf:9:1: unknown command \"}\": no block is open here"), errors(read(virtual("") + "}\n")));
        Reading<LvsConfig> cut = read(virtual("").replace("}\n}\n", ""));
        assertEquals(1, good(cut).virtuals().getFirst().servers().size());
        assertEquals(
                List.of(
                        "lvs.cf:1:1: warning: virtual v: \"}\" missing at the end of the file: taken as written there;"
                                + " is the file whole?",
                        "lvs.cf:4:1: warning: server s: \"}\" missing at the end of the file: taken as written there;"
                                + " is the file whole?"),
                warnings(cut));
    }

    @Test
    void integersAreWrittenAsInC() {
        assertEquals(10, good(global("tcp_timeout = 10")).tcpTimeoutS());
        assertEquals(16, good(global("tcp_timeout = 0x10")).tcpTimeoutS());
        Reading<LvsConfig> octal = global("tcp_timeout = 010");
        assertEquals(8, good(octal).tcpTimeoutS());
        assertEquals(
                List.of("lvs.cf:1:15: warning: tcp_timeout: \"010\" begins with 0 and so is octal: 8"),
                warnings(octal));
        assertEquals(5, good(global("tcp_timeout = +5")).tcpTimeoutS());
        for (String junk : List.of("ten", "10s", "0x", "08", "1.5", "--1", "1e3", "+")) {
            assertEquals(
                    List.of("lvs.cf:1:15: tcp_timeout: integer expected, not \"" + junk + "\""),
                    errors(global("tcp_timeout = " + junk)));
        }
        assertEquals(
                List.of("lvs.cf:1:15: tcp_timeout: integer expected, not \"\"10\"\": without quotes"),
                errors(global("tcp_timeout = \"10\"")));
        assertEquals(
                List.of("lvs.cf:1:15: tcp_timeout: invalid argument \"99999999999999999999\": 0 to 31536000"),
                errors(global("tcp_timeout = 99999999999999999999")));
        assertEquals(
                List.of("lvs.cf:1:15: tcp_timeout: invalid argument \"-1\": 0 to 31536000"),
                errors(global("tcp_timeout = -1")));
    }

    @Test
    void booleansAreZeroOrOne() {
        assertTrue(good(global("preempt = 1")).heartbeat().preempt());
        assertTrue(good(global("preempt = 0x1")).heartbeat().preempt());
        assertEquals(
                List.of("lvs.cf:1:11: preempt: boolean expected, not \"2\": 0 or 1"), errors(global("preempt = 2")));
        assertEquals(
                List.of("lvs.cf:1:11: preempt: integer expected, not \"yes\": 0 or 1"),
                errors(global("preempt = yes")));
    }

    @Test
    void quotesStartATokenAndHaveNoEscapes() {
        assertEquals("a b", hook("\"a b\""));
        assertEquals("ab", hook("\"ab\""));
        assertEquals("'a b'", hook("'a b'"));
        assertEquals("a\"b", hook("a\"b"));
        assertEquals("say \\\"x\\\" so", hook("\"say \\\"x\\\" so\""));
        assertEquals("it's", hook("\"it's\""));
        assertEquals("GET / HTTP/1.0\\r\\n", hook("\"GET / HTTP/1.0\\r\\n\""));
        assertEquals("", hook("\"\""));
    }

    @Test
    void quotesOfASingleWordBearNoBlanksBehindThem() {
        assertEquals(
                List.of("lvs.cf:1:18: active_cmd: quotation mismatch: blanks behind the closing \": remove them"),
                errors(global("active_cmd = \"ab\"  ")));
        assertEquals("a b", hook("\"a b\" \t "));
        assertEquals(
                List.of("lvs.cf:1:16: active_cmd: unexpected arguments: \"b\": text with blanks in it takes quotes"),
                errors(global("active_cmd = a b")));
        for (String open : List.of("\"a b", "\"ab", "'a b\"", "\"")) {
            assertTrue(
                    errors(global("active_cmd = " + open))
                            .getFirst()
                            .startsWith("lvs.cf:1:14: active_cmd: quotation mismatch: no "),
                    open);
        }
        assertEquals(
                List.of("lvs.cf:1:20: active_cmd: unexpected arguments: \"\"c\""),
                errors(global("active_cmd = \"a b\" \"c d\"")));
    }

    @Test
    void onlyDoubleQuotesAreRemovedFromWhatNannySends() {
        var rule = good(read(virtual("port = 25\nsend = 'QUIT'\nexpect = \"220 x\"")))
                .virtuals()
                .getFirst()
                .check();
        assertEquals("'QUIT'", rule.send());
        assertEquals("220 x", rule.expect());
    }

    @Test
    void escapesAreNotTheParsersMatter() {
        var rule = good(read(virtual("send = \"\\n\\\\ \\x\"\nexpect = \"a\\'b\"")))
                .virtuals()
                .getFirst()
                .check();
        assertEquals("\\n\\\\ \\x", rule.send());
        assertEquals("a\\'b", rule.expect());
    }

    @Test
    void dosLineEndsAreReadAndReported() {
        Reading<LvsConfig> dos = global("keepalive = 3\ndeadtime = 7");
        Reading<LvsConfig> same = read((("keepalive = 3\ndeadtime = 7\n") + virtual("")).replace("\n", "\r\n"));
        assertEquals(dos.config(), same.config());
        assertEquals(
                List.of("lvs.cf:1:1: warning: DOS line ends in 10 lines: read all the same, but the original's programs"
                        + " skip everything behind the first line"),
                warnings(same));
    }

    @Test
    void theLastNewlineMayBeMissingAndAnEmptyFileIsNoConfiguration() {
        assertEquals(List.of(), read(virtual("").stripTrailing()).problems());
        for (String empty : List.of("", "\n", "# nothing\n\n  \t\n")) {
            assertEquals(List.of("lvs.cf: Empty configuration"), errors(read(empty)));
        }
    }

    @Test
    void theLastOfSeveralWinsAndIsReported() {
        Reading<LvsConfig> twice = global("tcp_timeout = 3\nudp_timeout = 4\ntcp_timeout = 5");
        assertEquals(5, good(twice).tcpTimeoutS());
        assertEquals(
                List.of("lvs.cf:3:1: warning: tcp_timeout: given before, in line 1: the last one wins"),
                warnings(twice));
        assertEquals(
                List.of("lvs.cf:1:15: tcp_timeout: integer expected, not \"x\""),
                errors(global("tcp_timeout = x\ntcp_timeout = 5")));
    }

    @Test
    void noKeyIsRequired() {
        LvsConfig config = good(read("serial_no = 1"));
        assertTrue(config.primary().isEmpty());
        assertTrue(config.virtuals().isEmpty());
    }

    @Test
    void hostsAreAddressesOrNamesThatResolve() {
        assertEquals("192.168.26.201", primary("lvs1").toString());
        assertEquals("192.168.26.7", primary("192.168.26.7").toString());
        assertEquals("2001:db8::7", primary("2001:db8::7").toString());
        for (String wrong : List.of("nowhere", "10.1", "10.0.0.256", "2001:db8::x", "a..b/c", "-x")) {
            assertEquals(
                    List.of("lvs.cf:1:11: primary: invalid host name or ip address \"" + wrong + "\""),
                    errors(global("primary = " + wrong)));
        }
        assertEquals(
                List.of("lvs.cf:1:11: primary: invalid argument \"224.0.0.1\": not the address of a host"),
                errors(global("primary = 224.0.0.1")));
    }

    @Test
    void aVirtualsPortMayBeAServiceAndAServersMayNot() {
        assertEquals(
                443, good(read(virtual("port = https"))).virtuals().getFirst().port());
        assertEquals(443, good(global("heartbeat_port = https")).heartbeat().port());
        assertEquals(
                List.of("lvs.cf:4:8: port: invalid argument \"webb\": neither a port nor the name of a TCP service"),
                errors(read(virtual("port = webb"))));
        assertEquals(
                List.of("lvs.cf:7:8: port: integer expected, not \"https\""),
                errors(read(virtual("").replace("1.1\nactive = 1\n", "1.1\nactive = 1\nport = https\n"))));
        assertEquals(
                List.of("lvs.cf:4:8: port: invalid argument \"65536\": 0 to 65535"),
                errors(read(virtual("port = 65536"))));
    }

    private static String hook(String value) {
        return good(global("active_cmd = " + value)).activeCommand();
    }

    private static IpAddress primary(String value) {
        return good(global("primary = " + value)).primary().orElseThrow().publicAddress();
    }
}
