package io.muster.lvs;

import io.muster.ipvs.ServiceId;
import io.muster.lvs.LvsdEffect.Level;
import io.muster.lvs.Underway.What;
import java.util.SortedSet;

/// Whether what must outlive lvsd is on disk ([Holdings]).
final class Notes {
    private final Underway underway;
    private final Journal journal;
    private final Backoff writing = new Backoff();
    private Holdings durable = Holdings.NONE;
    private Holdings written = Holdings.NONE;

    Notes(Underway underway, Journal journal) {
        this.underway = underway;
        this.journal = journal;
    }

    /// All of it.
    record Image(Backoff.Image writing, Holdings durable, Holdings written) {}

    Image image() {
        return new Image(writing.image(), durable, written);
    }

    void resume(Image image) {
        writing.resume(image.writing());
        durable = image.durable();
        written = image.written();
    }

    /// What the lvsd before this one left.
    void found(Holdings holdings) {
        durable = holdings;
    }

    boolean failing() {
        return writing.failing();
    }

    long notBeforeMs() {
        return writing.notBeforeMs();
    }

    boolean durable(SortedSet<ServiceId> owned, Drains drains) {
        return durable.of(owned, drains.zeros(), drains.all());
    }

    /// They are durable.
    void well() {
        writing.reset();
    }

    /// Has them written unless it is too soon to try again.
    ///
    /// @return whether that is under way now
    boolean write(SortedSet<ServiceId> owned, Drains drains, long nowMs) {
        if (!writing.over(nowMs)) {
            return false;
        }
        written = new Holdings(owned, drains.zeros(), drains.all());
        journal.add(new LvsdEffect.WriteHoldings(underway.launch(What.WRITE, nowMs), written));
        return true;
    }

    void done() {
        durable = written;
        writing.reset();
        journal.over("write", "the list of what is ours can be written again");
    }

    void failed(String reason, long nowMs) {
        writing.failed(nowMs);
        journal.once(
                "write",
                Level.ERROR,
                "the list of what is ours can't be written: " + reason
                        + ": goes on, but a restart may take a drain for undone");
    }
}
