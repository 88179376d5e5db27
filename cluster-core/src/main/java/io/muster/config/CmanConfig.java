package io.muster.config;

import java.util.Optional;
import java.util.OptionalInt;

/// `<cman>`: votes, quorum and how the node talks.
///
/// @param expectedVotes as written; otherwise the sum of all nodes' votes (1 with `twoNode`)
/// @param port UDP, 1..65535
/// @param clusterId 1..65535, as written or the hash of the name
/// @param multicast the address shown by status commands: as written, or derived from the cluster id
/// @param multicastSet whether the file names one
/// @param keyfile another file than `<etc>/cluster.key`
/// @param quorumDevPollMs without a poll for so long the quorum device is dead; the token's time if unset
/// @param waitForAll be quorate for the first time only with all nodes; implied by `twoNode` unless switched
///     off
/// @param lastManStanding lower expected votes as nodes are lost, each time after `lastManStandingWindowMs`
/// @param autoTieBreaker an even split leaves the side with the lowest nodeid quorate
public record CmanConfig(
        int expectedVotes,
        boolean twoNode,
        int port,
        int clusterId,
        String multicast,
        boolean multicastSet,
        int multicastTtl,
        Optional<String> keyfile,
        int quorumDevPollMs,
        int shutdownTimeoutMs,
        int ccsdPollMs,
        int startupConfigTimeoutSec,
        int maxQueued,
        boolean upgrading,
        boolean disallowed,
        int debugMask,
        boolean waitForAll,
        boolean lastManStanding,
        int lastManStandingWindowMs,
        boolean autoTieBreaker,
        OptionalInt autoTieBreakerNode) {
    /// The same with another way to talk, which no other node has to agree to.
    public CmanConfig withTalk(int otherPort, String shown, boolean shownSet, Optional<String> otherKeyfile) {
        return new CmanConfig(
                expectedVotes,
                twoNode,
                otherPort,
                clusterId,
                shown,
                shownSet,
                multicastTtl,
                otherKeyfile,
                quorumDevPollMs,
                shutdownTimeoutMs,
                ccsdPollMs,
                startupConfigTimeoutSec,
                maxQueued,
                upgrading,
                disallowed,
                debugMask,
                waitForAll,
                lastManStanding,
                lastManStandingWindowMs,
                autoTieBreaker,
                autoTieBreakerNode);
    }
}
