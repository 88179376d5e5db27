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

    void resume(Counters image) {
        drift = image.drift();
        applies = image.applies();
        operations = image.operations();
        refused = image.refused();
        reads = image.reads();
        cheapReads = image.cheapReads();
        readFailures = image.readFailures();
        applyMs = image.applyMs();
        lastApplyMs = image.lastApplyMs();
        checks = image.checks();
        checksFailed = image.checksFailed();
        reloads = image.reloads();
    }

    /// All of it.
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
