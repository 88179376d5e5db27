package io.muster.lvs;

import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.lvs.LvsdEffect.Level;
import io.muster.lvs.Underway.What;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableSet;
import org.jspecify.annotations.Nullable;

/// When the table is looked at, and how much of it.
///
/// Every [#LOOK_MS] the whole of it if it is small or something drains. Else its fingerprint, and the
/// whole only if that changed or [#FULL_MS] have passed. What doesn't show in a fingerprint -
/// thresholds, tunnels, a scheduler's flags - is looked for in turn: with each fingerprint come as many
/// of our services as a small table has.
final class Looks {
    /// From look to look.
    static final long LOOK_MS = 900;
    /// From one look at everything to the next.
    static final long FULL_MS = 30_000;
    /// Up to this many services with so many real servers in all the table is small.
    static final int SMALL = 64;

    static final int SMALL_SERVERS = 512;

    private final TableView view;
    private final Drains drains;
    private final Underway underway;
    private final Journal journal;
    private final Tally tally;
    private final Backoff reading = new Backoff();
    private List<ServiceId> asked = List.of();
    private @Nullable ServiceId last;
    private long fingerprint;
    private long nextMs;
    private long nextFullMs;
    private boolean now;
    private String problem = "";

    Looks(TableView view, Drains drains, Underway underway, Journal journal, Tally tally) {
        this.view = view;
        this.drains = drains;
        this.underway = underway;
        this.journal = journal;
        this.tally = tally;
    }

    /// All of it.
    record Image(
            Backoff.Image reading,
            List<ServiceId> asked,
            @Nullable ServiceId last,
            long fingerprint,
            long nextMs,
            long nextFullMs,
            boolean now,
            String problem) {}

    Image image() {
        return new Image(reading.image(), asked, last, fingerprint, nextMs, nextFullMs, now, problem);
    }

    void resume(Image image) {
        reading.resume(image.reading());
        asked = List.copyOf(image.asked());
        last = image.last();
        fingerprint = image.fingerprint();
        nextMs = image.nextMs();
        nextFullMs = image.nextFullMs();
        now = image.now();
        problem = image.problem();
    }

    void begin(long nowMs) {
        nextMs = nowMs;
        nextFullMs = nowMs;
        now = true;
    }

    /// The whole of it, as soon as may be.
    void wanted() {
        now = true;
    }

    /// As [#wanted], whatever failed before.
    void retry() {
        reading.reset();
    }

    /// Whether the table was looked at, in vain perhaps: before, a good check would start slowly what
    /// is at work already.
    boolean tried() {
        return view.seen() || reading.failing();
    }

    /// Whether what was seen may be acted on.
    boolean fresh(long nowMs) {
        return !now || !reading.over(nowMs);
    }

    long nextDeadlineMs() {
        return Math.max(now ? 0 : nextMs, reading.notBeforeMs());
    }

    /// Looks if it is time to.
    ///
    /// @param ours services to look at in turn
    void take(NavigableSet<ServiceId> ours, long nowMs) {
        if (!reading.over(nowMs) || !now && nowMs < nextMs) {
            return;
        }
        boolean whole =
                now || !view.seen() || view.small(SMALL, SMALL_SERVERS) || drains.waiting() || nowMs >= nextFullMs;
        if (whole) {
            journal.add(new LvsdEffect.ReadTable(underway.launch(What.READ, nowMs)));
        } else {
            asked = inTurn(ours);
            journal.add(new LvsdEffect.CheapRead(underway.launch(What.CHEAP_READ, nowMs), asked));
        }
    }

    /// The next after those asked for last, from the first again after the last.
    private List<ServiceId> inTurn(NavigableSet<ServiceId> ours) {
        var turn = new LinkedHashSet<ServiceId>();
        int servers = 0;
        ServiceId from = last;
        for (var part : List.of(from == null ? ours : ours.tailSet(from, false), ours)) {
            for (ServiceId id : part) {
                Setup setup = view.get(id);
                if (setup == null || turn.contains(id)) {
                    continue;
                }
                servers += setup.destinations().size();
                if (turn.size() == SMALL || !turn.isEmpty() && servers > SMALL_SERVERS) {
                    return List.copyOf(turn);
                }
                turn.add(id);
                last = id;
            }
        }
        return List.copyOf(turn);
    }

    /// Why the table can't be read; "" if it can.
    String problem() {
        return problem;
    }

    /// The whole was read.
    void whole(long print, long nowMs) {
        well();
        tally.reads++;
        fingerprint = print;
        now = false;
        nextMs = nowMs + LOOK_MS;
        nextFullMs = nowMs + FULL_MS;
    }

    /// The fingerprint was read, and the part that was asked for: only whether they are as they were.
    void cheap(long print, List<ServiceEntry> part, long nowMs) {
        well();
        tally.cheapReads++;
        now |= print != fingerprint || part.size() < asked.size();
        for (ServiceEntry entry : part) {
            now |= !Setup.differences(Setup.of(entry), view.get(entry.service().id()))
                    .isEmpty();
        }
        nextMs = nowMs + LOOK_MS;
    }

    void failed(String reason, long nowMs) {
        tally.readFailures++;
        problem = reason;
        reading.failed(nowMs);
        now = true;
        journal.once("read", Level.WARN, "the table can't be read: " + reason + ": tried again");
    }

    private void well() {
        problem = "";
        reading.reset();
        journal.over("read", "the table can be read again");
    }
}
