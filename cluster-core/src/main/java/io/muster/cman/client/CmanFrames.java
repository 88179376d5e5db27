package io.muster.cman.client;

import io.muster.control.Answer;
import io.muster.core.MalformedMessage;
import io.muster.membership.CmanEffect.Result;
import io.muster.wire.Output;
import java.util.List;

/// Types of frames on `cman.sock`; payloads big-endian as [io.muster.wire.Output] writes them.
///
/// | type | to cman | payload | answer |
/// |---|---|---|---|
/// | 1 | join a group | string group, u8 level + 1 or 0, u32 longest silence, u32 longest absence: ms or 0 | result |
/// | 2 | leave it | string group | 41 |
/// | 3 | message | string group, bool safe, rest | |
/// | 4 | a run is harmless | node, string how | |
/// | 5 | recovered | string group, u64 position | |
/// | 7 | quorate now? | | bool, u64 position of the last entry before |
/// | 8 | may the node leave | bool yes | |
/// | 9 | leave the cluster | bool removed, bool force | result |
/// | 10 | kill | list of u32 nodeids, string why | result |
/// | 11 | expected votes | u32 | result |
/// | 12 | votes | u32 nodeid or 0, u32 votes | result |
/// | 13 | configuration | u32 version, string sha256, bytes document | result |
/// | 14 | quorum device | string name, u32 votes or 0 | |
/// | 15 | status | | see [StatusCodec] |
/// | 16 | debug | u32 mask | result |
/// | 17 | what is left of a lost run | node, [io.muster.group.Remains] | |
/// | 18 | the cluster.conf in force | | bytes; none while this node has yet to get it |
/// | 19 | a service runs no longer there | node, string service | result |
/// | 20 | all there is to say of groups | | text, UTF-8 |
/// | 21 | a line for the log | string | result |
///
/// Answers are [io.muster.control.Answer]s; a result's code is the ordinal of
/// [io.muster.membership.CmanEffect.Result].
///
/// | type | from cman | payload |
/// |---|---|---|
/// | 40 | entry | string group, entry as [io.muster.group.GroupEntryCodec] has it |
/// | 41 | left the group | string group |
/// | 42 | may the node leave? | answered by 8 |
public final class CmanFrames {
    public static final int JOIN = 1;
    public static final int PART = 2;
    public static final int SEND = 3;
    public static final int FENCED = 4;
    public static final int RECOVERED = 5;
    public static final int ASK_FRESH = 7;
    public static final int SHUTDOWN_ANSWER = 8;
    public static final int LEAVE = 9;
    public static final int KILL = 10;
    public static final int EXPECTED = 11;
    public static final int VOTES = 12;
    public static final int ANNOUNCE = 13;
    public static final int DEVICE = 14;
    public static final int ASK_STATUS = 15;
    public static final int DEBUG = 16;
    public static final int VOUCHED = 17;
    public static final int ASK_DOCUMENT = 18;
    public static final int ACKNOWLEDGE = 19;
    public static final int DUMP = 20;
    public static final int LOG = 21;
    public static final int ENTRY = 40;
    public static final int PARTED = 41;
    public static final int ASK_SHUTDOWN = 42;

    private CmanFrames() {}

    public static Output leave(boolean removed, boolean force) {
        return new Output().bool(removed).bool(force);
    }

    public static Output kill(List<Integer> nodeids, String why) {
        return new Output().list(nodeids, (out, id) -> out.u32(id)).string(why);
    }

    public static Output expected(int votes) {
        return new Output().u32(votes);
    }

    /// @param nodeid 0 for this node
    public static Output votes(int nodeid, int votes) {
        return new Output().u32(nodeid).u32(votes);
    }

    public static Output announce(int version, String sha256, byte[] document) {
        return new Output(document.length + 80).u32(version).string(sha256).bytes(document);
    }

    public static Output debug(int mask) {
        return new Output().u32(mask);
    }

    /// What became of a request; the text of a refusal was lost on users of the original and therefore
    /// is here.
    public static Result result(Answer answer) throws MalformedMessage {
        if (answer.code() < 0 || answer.code() >= Result.values().length) {
            throw new MalformedMessage("result " + answer.code());
        }
        return Result.values()[answer.code()];
    }
}
