package io.muster.checks;

import io.muster.checks.Dialogue.Step.Bad;
import io.muster.checks.Dialogue.Step.Good;
import io.muster.checks.Dialogue.Step.Say;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/// Send and expect. Source: nanny of Piranha 0.8; see [Check.Talk] for what differs.
final class TalkDialogue implements Dialogue {
    /// An answer that is longer and still isn't the right one never will be.
    static final int LONGEST = 4096;

    /// Looks at single characters that one search may take: an expression that would run for ages is
    /// given up.
    private static final int SEARCH_BUDGET = 1_000_000;

    private final Check.Talk check;
    private byte[] answer = new byte[256];
    private int length;

    TalkDialogue(Check.Talk check) {
        this.check = check;
    }

    @Override
    public Step opened() {
        if (check.send().isEmpty()) {
            return check.expect() instanceof Expect.Nothing ? new Good("connected") : WAIT;
        }
        return new Say(Check.octets(check.send()), check.expect() instanceof Expect.Nothing);
    }

    @Override
    public Step received(ByteBuffer octets) {
        int take = Math.min(octets.remaining(), LONGEST - length);
        if (length + take > answer.length) {
            answer = Arrays.copyOf(answer, Math.max(answer.length * 2, length + take));
        }
        octets.get(answer, length, take);
        octets.position(octets.limit());
        length += take;
        return switch (check.expect()) {
            case Expect.Nothing ignored -> new Good("sent");
            case Expect.Any ignored -> length > 0 ? new Good("answered") : WAIT;
            case Expect.Prefix prefix -> prefix(Check.octets(prefix.text()));
            case Expect.Regex regex -> search(regex.pattern());
        };
    }

    private Step prefix(byte[] wanted) {
        int there = Math.min(length, wanted.length);
        if (!Arrays.equals(answer, 0, there, wanted, 0, there)) {
            return new Bad("answered " + Dialogue.shown(answer, length) + ", not " + words());
        }
        if (there == wanted.length) {
            return new Good("answered as expected");
        }
        return WAIT;
    }

    private Step search(Pattern pattern) {
        try {
            if (pattern.matcher(new Budgeted(answer, length, new int[] {SEARCH_BUDGET}))
                    .find()) {
                return new Good("answered as expected");
            }
        } catch (StackOverflowError | TooDear e) {
            return new Bad("the regular expression is too much work for this answer");
        }
        return length == LONGEST ? new Bad("nothing in the first " + LONGEST + " octets matches " + words()) : WAIT;
    }

    @Override
    public Step closed() {
        if (length == 0) {
            return new Bad("closed without an answer");
        }
        return new Bad("closed after " + Dialogue.shown(answer, length) + ", which isn't " + words());
    }

    @Override
    public boolean unanswered() {
        return length == 0;
    }

    @Override
    public String awaited() {
        return length == 0 ? "answer" : words().replaceFirst("^an? ", "") + " after " + Dialogue.shown(answer, length);
    }

    private String words() {
        return switch (check.expect()) {
            case Expect.Nothing ignored -> "anything";
            case Expect.Any ignored -> "anything";
            case Expect.Prefix prefix -> shown(prefix.text());
            case Expect.Regex regex -> "a match of " + shown(regex.source());
        };
    }

    private static String shown(String text) {
        byte[] octets = Check.octets(text);
        return Dialogue.shown(octets, octets.length);
    }

    private static final class TooDear extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooDear() {
            super("too many steps", null, false, false);
        }
    }

    /// Octets as characters (Latin-1), with a limit on how often they are looked at.
    private record Budgeted(byte[] octets, int length, int[] left) implements CharSequence {
        @Override
        public char charAt(int index) {
            if (--left[0] < 0) {
                throw new TooDear();
            }
            return (char) (octets[index] & 255);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return toString().subSequence(start, end);
        }

        @Override
        public String toString() {
            return new String(octets, 0, length, StandardCharsets.ISO_8859_1);
        }
    }
}
