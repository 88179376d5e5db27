package io.muster.quorum;

/// What one member brings to the count.
///
/// @param votes its own
/// @param expected the expected votes it knows of
/// @param deviceVotes of the quorum device, while this member sees it alive; 0 otherwise
public record Voter(int nodeid, int votes, int expected, int deviceVotes) {
    public Voter withVotes(int changed) {
        return new Voter(nodeid, changed, expected, deviceVotes);
    }

    public Voter withExpected(int changed) {
        return new Voter(nodeid, votes, changed, deviceVotes);
    }
}
