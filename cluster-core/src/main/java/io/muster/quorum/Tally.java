package io.muster.quorum;

/// The result of a count.
///
/// @param total votes present, the quorum device's included
/// @param expected the highest any member knows of
/// @param quorum votes needed
/// @param waited whether all configured nodes have been members together since the cluster started
public record Tally(int total, int expected, int quorum, boolean quorate, boolean waited) {
    /// Before anything was counted.
    public static final Tally NONE = new Tally(0, 0, 0, false, false);
}
