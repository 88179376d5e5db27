package io.muster.checks;

import io.muster.checks.Dialogue.Step.Bad;
import io.muster.checks.Dialogue.Step.Good;
import io.muster.checks.Dialogue.Step.Say;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// A greeting, EHLO and a goodbye, as RFC 5321 has them. A reply's last line has a blank after its
/// number, those before a hyphen.
final class SmtpDialogue implements Dialogue {
    private static final int LONGEST = 8192;

    private enum Stage {
        GREETING(220, "EHLO localhost.localdomain\r\n", "greeting"),
        HELLO(250, "QUIT\r\n", "answer to EHLO"),
        GOODBYE(221, "", "answer to QUIT");

        final int wanted;
        final String next;
        final String name;

        Stage(int wanted, String next, String name) {
            this.wanted = wanted;
            this.next = next;
            this.name = name;
        }
    }

    private Stage stage = Stage.GREETING;
    private final StringBuilder line = new StringBuilder();
    private int total;

    @Override
    public Step opened() {
        return WAIT;
    }

    @Override
    public Step received(ByteBuffer octets) {
        while (octets.hasRemaining()) {
            char c = (char) (octets.get() & 255);
            if (++total > LONGEST) {
                octets.position(octets.limit());
                return new Bad("more than " + LONGEST + " octets of " + stage.name);
            }
            if (c != '\n') {
                line.append(c);
                continue;
            }
            Step step = line(line.toString().stripTrailing());
            line.setLength(0);
            if (step != WAIT) {
                // Whatever came along was said before its turn.
                octets.position(octets.limit());
                return step;
            }
        }
        return WAIT;
    }

    private Step line(String text) {
        if (!text.matches("\\d{3}([ -].*)?") || Integer.parseInt(text.substring(0, 3)) != stage.wanted) {
            byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
            return new Bad(stage.name + " " + Dialogue.shown(octets, octets.length));
        }
        if (text.startsWith("-", 3)) {
            return WAIT;
        }
        if (stage == Stage.GOODBYE) {
            return new Good("answered EHLO");
        }
        String next = stage.next;
        stage = stage == Stage.GREETING ? Stage.HELLO : Stage.GOODBYE;
        return new Say(Check.octets(next));
    }

    @Override
    public Step closed() {
        return stage == Stage.GOODBYE ? new Good("answered EHLO") : new Bad("closed before the " + stage.name);
    }

    @Override
    public String awaited() {
        return stage.name;
    }
}
