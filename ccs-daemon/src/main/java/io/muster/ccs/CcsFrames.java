package io.muster.ccs;

/// Types of requests on `ccsd.sock`; payloads big-endian as [io.muster.wire.Output] writes them. Each gets one
/// [io.muster.control.Answer] whose code is 0 or an error number ([Errno]).
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

    private CcsFrames() {}
}
