package io.muster.rehearsal;

import java.util.Random;

/// How badly agents behave, each in so many of a hundred calls.
///
/// @param fenceFails fence agents that report failure and have done nothing
/// @param fenceHangs fence agents that are killed at their time limit
/// @param fenceSlow fence agents that take seconds
/// @param fenceLate fence agents that are killed at their time limit, and whose effect comes all the same
/// @param fenceLies fence agents that report success and have done nothing
/// @param startFails starts of a resource that fail
/// @param startHalf those of them after which it is there all the same
/// @param startSlow starts that take seconds
/// @param stopFails stops of a resource that fail
/// @param stopFailsIdle scripts that fail when they are to stop what isn't there
/// @param stopLies stops that report success and have done nothing
/// @param statusFails checks of a resource that is there and yet fail
/// @param statusHangs checks that take long
/// @param metadataFails agents that can't say what they are
record Luck(
        int fenceFails,
        int fenceHangs,
        int fenceSlow,
        int fenceLate,
        int fenceLies,
        int startFails,
        int startHalf,
        int startSlow,
        int stopFails,
        int stopFailsIdle,
        int stopLies,
        int statusFails,
        int statusHangs,
        int metadataFails) {
    static final Luck GOOD = new Luck(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// @param all whether what the daemons don't bear yet may be drawn
    static Luck draw(Random dice, boolean all) {
        boolean unlucky = dice.nextInt(2) == 0;
        var drawn = new Luck(
                unlucky ? dice.nextInt(60) : 0,
                unlucky ? dice.nextInt(20) : 0,
                dice.nextInt(3) == 0 ? dice.nextInt(60) : 0,
                dice.nextInt(6) == 0 ? dice.nextInt(30) : 0,
                dice.nextInt(12) == 0 ? dice.nextInt(30) : 0,
                dice.nextInt(3) == 0 ? dice.nextInt(50) : 0,
                dice.nextInt(2) == 0 ? dice.nextInt(100) : 0,
                dice.nextInt(4) == 0 ? dice.nextInt(30) : 0,
                dice.nextInt(4) == 0 ? dice.nextInt(20) : 0,
                dice.nextInt(8) == 0 ? dice.nextInt(60) : 0,
                dice.nextInt(12) == 0 ? dice.nextInt(20) : 0,
                dice.nextInt(4) == 0 ? dice.nextInt(10) : 0,
                dice.nextInt(6) == 0 ? dice.nextInt(20) : 0,
                dice.nextInt(6) == 0 ? dice.nextInt(50) : 0);
        return all ? drawn : drawn.usual();
    }

    private Luck usual() {
        return new Luck(
                fenceFails,
                fenceHangs,
                fenceSlow,
                0,
                0,
                startFails,
                startHalf,
                startSlow,
                stopFails,
                0,
                0,
                statusFails,
                statusHangs,
                0);
    }
}
