package io.muster.service.daemon;

/// Types of requests on `rgmanager.sock`; payloads big-endian as [io.muster.wire.Output] writes them. Each gets one
/// [io.muster.control.Answer]; the code of a request's is the ordinal of [io.muster.service.ResultCode].
///
/// | type | request | payload | body of the answer |
/// |---|---|---|---|
/// | 1 | status | | see [io.muster.service.ClusterServices] |
/// | 2 | request | u8 [io.muster.service.RequestKind] ordinal, string service, u32 target nodeid or 0 | u32 owner |
///
/// A request is answered when it has been carried out, however long that takes. Users other than root may only ask for
/// status and the lock.
public final class ServiceFrames {
    public static final int ASK_STATUS = 1;
    public static final int REQUEST = 2;

    private ServiceFrames() {}
}
