package io.muster.ccs;

/// Types of frames on `ccsd.sock`; payloads big-endian as [io.muster.wire.Output] writes them. Each request
/// has one answer of its own type. `i32 result` is 0 or a descriptor, or a negative error number ([Errno]).
///
/// | type | request | answer |
/// |---|---|---|
/// | 1 CONNECT | bool force, bool block, string cluster name or empty | i32 result |
/// | 2 DISCONNECT | i32 descriptor | i32 result |
/// | 3 GET, 4 GET_LIST | i32 descriptor, string query | i32 result, bool whether there is one, u32 length and value |
/// | 6 GET_STATE | i32 descriptor | i32 result, string path, string query before |
/// | 7 SET_STATE | i32 descriptor, string path, bool reset | i32 result |
/// | 9 UPDATE | u32 seconds of probation or 0, u32 length and document | i32 result, u32 length and text |
/// | 10 CONFIRM | | i32 result, u32 length and text |
/// | 11 DOCUMENT | | i32 result, bool quorate, i32 version, u32 length and document |
///
/// UPDATE is answered when a quorum has the document on disk, or when it is refused or given up.
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

    /// Most octets of a text in an answer.
    public static final int TEXT_MAX = 1 << 20;

    private CcsFrames() {}
}
