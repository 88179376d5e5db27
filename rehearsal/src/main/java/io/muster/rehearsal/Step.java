package io.muster.rehearsal;

import java.util.Locale;

/// One piece of trouble in a story.
///
/// @param round of the story, from 0
/// @param atMs since the round began; what waits for a moment is armed then
/// @param moment what it waits for
/// @param node whom it concerns; with a moment, who has it
/// @param other somebody else, or the same
/// @param ms how long it lasts, or until what was ended is back
/// @param pick decides the rest
record Step(int round, Trouble kind, long atMs, Moment moment, int node, int other, int ms, long pick) {
    Step lasting(int otherMs) {
        return new Step(round, kind, atMs, moment, node, other, otherMs, pick);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%6d ms %s%s",
                atMs,
                kind.told(node, other, ms),
                moment == Moment.TIME ? "" : ", " + moment);
    }
}
