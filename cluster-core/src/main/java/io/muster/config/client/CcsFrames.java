package io.muster.config.client;

import io.muster.config.ConfigReader;
import io.muster.control.Answer;
import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Types of requests on `ccsd.sock`; payloads big-endian as [io.muster.wire.Output] writes them. Each
/// gets one [io.muster.control.Answer] whose code is 0 or an error number ([io.muster.config.Errno]).
///
/// | type | request | body of the answer |
/// |---|---|---|
/// | 1 CONNECT | bool force, bool block, string cluster name or empty | i32 descriptor |
/// | 2 DISCONNECT | i32 descriptor | |
/// | 3 GET, 4 GET_LIST | i32 descriptor, string query | bool whether there is one, the value |
/// | 6 GET_STATE | i32 descriptor | string path, string query before |
/// | 7 SET_STATE | i32 descriptor, string path, bool reset | |
/// | 9 UPDATE | u32 seconds of probation or 0, u32 length and document | |
/// | 10 CONFIRM | | |
/// | 11 DOCUMENT | | bool quorate, i32 version, u32 length and document |
///
/// UPDATE is answered when a quorum has the document on disk and every member has said whether it has,
/// or when it is refused or given up; the text of a yes names the nodes that couldn't write it.
public final class CcsFrames {
    public static final int CONNECT = 1;
    public static final int DISCONNECT = 2;
    public static final int GET = 3;
    public static final int GET_LIST = 4;
    public static final int GET_STATE = 6;
    public static final int SET_STATE = 7;
    public static final int UPDATE = 9;
    public static final int CONFIRM = 10;
    public static final int DOCUMENT = 11;

    /// A descriptor's present working path and the query before.
    public record State(String path, String query) {}

    /// What ccsd has.
    ///
    /// @param version -1 when ccsd has no document
    /// @param octets the document; none without one
    public record Present(boolean quorate, int version, byte[] octets) {}

    private CcsFrames() {}

    /// @param name of the cluster that must be meant; empty for any
    public static Output connect(boolean force, boolean block, String name) {
        return new Output().bool(force).bool(block).string(name);
    }

    /// For [#DISCONNECT] and [#GET_STATE].
    public static Output descriptor(int descriptor) {
        return new Output().i32(descriptor);
    }

    /// For [#GET] and [#GET_LIST].
    public static Output query(int descriptor, String query) {
        return new Output().i32(descriptor).string(query);
    }

    public static Output setState(int descriptor, String path, boolean reset) {
        return new Output().i32(descriptor).string(path).bool(reset);
    }

    /// @param probationSec 0 for none
    public static Output update(byte[] document, int probationSec) {
        return new Output(document.length + 16).u32(probationSec).bytes(document);
    }

    /// The descriptor of a connection that was opened.
    public static int opened(Answer answer) throws MalformedMessage {
        return new Input(answer.body()).i32();
    }

    /// What a query found, if anything.
    public static Optional<String> value(Answer answer) throws MalformedMessage {
        if (answer.body().length == 0) {
            return Optional.empty();
        }
        Input in = new Input(answer.body());
        return in.bool() ? Optional.of(new String(in.rest(), StandardCharsets.UTF_8)) : Optional.empty();
    }

    public static State state(Answer answer) throws MalformedMessage {
        Input in = new Input(answer.body());
        return new State(in.string(), in.string());
    }

    public static Present present(Answer answer) throws MalformedMessage {
        Input in = new Input(answer.body());
        return new Present(in.bool(), in.i32(), in.bytes(ConfigReader.MAX_BYTES));
    }
}
