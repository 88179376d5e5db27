package io.muster.lvs;

import io.muster.ipvs.IpvsError;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.Timeouts;
import io.muster.lvs.LvsdEffect.Level;
import io.muster.lvs.Underway.What;
import java.util.List;

/// Operations on their way to the table, and what came of them. A refusal is said once and tried again,
/// ever more seldom; one that only means that somebody was faster is forgiven some times.
final class Changes {
    /// Refusals in a row that are put down to somebody faster.
    private static final int MOST_RACES = 5;

    private final TableView view;
    private final Drains drains;
    private final Underway underway;
    private final Journal journal;
    private final Tally tally;
    private final Backoff applying = new Backoff();
    private List<IpvsOp> operations = List.of();
    private Timeouts timeouts = new Timeouts(0, 0, 0);
    private final Refusals refusals = new Refusals();
    private int races;
    private boolean uncertain;

    Changes(TableView view, Drains drains, Underway underway, Journal journal, Tally tally) {
        this.view = view;
        this.drains = drains;
        this.underway = underway;
        this.journal = journal;
        this.tally = tally;
    }

    /// All of it.
    record Image(
            Backoff.Image applying,
            List<IpvsOp> operations,
            Timeouts timeouts,
            List<Refusals.Refused> refusals,
            int races,
            boolean uncertain) {}

    Image image() {
        return new Image(applying.image(), List.copyOf(operations), timeouts, refusals.all(), races, uncertain);
    }

    void resume(Image image) {
        applying.resume(image.applying());
        operations = List.copyOf(image.operations());
        timeouts = image.timeouts();
        refusals.resume(image.refusals());
        races = image.races();
        uncertain = image.uncertain();
    }

    /// Whether some may be in the table that were never seen there: there was no answer.
    boolean uncertain() {
        return uncertain;
    }

    /// Whether it isn't too soon to try again.
    boolean over(long nowMs) {
        return applying.over(nowMs);
    }

    long notBeforeMs() {
        return applying.notBeforeMs();
    }

    /// What is to be tried is something else now.
    void retry() {
        applying.reset();
    }

    /// The table's own, as last known.
    Timeouts timeouts() {
        return timeouts;
    }

    /// The table was read.
    void seen(Timeouts now) {
        uncertain = false;
        timeouts = now;
    }

    /// What the kernel refuses now.
    Refusals refusals() {
        return refusals;
    }

    void launch(List<IpvsOp> wanted, long nowMs) {
        operations = wanted;
        tally.applies++;
        tally.operations += wanted.size();
        journal.add(new LvsdEffect.Apply(underway.launch(What.APPLY, nowMs), wanted));
    }

    /// There are results, one for each operation.
    ///
    /// @return whether the table has to be looked at: it isn't as it was thought to be
    boolean done(List<IpvsError> results, long nowMs) {
        tally.lastApplyMs = nowMs - underway.sinceMs();
        tally.applyMs += tally.lastApplyMs;
        boolean refused = false;
        boolean raced = false;
        for (int i = 0; i < operations.size(); i++) {
            IpvsOp operation = operations.get(i);
            IpvsError result = i < results.size() ? results.get(i) : IpvsError.OTHER;
            if (result.ok()) {
                view.applied(operation);
                if (operation instanceof IpvsOp.SetTimeouts(Timeouts set)) {
                    timeouts = Words.merged(timeouts, set);
                }
                drains.applied(operation);
                refusals.taken(operation);
                journal.forget("op " + operation);
            } else {
                tally.refused++;
                if (Words.stale(operation, result)) {
                    raced = true;
                } else {
                    refused = true;
                    refusals.refused(operation, result, nowMs);
                    journal.once(
                            "op " + operation,
                            Level.ERROR,
                            Words.of(operation) + ": the table refuses: " + Words.why(operation, result)
                                    + ": tried again");
                }
            }
        }
        operations = List.of();
        journal.over("apply", "the table can be changed again");
        races = raced && !refused ? races + 1 : 0;
        if (!refused && races <= MOST_RACES) {
            applying.reset();
        }
        if (raced || refused) {
            applying.failed(nowMs);
        }
        return raced || refused;
    }

    /// Nobody knows which of them were applied.
    void failed(String reason, long nowMs) {
        uncertain = true;
        applying.failed(nowMs);
        journal.once("apply", Level.WARN, "the table can't be changed: " + reason + ": tried again");
    }
}
