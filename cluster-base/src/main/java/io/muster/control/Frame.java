package io.muster.control;

import io.muster.core.CauseId;
import io.muster.core.MalformedMessage;
import io.muster.wire.Header;
import io.muster.wire.Input;
import io.muster.wire.Output;

/// One message on a control socket, either way:
///
/// | octets | field |
/// |---|---|
/// | 4 | u32 length of all that follows |
/// | 20 | [Header]: magic `MstC`, version 1; flag 1 says that a cause id follows |
/// | 0 or 16 | cause id |
/// | rest | payload, in the daemon's own codec |
///
/// @param type 0 to 239; 240 and up belong to this package
/// @param sequence a request's number, which its answer repeats; 0 for what nobody asked for
/// @param cause the event that made the sender send this; [CauseId#NONE] for an operator's request
public record Frame(int type, long sequence, CauseId cause, byte[] payload) {
    /// Octets before header and payload.
    public static final int PREFIX = 4;
    /// Most octets of payload, unless a server says otherwise: a message of 1 MiB with everything
    /// around it.
    public static final int MAX_PAYLOAD = 4 << 20;

    /// A daemon's answer to a request: an [Answer].
    public static final int ANSWER = 240;

    /// A daemon's last word before it hangs up: why, as UTF-8. Answers whatever was asked.
    static final int REFUSAL = 241;

    static final int MAGIC = 0x4d737443;
    static final int VERSION = 1;
    static final int FLAG_CAUSE = 1;
    static final int CAUSE_OCTETS = 16;
    /// From the server: answer with [#PONG] from your event loop.
    static final int PING = 254;

    static final int PONG = 255;

    public Frame {
        if (type < 0 || type > 255) {
            throw new IllegalArgumentException("frame type " + type);
        }
    }

    public Frame(int type, byte[] payload) {
        this(type, 0, CauseId.NONE, payload);
    }

    /// The payload, to be read.
    public Input input() {
        return new Input(payload);
    }

    /// Everything, length first.
    public byte[] encode() {
        // Not equals: a record's is linked at its first call, which costs a command 10 ms.
        boolean caused = cause.number() != 0;
        int length = payload.length + (caused ? CAUSE_OCTETS : 0);
        var out = new Output(PREFIX + Header.SIZE + length);
        out.u32(Header.SIZE + length);
        new Header(MAGIC, VERSION, type, caused ? FLAG_CAUSE : 0, length, 0, sequence).encode(out);
        if (caused) {
            out.cause(cause);
        }
        return out.raw(payload).toBytes();
    }

    /// The octets after the length.
    public static Frame decode(byte[] octets) throws MalformedMessage {
        var in = new Input(octets);
        Header header = Header.decode(in, MAGIC, VERSION, octets.length);
        if (header.length() != in.remaining()) {
            throw new MalformedMessage("header says " + header.length() + " octets, " + in.remaining() + " follow");
        }
        if ((header.flags() & ~FLAG_CAUSE) != 0) {
            throw new MalformedMessage("flags are " + header.flags());
        }
        CauseId cause = (header.flags() & FLAG_CAUSE) != 0 ? in.cause() : CauseId.NONE;
        return new Frame(header.type(), header.sequence(), cause, in.rest());
    }

    /// Checks a length prefix before anything is allocated for it.
    static int checkLength(long length, int maxPayload) throws MalformedMessage {
        if (length < Header.SIZE || length > (long) Header.SIZE + CAUSE_OCTETS + maxPayload) {
            throw new MalformedMessage("frame of " + length + " octets");
        }
        return (int) length;
    }
}
