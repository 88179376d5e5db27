package io.muster.ccs;

import io.muster.config.ConfigReader;
import io.muster.config.ConfigVersion;
import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// What ccsds tell each other in their group; all sent safe.
///
/// | octet 0 | then |
/// |---|---|
/// | 1 | version of this format |
/// | 1 REPORT | [OnDisk]: twice a version (i32, u16 length, hash) and u64 attempt; u32 votes, u32 expected |
/// | 2 PROPOSE | u64 request, u32 seconds of probation, document |
/// | 3 ABANDON | u64 attempt |
/// | 4 ELECT | nothing |
/// | 5 DOCUMENT | document: the elected one, from a node that has it |
/// | 6 CONFIRM | version |
/// | 7 REVERT | version on probation that nobody has confirmed |
/// | 8 TROUBLE | text: why the sender's disk has refused |
///
/// Octet 1 is the type. A document is a u32 length and that many octets of zlib's format, so that the
/// largest file fits into one ordered message.
public sealed interface CcsMessage {
    int VERSION = 1;

    int REPORT = 1;

    /// Most characters of a reason.
    int WHY_MAX = 255;

    /// Most octets of a packed document: what the ring takes, less what stands around it.
    int PACKED_MAX = (1 << 20) - 512;

    /// The sender has this on disk.
    record Report(OnDisk disk) implements CcsMessage {}

    /// The sender's operator wants this to be the configuration.
    ///
    /// @param request tells the sender's requests apart
    /// @param probationSec it goes back by itself unless confirmed within this time; 0 for never
    record Propose(long request, int probationSec, byte[] octets) implements CcsMessage {}

    /// The sender has waited long enough for that attempt.
    record Abandon(long attempt) implements CcsMessage {}

    /// The sender thinks that whoever wants a say in the first configuration has had it.
    record Elect() implements CcsMessage {}

    /// The document that was elected.
    record Elected(byte[] octets) implements CcsMessage {}

    /// An operator is content with the version on probation.
    record Confirm(ConfigVersion version) implements CcsMessage {}

    /// The time of that version's probation is over.
    record Revert(ConfigVersion version) implements CcsMessage {}

    /// The sender can't write what everybody is to have on disk; it goes on trying.
    ///
    /// @param why at most [#WHY_MAX] characters
    record Trouble(String why) implements CcsMessage {
        public Trouble {
            // Cut, and as it comes out at the other end: half a character would come as another one.
            String cut = why.length() > WHY_MAX ? why.substring(0, WHY_MAX) : why;
            why = new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        }
    }

    /// @throws IllegalArgumentException when a document doesn't pack into [#PACKED_MAX]
    default byte[] encode() {
        Output out = new Output().u8(VERSION);
        switch (this) {
            case Report(OnDisk disk) -> disk.encode(out.u8(REPORT));
            case Propose(long request, int probation, byte[] octets) ->
                out.u8(2).u64(request).u32(probation).bytes(pack(octets));
            case Abandon(long attempt) -> out.u8(3).u64(attempt);
            case Elect() -> out.u8(4);
            case Elected(byte[] octets) -> out.u8(5).bytes(pack(octets));
            case Confirm(ConfigVersion version) -> OnDisk.encode(out.u8(6), version);
            case Revert(ConfigVersion version) -> OnDisk.encode(out.u8(7), version);
            case Trouble(String why) -> out.u8(8).string(why);
        }
        return out.toBytes();
    }

    static CcsMessage decode(byte[] payload) throws MalformedMessage {
        Input in = new Input(payload);
        int version = in.u8();
        if (version != VERSION) {
            throw new MalformedMessage("ccs message of version " + version);
        }
        int type = in.u8();
        CcsMessage message = switch (type) {
            case REPORT -> new Report(OnDisk.decode(in));
            case 2 -> new Propose(in.u64(), in.u32(Integer.MAX_VALUE), unpack(in.bytes(PACKED_MAX)));
            case 3 -> new Abandon(in.u64());
            case 4 -> new Elect();
            case 5 -> new Elected(unpack(in.bytes(PACKED_MAX)));
            case 6 -> new Confirm(OnDisk.version(in));
            case 7 -> new Revert(OnDisk.version(in));
            case 8 -> new Trouble(in.string(4 * WHY_MAX));
            default -> throw new MalformedMessage("ccs message of type " + type);
        };
        in.end();
        return message;
    }

    /// Whether a document can be sent.
    static boolean fits(byte[] octets) {
        return octets.length <= ConfigReader.MAX_BYTES && deflate(octets).length <= PACKED_MAX;
    }

    private static byte[] pack(byte[] octets) {
        byte[] packed = deflate(octets);
        if (packed.length > PACKED_MAX) {
            throw new IllegalArgumentException("document of " + packed.length + " octets packed");
        }
        return packed;
    }

    private static byte[] deflate(byte[] octets) {
        try (Deflater deflater = new Deflater()) {
            deflater.setInput(octets);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream(octets.length / 4 + 64);
            byte[] part = new byte[8192];
            while (!deflater.finished()) {
                out.write(part, 0, deflater.deflate(part));
            }
            return out.toByteArray();
        }
    }

    private static byte[] unpack(byte[] packed) throws MalformedMessage {
        try (Inflater inflater = new Inflater()) {
            inflater.setInput(packed);
            ByteArrayOutputStream out = new ByteArrayOutputStream(packed.length * 2);
            byte[] part = new byte[8192];
            while (!inflater.finished()) {
                int count = inflater.inflate(part);
                if (count == 0) {
                    throw new MalformedMessage("document cut short");
                }
                out.write(part, 0, count);
                if (out.size() > ConfigReader.MAX_BYTES) {
                    throw new MalformedMessage("document longer than " + ConfigReader.MAX_BYTES + " octets");
                }
            }
            return out.toByteArray();
        } catch (DataFormatException e) {
            throw new MalformedMessage("document isn't packed right");
        }
    }
}
