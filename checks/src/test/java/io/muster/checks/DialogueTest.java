package io.muster.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.driver.Dice;
import io.muster.net.IpAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DialogueTest {
    private static final IpAddress SERVER = IpAddress.parse("10.11.12.1").orElseThrow();

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /// Plays the server's side, octet by octet.
    ///
    /// @return how it ends: the last step that isn't a wait; `closed` tells whether the server hangs up at the end
    private static String play(Dialogue dialogue, boolean closed, String... answers) {
        var said = new StringBuilder();
        Dialogue.Step step = dialogue.opened();
        for (String answer : answers) {
            if (step instanceof Dialogue.Step.Say say) {
                said.append(new String(say.octets(), StandardCharsets.ISO_8859_1))
                        .append('|');
            }
            step = Dialogue.WAIT;
            for (byte octet : latin(answer)) {
                Dialogue.Step next = dialogue.received(ByteBuffer.wrap(new byte[] {octet}));
                if (next != Dialogue.WAIT) {
                    step = next;
                    break;
                }
            }
        }
        if (step == Dialogue.WAIT && closed) {
            step = dialogue.closed();
        }
        return said.toString().replace("\r\n", "/")
                + switch (step) {
                    case Dialogue.Step.Wait ignored -> "waits for " + dialogue.awaited();
                    case Dialogue.Step.Say say ->
                        "says " + new String(say.octets(), StandardCharsets.ISO_8859_1).strip();
                    case Dialogue.Step.Good good -> "good: " + good.detail();
                    case Dialogue.Step.Bad bad -> "bad: " + bad.reason();
                };
    }

    private static Dialogue talk(String send, String expect, boolean regex) {
        return Dialogue.of(new Check.Talk(SERVER, 25, false, Escapes.expand(send), Expect.of(expect, regex, false)), 0);
    }

    @Test
    void escapesAreExpandedInStringsLongerThanOneCharacter() {
        assertEquals("\r\n\t\\'\"", Escapes.expand("\\r\\n\\t\\\\\\'\\\""));
        assertEquals("\\", Escapes.expand("\\"));
        assertEquals("\\x\\", Escapes.expand("\\x\\"));
    }

    @Test
    void sendAndExpect() {
        assertEquals("hi|good: answered as expected", play(talk("hi", "220", false), false, "220 x"));
        assertEquals("hi|bad: answered \"221\", not \"220\"", play(talk("hi", "220", false), false, "221 x"));
        assertEquals("hi|waits for \"220\" after \"22\"", play(talk("hi", "220", false), false, "22"));
        assertEquals("bad: closed after \"22\", which isn't \"220\"", play(talk("", "220", false), true, "22"));
        assertEquals("bad: closed without an answer", play(talk("", "*", false), true, ""));
        assertEquals("good: answered", play(talk("", "*", false), false, "\0"));
        assertEquals("good: connected", play(talk("", "", false), false));
        assertEquals("says hi", play(talk("hi", "", false), false));
    }

    @Test
    void aRegularExpressionIsSearchedForInWhatHasCome() {
        assertEquals("good: answered as expected", play(talk("", "o[kK]\\r", true), false, "250 ok\r\n"));
        assertEquals(
                "bad: nothing in the first 4096 octets matches a match of \"ok\"",
                play(talk("", "ok", true), false, "x".repeat(5000)));
        assertEquals("bad: closed after \"no\", which isn't a match of \"ok\"", play(talk("", "ok", true), true, "no"));
        String evil = play(talk("", "(a*)*b", true), false, "a".repeat(60));
        assertTrue(evil.contains("too much work") || evil.contains("waits"), evil);
    }

    private static Dialogue http(int status, String digest) {
        return http(status == 0 ? Statuses.USUAL : Statuses.one(status), digest);
    }

    private static Dialogue http(Statuses statuses, String digest) {
        return Dialogue.of(new Check.Http(SERVER, 80, false, "web", "/x", statuses, digest), 0);
    }

    private static final String ASK =
            "GET /x HTTP/1.0/Host: web/User-Agent: muster-nanny/Accept: */*/Connection: close//|";

    @Test
    void httpStatus() {
        assertEquals(ASK + "good: status 200", play(http(0, ""), false, "HTTP/1.1 200 OK\r\n"));
        assertEquals(ASK + "good: status 302", play(http(0, ""), false, "HTTP/1.0 302\n"));
        assertEquals(ASK + "bad: status 404", play(http(0, ""), false, "HTTP/1.1 404 Not Found\r\n"));
        assertEquals(ASK + "good: status 404", play(http(404, ""), false, "HTTP/1.1 404 Not Found\r\n"));
        assertEquals(ASK + "bad: status 200, not 204", play(http(204, ""), false, "HTTP/1.1 200 OK\r\n"));
        assertEquals(ASK + "bad: no HTTP: \"SSH-2.0\"", play(http(0, ""), false, "SSH-2.0\r\n"));
        assertEquals(ASK + "bad: closed within the head", play(http(0, ""), true, "HTTP/1.1 2"));
        assertEquals(ASK + "bad: a head of more than 16384 octets", play(http(0, ""), false, "x".repeat(20_000)));
    }

    @Test
    void httpStatusInRanges() {
        var wanted = new Statuses(List.of(new Statuses.Range(200, 299), new Statuses.Range(401, 401)));
        for (int status : new int[] {200, 204, 299, 401}) {
            assertEquals(ASK + "good: status " + status, play(http(wanted, ""), false, "HTTP/1.1 " + status + "\r\n"));
        }
        for (int status : new int[] {199, 300, 400, 402, 500}) {
            assertEquals(
                    ASK + "bad: status " + status + ", not 200-299,401",
                    play(http(wanted, ""), false, "HTTP/1.1 " + status + "\r\n"));
        }
    }

    @Test
    void httpDigestOfTheBody() {
        String sha = digest("SHA-256", "ok\n");
        String md5 = digest("MD5", "ok\n");
        String head = "HTTP/1.1 200 OK\r\nX: y\r\n";
        assertEquals(
                ASK + "good: status 200, digest right",
                play(http(200, sha), false, head + "Content-Length: 3\r\n\r\nok\n"));
        assertEquals(ASK + "good: status 200, digest right", play(http(200, md5), true, head + "\r\nok\n"));
        assertEquals(ASK + "bad: digest " + digest("MD5", "no\n"), play(http(200, md5), true, head + "\r\nno\n"));
        assertEquals(
                ASK + "bad: closed after 2 of 3 octets",
                play(http(200, md5), true, head + "Content-Length: 3\r\n\r\nok"));
        assertEquals(
                ASK + "bad: a body of more than 1048576 octets",
                play(http(200, md5), true, head + "\r\n" + "x".repeat(1_100_000)));
    }

    private static String digest(String algorithm, String text) {
        try {
            return HexFormat.of()
                    .formatHex(
                            java.security.MessageDigest.getInstance(algorithm).digest(latin(text)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Dialogue smtp() {
        return Dialogue.of(new Check.Smtp(SERVER, 25), 0);
    }

    @Test
    void smtp220AndEhloAndQuit() {
        assertEquals(
                "EHLO localhost.localdomain/|QUIT/|good: answered EHLO",
                play(smtp(), false, "220-mail\r\n220 ready\r\n", "250-mail\r\n250 SIZE\r\n", "221 bye\r\n"));
        assertEquals("bad: greeting \"554 no\"", play(smtp(), false, "554 no\r\n"));
        assertEquals(
                "EHLO localhost.localdomain/|bad: answer to EHLO \"421 busy\"",
                play(smtp(), false, "220 ready\r\n", "421 busy\r\n"));
        assertEquals("bad: closed before the greeting", play(smtp(), true, "220-"));
        assertEquals("bad: more than 8192 octets of greeting", play(smtp(), false, "220-more\r\n".repeat(1_000)));
    }

    private static Dialogue dns(boolean udp, String name) {
        return Dialogue.of(new Check.Dns(SERVER, 53, udp, name), 0x1234);
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    private static final String QUERY = "1234 0100 0001 0000 0000 0000 03777777 07 6578616d706c65 00 0001 0001";

    @Test
    void dnsQueryOctets() {
        var say = assertInstanceOf(
                Dialogue.Step.Say.class, dns(true, "www.example").opened());
        assertEquals(QUERY.replace(" ", ""), HexFormat.of().formatHex(say.octets()));
        var root = assertInstanceOf(Dialogue.Step.Say.class, dns(false, "").opened());
        assertEquals(
                "0011 1234 0100 0001 0000 0000 0000 00 0002 0001".replace(" ", ""),
                HexFormat.of().formatHex(root.octets()));
        assertThrows(IllegalArgumentException.class, () -> dns(true, "a..b"));
        assertThrows(IllegalArgumentException.class, () -> dns(true, "x".repeat(64)));
    }

    private static String answer(String flags) {
        return QUERY.replace("0100 0001 0000", flags + " 0001 0001") + "c00c 0001 0001 0000003c 0004 01020304";
    }

    private static Dialogue.Step hear(String octets) {
        return dns(true, "www.example").received(ByteBuffer.wrap(hex(octets)));
    }

    @Test
    void dnsAnswers() {
        assertEquals(new Dialogue.Step.Good("no error, 1 answers"), hear(answer("8180")));
        assertEquals(new Dialogue.Step.Good("no such name, 1 answers"), hear(answer("8183")));
        assertEquals(new Dialogue.Step.Bad("response code 2, server failure"), hear(answer("8182")));
        assertEquals(new Dialogue.Step.Bad("response code 5, refused"), hear(answer("8185")));
        assertEquals(
                new Dialogue.Step.Good("no error, 1 answers"),
                hear(answer("8180").replace("03777777", "03575757")));
        Dialogue tcp = dns(false, "www.example");
        byte[] message = hex(answer("8180"));
        Dialogue.Step last = tcp.received(ByteBuffer.wrap(new byte[] {0, (byte) message.length}));
        for (byte octet : message) {
            assertEquals(Dialogue.WAIT, last);
            last = tcp.received(ByteBuffer.wrap(new byte[] {octet}));
        }
        assertEquals(new Dialogue.Step.Good("no error, 1 answers"), last);
    }

    @Test
    void whatDoesNotAnswerTheQuestionIsPassedOverInDatagramsOnly() {
        Map.of(
                        "no answer to the question", answer("8180").replaceFirst("1234", "4321"),
                        "a question instead of an answer", QUERY,
                        "an answer to another question", answer("8180").replace("03777777", "03777778"))
                .forEach((reason, octets) -> {
                    Dialogue udp = dns(true, "www.example");
                    assertEquals(Dialogue.WAIT, udp.received(ByteBuffer.wrap(hex(octets))));
                    assertEquals("answer to the question, after 1 to others,", udp.awaited());
                    assertTrue(udp.unanswered(), reason);
                    assertEquals(
                            new Dialogue.Step.Good("no error, 1 answers"),
                            udp.received(ByteBuffer.wrap(hex(answer("8180")))));
                    byte[] message = hex(octets);
                    byte[] counted = ByteBuffer.allocate(message.length + 2)
                            .putShort((short) message.length)
                            .put(message)
                            .array();
                    assertEquals(
                            new Dialogue.Step.Bad(reason),
                            dns(false, "www.example").received(ByteBuffer.wrap(counted)));
                });
    }

    @Test
    void damagedAnswersNeverThrow() {
        var whole = List.of(
                latin("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n"),
                latin("220-mail\r\n220 ready\r\n250 ok\r\n221 bye\r\n"),
                hex(answer("8180")));
        for (long seed = 1; seed <= 3_000; seed++) {
            var dice = new Dice(seed);
            List<Dialogue> all = List.of(
                    http(0, "0".repeat(64)),
                    smtp(),
                    dns(true, "www.example"),
                    dns(false, "www.example"),
                    talk("", "(a|b)*c", true));
            byte[] octets = whole.get(dice.nextInt(3)).clone();
            for (int i = dice.nextInt(5); i > 0; i--) {
                octets[dice.nextInt(octets.length)] = (byte) dice.nextInt();
            }
            for (Dialogue dialogue : all) {
                try {
                    dialogue.opened();
                    ByteBuffer in = ByteBuffer.wrap(octets);
                    while (in.hasRemaining()) {
                        int take = 1 + dice.nextInt(in.remaining());
                        ByteBuffer piece = in.slice(in.position(), take);
                        in.position(in.position() + take);
                        if (!(dialogue.received(piece) instanceof Dialogue.Step.Wait)) {
                            break;
                        }
                    }
                    dialogue.closed();
                    dialogue.awaited();
                } catch (RuntimeException e) {
                    throw new AssertionError("-Dseed=" + seed + " " + dialogue.getClass(), e);
                }
            }
        }
    }
}
