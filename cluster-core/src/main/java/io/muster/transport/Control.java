package io.muster.transport;

import io.muster.core.MalformedMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What transports tell each other, inside control datagrams.
///
/// | message | octets |
/// |---|---|
/// | probe | kind 1 u8, link u8, sequence u32, id of the sender's newest key u32, count u8 (1 to 8), reports |
/// | report, of each link, ascending | highest sequence heard u32, those before it u32, age of the highest u16 |
/// | size probe | kind 2 u8, link u8, size u16, filled up with zeros so that the datagram has that size |
/// | size answer | kind 3 u8, link u8, size u16 |
/// | word | kind 4 u8, 0 u8, octets that are the business of whoever uses the transport |
///
/// In a report, bit i of the sequences before the highest is set when highest-1-i was heard; the age is in
/// milliseconds.
sealed interface Control {
    /// Sent on each link at each probing.
    ///
    /// @param newestKey id of the newest key the sender holds
    record Probe(int link, int sequence, int newestKey, List<Report> reports) implements Control {
        public Probe {
            reports = List.copyOf(reports);
        }
    }

    /// What was heard on one link. Reports of all links travel on all links, so that a link which is dead in one
    /// direction is known to work in the other.
    ///
    /// @param highest 0 for nothing yet
    /// @param before bit i: whether highest-1-i was heard
    record Report(int highest, int before, int ageMs) {}

    /// Does a datagram of this size arrive whole?
    record SizeProbe(int link, int bytes) implements Control {}

    /// It did.
    record SizeAnswer(int link, int bytes) implements Control {}

    /// What the sender wants those to know whom it meets.
    record Word(byte[] octets) implements Control {}

    /// Octets before encryption.
    static byte[] encode(Control message) {
        return switch (message) {
            case Probe probe -> {
                ByteBuffer out = ByteBuffer.allocate(11 + 10 * probe.reports().size());
                out.put((byte) 1)
                        .put((byte) probe.link())
                        .putInt(probe.sequence())
                        .putInt(probe.newestKey())
                        .put((byte) probe.reports().size());
                for (Report report : probe.reports()) {
                    out.putInt(report.highest()).putInt(report.before()).putShort((short) report.ageMs());
                }
                yield out.array();
            }
            case SizeProbe probe ->
                sized(new byte[probe.bytes() - Datagram.OVERHEAD_BYTES], 2, probe.link(), probe.bytes());
            case SizeAnswer answer -> sized(new byte[4], 3, answer.link(), answer.bytes());
            case Word word ->
                ByteBuffer.allocate(2 + word.octets().length)
                        .put((byte) 4)
                        .put((byte) 0)
                        .put(word.octets())
                        .array();
        };
    }

    static Control decode(byte[] octets) throws MalformedMessage {
        if (octets.length < 4 || octets[1] < 0 || octets[1] >= TransportConfig.MAX_LINKS) {
            throw new MalformedMessage("control message of " + octets.length + " octets or with a wrong link");
        }
        ByteBuffer in = ByteBuffer.wrap(octets);
        int kind = in.get();
        int link = in.get();
        return switch (kind) {
            case 1 -> probe(in, link);
            case 2 -> {
                int bytes = in.getShort() & 0xffff;
                if (bytes != octets.length + Datagram.OVERHEAD_BYTES) {
                    throw new MalformedMessage("size probe for " + bytes + " octets with " + octets.length);
                }
                yield new SizeProbe(link, bytes);
            }
            case 3 -> {
                int bytes = in.getShort() & 0xffff;
                if (octets.length != 4) {
                    throw new MalformedMessage("size answer of " + octets.length + " octets");
                }
                yield new SizeAnswer(link, bytes);
            }
            case 4 -> new Word(Arrays.copyOfRange(octets, 2, octets.length));
            default -> throw new MalformedMessage("control message of kind " + kind);
        };
    }

    private static Probe probe(ByteBuffer in, int link) throws MalformedMessage {
        if (in.remaining() < 9) {
            throw new MalformedMessage("probe cut at " + in.limit());
        }
        int sequence = in.getInt();
        int newestKey = in.getInt();
        int count = in.get();
        if (count < 1 || count > TransportConfig.MAX_LINKS || in.remaining() != count * 10) {
            throw new MalformedMessage("probe with " + count + " reports in " + in.remaining() + " octets");
        }
        List<Report> reports = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            reports.add(new Report(in.getInt(), in.getInt(), in.getShort() & 0xffff));
        }
        return new Probe(link, sequence, newestKey, reports);
    }

    private static byte[] sized(byte[] octets, int kind, int link, int bytes) {
        ByteBuffer.wrap(octets).put((byte) kind).put((byte) link).putShort((short) bytes);
        return octets;
    }
}
