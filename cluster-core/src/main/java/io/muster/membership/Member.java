package io.muster.membership;

import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.quorum.Voter;
import io.muster.wire.Input;
import io.muster.wire.Output;

/// A member of the cluster as all members know it.
///
/// @param expected the expected votes it knows of
/// @param deviceVotes of the quorum device while it sees it alive, else 0
/// @param device the quorum device's name, or empty
/// @param joinedRing sequence of the ring in which it became a member: `Inc` in the original's output
/// @param sinceMs when that was, in wall-clock milliseconds of one of its members
/// @param features one bit each; one is on when all members have it
/// @param configVersion of the cluster.conf that its cman holds
public record Member(
        Node node,
        int votes,
        int expected,
        int deviceVotes,
        String device,
        long joinedRing,
        long sinceMs,
        long features,
        int configVersion,
        String configSha256) {
    Voter voter() {
        return new Voter(node.nodeid(), votes, expected, deviceVotes);
    }

    Member withVoter(Voter voter) {
        return new Member(
                node,
                voter.votes(),
                voter.expected(),
                voter.deviceVotes(),
                device,
                joinedRing,
                sinceMs,
                features,
                configVersion,
                configSha256);
    }

    Member withDevice(int changedVotes, String name) {
        return new Member(
                node, votes, expected, changedVotes, name, joinedRing, sinceMs, features, configVersion, configSha256);
    }

    Member withConfig(int changedVotes, int changedExpected, int version, String sha256) {
        return new Member(
                node,
                changedVotes,
                changedExpected,
                deviceVotes,
                device,
                joinedRing,
                sinceMs,
                features,
                version,
                sha256);
    }

    Member joinedAt(long ringSequence, long wallMs) {
        return new Member(
                node,
                votes,
                expected,
                deviceVotes,
                device,
                ringSequence,
                wallMs,
                features,
                configVersion,
                configSha256);
    }

    void encode(Output out) {
        out.node(node).u32(votes).u32(expected).u32(deviceVotes).string(device);
        out.u64(joinedRing).u64(sinceMs).u64(features).u32(configVersion).string(configSha256);
    }

    static Member decode(Input in) throws MalformedMessage {
        return new Member(
                in.node(),
                in.u32(1 << 20),
                in.u32(1 << 20),
                in.u32(1 << 20),
                in.string(255),
                in.u64(),
                in.u64(),
                in.u64(),
                in.u32(Integer.MAX_VALUE),
                in.string(64));
    }
}
