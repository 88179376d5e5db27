package io.muster.checks;

import java.nio.ByteBuffer;

/// What is said to a server over a connection (or in datagrams) and what its answers mean: one object
/// for one check. Knows no socket.
///
/// Thread: the check's owner.
public interface Dialogue {
    /// What to do next.
    sealed interface Step {
        /// Wait for more.
        record Wait() implements Step {}

        /// Send this, then wait for more; or, if it is the last word, be content.
        record Say(byte[] octets, boolean last) implements Step {
            Say(byte[] octets) {
                this(octets, false);
            }
        }

        /// The check went well.
        record Good(String detail) implements Step {}

        /// The check failed.
        record Bad(String reason) implements Step {}
    }

    Step WAIT = new Step.Wait();

    /// On a fresh connection: [Step.Say] to speak first.
    Step opened();

    /// Octets have come. Takes all of them.
    Step received(ByteBuffer octets);

    /// The other side has closed; [Step.Wait] isn't an answer.
    Step closed();

    /// Whether nothing of an answer has come. Over datagrams what was said last is then said again.
    default boolean unanswered() {
        return false;
    }

    /// What it waits for now, for "no ... within 5000 ms".
    String awaited();

    /// The dialogue of a check that is one.
    ///
    /// @param dice any number; a name server has to repeat it
    /// @throws IllegalArgumentException for connects, programs and pings
    static Dialogue of(Check check, int dice) {
        return switch (check) {
            case Check.Talk talk -> new TalkDialogue(talk);
            case Check.Http http -> new HttpDialogue(http);
            case Check.Dns dns -> new DnsDialogue(dns, dice);
            case Check.Smtp ignored -> new SmtpDialogue();
            case Check.Connect ignored -> throw new IllegalArgumentException("a connect has nothing to say");
            case Check.Program ignored -> throw new IllegalArgumentException("a program isn't talked to");
            case Check.WithLoad ignored -> throw new IllegalArgumentException("two things to do");
            case Check.Ping ignored -> throw new IllegalArgumentException("a ping isn't talked to");
        };
    }

    /// Octets for a log line: quoted, unprintable ones as `\xNN`, long ones cut.
    static String shown(byte[] octets, int length) {
        var out = new StringBuilder("\"");
        int most = Math.min(length, 40);
        for (int i = 0; i < most; i++) {
            int c = octets[i] & 255;
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '"', '\\' -> out.append('\\').append((char) c);
                default -> {
                    if (c < ' ' || c > '~') {
                        out.append(String.format("\\x%02x", c));
                    } else {
                        out.append((char) c);
                    }
                }
            }
        }
        return out.append(length > most ? "...\"" : "\"").toString();
    }
}
