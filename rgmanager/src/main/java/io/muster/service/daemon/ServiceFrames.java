package io.muster.service.daemon;

/// Types of frames on `rgmanager.sock`; payloads big-endian as [io.muster.wire.Output] writes them.
///
/// | type | to rgmanager | payload | answer |
/// |---|---|---|---|
/// | 1 | status | | 33: see [io.muster.service.ClusterServices] |
/// | 2 | request | u8 [io.muster.service.RequestKind] ordinal, string service, u32 target nodeid or 0 | 34: u8
/// [io.muster.service.ResultCode] ordinal, u32 owner |
///
/// A request is answered when it has been carried out, however long that takes. Users other than root may only ask for
/// status and the lock.
public final class ServiceFrames {
    public static final int ASK_STATUS = 1;
    public static final int REQUEST = 2;
    public static final int STATUS = 33;
    public static final int ANSWER = 34;

    private ServiceFrames() {}
}
