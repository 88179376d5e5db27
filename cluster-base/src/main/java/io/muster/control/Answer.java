package io.muster.control;

import io.muster.core.CauseId;
import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.nio.charset.StandardCharsets;

/// What a daemon answers a command: the one form for all of them. In a frame of type [Frame#ANSWER],
/// big-endian:
///
/// | octets | field |
/// |---|---|
/// | 4 | i32 code |
/// | 4 + n | u32 length and text, UTF-8 |
/// | rest | body, in the daemon's own codec |
///
/// @param code 0 for done; what else there is, each daemon says
/// @param text what to tell the operator; may be empty
/// @param body what was asked for; empty when nothing was
public record Answer(int code, String text, byte[] body) {
    /// The caller may not ask for that.
    public static final int PERMISSION = -1;

    /// The request can't be read, or there is no such request.
    public static final int MALFORMED = -2;

    /// The daemon has left the cluster meanwhile: nobody knows what became of the request.
    public static final int ABANDONED = -3;

    private static final int MAX_BYTES = Frame.MAX_PAYLOAD;
    private static final byte[] NOTHING = new byte[0];

    /// What is told to those who may only look.
    public static final Answer FORBIDDEN =
            new Answer(PERMISSION, "permission denied: only root and members of group cluster may do that", NOTHING);

    /// Done, with nothing to tell.
    public static final Answer DONE = new Answer(0, "", NOTHING);

    /// Done, and here it is.
    public static Answer of(byte[] body) {
        return new Answer(0, "", body);
    }

    public static Answer of(Output body) {
        return of(body.toBytes());
    }

    /// A no, or a yes with a word.
    public static Answer of(int code, String text) {
        return new Answer(code, text, NOTHING);
    }

    public boolean done() {
        return code == 0;
    }

    /// This, if it is a yes.
    ///
    /// @throws RefusedException when it is a no, with the text
    public Answer orRefuse() throws RefusedException {
        if (!done()) {
            throw new RefusedException(text);
        }
        return this;
    }

    /// To the request it answers.
    public Frame to(Frame request) {
        byte[] octets = new Output(body.length + 16 + text.length())
                .i32(code)
                .bytes(text.getBytes(StandardCharsets.UTF_8))
                .raw(body)
                .toBytes();
        return new Frame(Frame.ANSWER, request.sequence(), CauseId.NONE, octets);
    }

    /// @throws MalformedMessage when the frame is none
    public static Answer decode(Frame frame) throws MalformedMessage {
        if (frame.type() != Frame.ANSWER) {
            throw new MalformedMessage("a frame of type " + frame.type() + " for an answer");
        }
        Input in = frame.input();
        int code = in.i32();
        String text = new String(in.bytes(MAX_BYTES), StandardCharsets.UTF_8);
        return new Answer(code, text, in.rest());
    }
}
