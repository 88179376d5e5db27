package io.muster.checks;

import io.muster.checks.Dialogue.Step.Bad;
import io.muster.checks.Dialogue.Step.Good;
import io.muster.checks.Dialogue.Step.Say;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// One question to a name server and its answer (RFC 1035): datagrams, or over TCP with two octets of
/// length before.
///
/// | octets | of a message |
/// |---|---|
/// | 2 | id, repeated in the answer |
/// | 2 | flags: 0x8000 answer, 0x0100 recursion wanted, low four bits the response code |
/// | 2 2 2 2 | numbers of questions, answers, authorities, additional records |
/// | ... | question: labels (length octet and text) up to an empty one, type (1 A, 2 NS), class 1 |
final class DnsDialogue implements Dialogue {
    private static final int HEADER = 12;
    private static final int LONGEST = 65_535 + 2;
    private static final String[] REFUSALS = {
        "no error", "format error", "server failure", "no such name", "not implemented", "refused"
    };

    private final boolean udp;
    private final byte[] query;
    private byte[] answer = new byte[512];
    private int length;
    private int passedOver;

    /// @throws IllegalArgumentException for a name that can't be asked for
    DnsDialogue(Check.Dns check, int id) {
        udp = check.udp();
        query = query(check.name(), id & 0xffff);
    }

    private static byte[] query(String name, int id) {
        var out = new ByteArrayOutputStream();
        boolean root = name.isEmpty() || name.equals(".");
        byte[] header = ByteBuffer.allocate(HEADER)
                .putShort((short) id)
                .putShort((short) 0x0100)
                .putShort((short) 1)
                .array();
        out.writeBytes(header);
        String plain = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        if (!root) {
            for (String label : plain.split("\\.", -1)) {
                byte[] text = label.getBytes(StandardCharsets.US_ASCII);
                if (text.length < 1 || text.length > 63 || plain.length() > 253) {
                    throw new IllegalArgumentException("\"" + name + "\" is no name to ask for");
                }
                out.write(text.length);
                out.writeBytes(text);
            }
        }
        out.writeBytes(new byte[] {0, 0, (byte) (root ? 2 : 1), 0, 1});
        return out.toByteArray();
    }

    @Override
    public Step opened() {
        if (udp) {
            return new Say(query);
        }
        return new Say(ByteBuffer.allocate(query.length + 2)
                .putShort((short) query.length)
                .put(query)
                .array());
    }

    @Override
    public Step received(ByteBuffer octets) {
        if (udp) {
            byte[] message = new byte[octets.remaining()];
            octets.get(message);
            return judge(message);
        }
        int take = Math.min(octets.remaining(), LONGEST - length);
        if (length + take > answer.length) {
            answer = Arrays.copyOf(answer, Math.max(2 * answer.length, length + take));
        }
        octets.get(answer, length, take);
        octets.position(octets.limit());
        length += take;
        int wanted = length < 2 ? Integer.MAX_VALUE : 2 + ((answer[0] & 255) << 8 | answer[1] & 255);
        return length < wanted ? WAIT : judge(Arrays.copyOfRange(answer, 2, wanted));
    }

    private Step judge(byte[] message) {
        ByteBuffer in = ByteBuffer.wrap(message);
        if (message.length < HEADER || in.getShort(0) != ByteBuffer.wrap(query).getShort(0)) {
            return another("no answer to the question");
        }
        int flags = in.getShort(2) & 0xffff;
        if ((flags & 0x8000) == 0) {
            return another("a question instead of an answer");
        }
        int code = flags & 15;
        if (code != 0 && code != 3) {
            return new Bad("response code " + code + (code < REFUSALS.length ? ", " + REFUSALS[code] : ""));
        }
        int question = query.length - HEADER;
        if (in.getShort(4) != 1
                || message.length < query.length
                || !sameText(Arrays.copyOfRange(message, HEADER, HEADER + question))) {
            return another("an answer to another question");
        }
        return new Good(REFUSALS[code] + ", " + (in.getShort(6) & 0xffff) + " answers");
    }

    /// A datagram that isn't the answer to what was asked may be late, or forged: the right one may still come.
    private Step another(String reason) {
        passedOver++;
        return udp ? WAIT : new Bad(reason);
    }

    /// Names are the same in capitals.
    private boolean sameText(byte[] question) {
        for (int i = 0; i < question.length; i++) {
            if (Character.toLowerCase(question[i] & 255) != Character.toLowerCase(query[HEADER + i] & 255)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public Step closed() {
        return new Bad("closed without an answer");
    }

    @Override
    public boolean unanswered() {
        return true;
    }

    @Override
    public String awaited() {
        return passedOver == 0 ? "answer" : "answer to the question, after " + passedOver + " to others,";
    }
}
