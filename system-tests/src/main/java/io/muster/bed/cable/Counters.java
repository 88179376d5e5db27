package io.muster.bed.cable;

/// What became of the frames of one direction so far. `offered + doubled` is always the sum of `carried`, `lost`,
/// `cut`, `full` and `underWay`.
///
/// @param offered frames that came in
/// @param carried frames that were handed over
/// @param lost by `lossPercent`
/// @param cut came in while the cable was cut, or were under way when that happened
/// @param full found no room on the cable
/// @param doubled second copies made
/// @param reordered frames that were made late
/// @param flipped frames with a bit turned over
/// @param underWay frames on the cable now
public record Counters(
        long offered,
        long carried,
        long lost,
        long cut,
        long full,
        long doubled,
        long reordered,
        long flipped,
        long underWay) {}
