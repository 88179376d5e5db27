package io.muster.pulse;

import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.wire.Header;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/// Both formats of a heartbeat. Muster's, 135 octets, big-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 20 | header: magic `MPLS`, version 1, type 1, nodeid 1 for the primary and 2 for the backup |
/// | 20 | 16 | incarnation of the sender |
/// | 36 | 16 | incarnation of the receiver, 0 if the sender knows none |
/// | 52 | 8 | sequence |
/// | 60 | 8 | highest sequence heard |
/// | 68 | 4 | milliseconds since then, all ones for never |
/// | 72 | 1 | 1 if active |
/// | 73 | 1 | wish: 0 able, 1 unable, 2 take |
/// | 74 | 1 | reserved, 0 |
/// | 75 | 2 | sync progress in thousandths |
/// | 77 | 8 | connections |
/// | 85 | 18 | reserved, 0 |
/// | 103 | 32 | HMAC-SHA256 of all before |
///
/// The original's is one 32-bit word in the order of the host that sends it ([Word]).
///
/// The code at the end is made and looked at outside of the core, which has no key ([HeartbeatKey]).
///
/// Thread: any.
public final class HeartbeatCodec {
    /// Octets of a heartbeat in Muster's format.
    public static final int BYTES = 135;

    /// Octets of one in the original's.
    public static final int ORIGINAL_BYTES = 4;

    private static final int MAGIC = 0x4d50_4c53;
    private static final int VERSION = 1;
    private static final int TYPE = 1;
    private static final int BODY_BYTES = BYTES - Header.SIZE;
    private static final int RESERVED_BYTES = 18;

    private HeartbeatCodec() {}

    /// The original's words. Source: Piranha's pulse.
    public enum Word {
        LVS_RUNNING(0xbdad_dbda),
        LVS_STOPPED(0xadbd_dabd),
        FOS_RUNNING(0xbeef_babe),
        FOS_STOPPED(0xdead_beef),
        FOS_STOP_ME(0xdead_dada),
        HOLD(0xdeaf_babe),
        HELD(0xdeaf_dada);

        final int value;

        Word(int value) {
            this.value = value;
        }
    }

    /// The octets of one of the original's words on this host.
    public static byte[] encode(Word word) {
        return ByteBuffer.allocate(ORIGINAL_BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(word.value)
                .array();
    }

    /// The word, or empty for one the original doesn't know.
    ///
    /// @throws MalformedMessage unless there are four octets
    public static Optional<Word> word(byte[] octets) throws MalformedMessage {
        if (octets.length != ORIGINAL_BYTES) {
            throw new MalformedMessage("heartbeat of " + octets.length + " octets");
        }
        int value = ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder()).getInt();
        for (Word word : Word.values()) {
            if (word.value == value) {
                return Optional.of(word);
            }
        }
        return Optional.empty();
    }

    /// Whether these octets look like a heartbeat in Muster's format, genuine or not.
    static boolean ours(byte[] octets) {
        return octets.length >= Header.SIZE && ByteBuffer.wrap(octets).getInt() == MAGIC;
    }

    /// Without its code: to be signed before it is sent.
    public static byte[] encode(Heartbeat h) {
        var out = new Output(BYTES);
        new Header(MAGIC, VERSION, TYPE, 0, BODY_BYTES, h.primary() ? 1 : 2, 0).encode(out);
        out.incarnation(h.from()).incarnation(h.to()).u64(h.sequence()).u64(h.heard());
        out.u32(Math.min(h.heardAgeMs(), Heartbeat.NEVER)).bool(h.active()).oneOf(h.wish());
        out.u8(0).u16(h.syncPermille()).u64(h.connections()).raw(new byte[RESERVED_BYTES]);
        return out.toBytes();
    }

    /// @param genuine whether its code is the key's
    /// @return empty when it is well formed but not genuine
    /// @throws MalformedMessage when it isn't a heartbeat at all
    public static Optional<Heartbeat> decode(byte[] octets, boolean genuine) throws MalformedMessage {
        if (octets.length != BYTES) {
            throw new MalformedMessage("heartbeat of " + octets.length + " octets");
        }
        var in = new Input(octets, 0, BYTES - HeartbeatKey.CODE_BYTES);
        Header header = Header.decode(in, MAGIC, VERSION, BODY_BYTES);
        if (header.type() != TYPE || header.length() != BODY_BYTES) {
            throw new MalformedMessage("type " + header.type() + ", length " + header.length());
        }
        if (header.nodeid() != 1 && header.nodeid() != 2) {
            throw new MalformedMessage("sender " + header.nodeid());
        }
        // Nothing else is looked at before it is known to be genuine.
        if (!genuine) {
            return Optional.empty();
        }
        Incarnation from = in.incarnation();
        Incarnation to = in.incarnation();
        long sequence = in.u64();
        long heard = in.u64();
        long age = in.u32();
        boolean active = in.bool();
        Heartbeat.Wish wish = in.oneOf(Heartbeat.Wish.class);
        in.u8();
        int permille = in.u16();
        long connections = in.u64();
        if (from.equals(Incarnation.UNKNOWN) || sequence <= 0 || heard < 0 || permille > 1000 || connections < 0) {
            throw new MalformedMessage("sequence " + sequence + ", progress " + permille);
        }
        return Optional.of(new Heartbeat(
                header.nodeid() == 1, from, to, sequence, heard, age, active, wish, connections, permille));
    }
}
