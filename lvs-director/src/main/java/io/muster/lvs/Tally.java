package io.muster.lvs;

/// The numbers behind [Counters], still moving.
final class Tally {
    long drift;
    long applies;
    long operations;
    long refused;
    long reads;
    long cheapReads;
    long readFailures;
    long applyMs;
    long lastApplyMs;
    long checks;
    long checksFailed;
    long reloads;

    Counters counters() {
        return new Counters(
                drift,
                applies,
                operations,
                refused,
                reads,
                cheapReads,
                readFailures,
                applyMs,
                lastApplyMs,
                checks,
                checksFailed,
                reloads);
    }
}
