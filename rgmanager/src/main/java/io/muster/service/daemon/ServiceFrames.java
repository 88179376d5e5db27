package io.muster.service.daemon;

import io.muster.control.Answer;
import io.muster.core.MalformedMessage;
import io.muster.service.ClusterServices;
import io.muster.service.RequestKind;
import io.muster.service.ResultCode;
import io.muster.wire.Input;
import io.muster.wire.Output;

/// Types of requests on `rgmanager.sock`; payloads big-endian as [io.muster.wire.Output] writes them.
/// Each gets one [io.muster.control.Answer]; the code of a request's is the ordinal of
/// [io.muster.service.ResultCode].
///
/// | type | request | payload | body of the answer |
/// |---|---|---|---|
/// | 1 | status | | see [io.muster.service.ClusterServices] |
/// | 2 | request | u8 [io.muster.service.RequestKind] ordinal, string service, u32 target nodeid or 0 | u32 owner |
///
/// The text of a request's answer is what bars the service, if it is a no or another node has it.
/// A request is answered when it has been carried out, however long that takes. Users other than root may
/// only ask for status and the lock.
public final class ServiceFrames {
    public static final int ASK_STATUS = 1;
    public static final int REQUEST = 2;

    /// How a request ended.
    ///
    /// @param owner nodeid, or 0
    /// @param why what bars the service, in the words of its status; mostly empty
    public record Outcome(ResultCode code, int owner, String why) {}

    private ServiceFrames() {}

    /// @param target nodeid, or 0
    public static Output request(RequestKind kind, String service, int target) {
        return new Output().oneOf(kind).string(service).u32(target);
    }

    public static Outcome outcome(Answer answer) throws MalformedMessage {
        if (answer.code() < 0 || answer.code() >= ResultCode.values().length) {
            throw new MalformedMessage("result " + answer.code());
        }
        int owner = new Input(answer.body()).u32(Integer.MAX_VALUE);
        return new Outcome(ResultCode.values()[answer.code()], owner, answer.text());
    }

    public static ClusterServices status(Answer answer) throws MalformedMessage {
        return ClusterServices.decode(new Input(answer.body()));
    }
}
