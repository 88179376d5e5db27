package io.muster.lvs;

import io.muster.lvs.LvsdEffect.Level;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.function.Consumer;

/// Who has asked for something and waits: for a drain to be noted durably, for a fresh look at the table.
final class Clients {
    record Waiting(long client, List<LvsdAnswer.Place> places, List<String> lines) {
        Waiting(long client, Names.Found found, List<String> lines) {
            this(client, found.servers().stream().map(LvsdAnswer.Place::of).toList(), lines);
        }
    }

    private final Journal journal;
    private final Drains drains;
    private final TableView view;
    private final SequencedSet<Long> lookers = new LinkedHashSet<>();
    private final List<Waiting> waiting = new ArrayList<>();

    Clients(Journal journal, Drains drains, TableView view) {
        this.journal = journal;
        this.drains = drains;
        this.view = view;
    }

    /// All of it.
    record Image(List<Long> lookers, List<Waiting> waiting) {}

    Image image() {
        return new Image(List.copyOf(lookers), List.copyOf(waiting));
    }

    void resume(Image image) {
        lookers.clear();
        lookers.addAll(image.lookers());
        waiting.clear();
        waiting.addAll(image.waiting());
    }

    /// Whether somebody waits for the holdings to be written.
    boolean waiting() {
        return !waiting.isEmpty();
    }

    /// @param touched gets each server that drains now
    void drain(LvsdEvent.Drain wanted, Plan plan, long wallMs, Consumer<RealServer> touched) {
        Names.Found found = Names.find(plan, wanted.server(), wanted.service());
        if (found.servers().isEmpty()) {
            refuse(wanted.client(), found.problem());
            return;
        }
        var lines = new ArrayList<String>();
        for (RealServer server : found.servers()) {
            Drain before = drains.get(server);
            long since = before == null ? wallMs : before.sinceMs();
            long deadline = wanted.deadlineMs() == 0 ? 0 : wallMs + wanted.deadlineMs();
            drains.start(server, new Drain(Drain.By.LVSCTL, since, deadline, -1));
            TableView.Counts counts = view.counts(server);
            lines.add(server + ": drains" + limit(wanted.deadlineMs()) + ": " + counts.active() + " active and "
                    + counts.inactive() + " inactive connections, " + counts.persistent() + " templates");
            journal.log(Level.INFO, lines.getLast());
            touched.accept(server);
        }
        waiting.add(new Waiting(wanted.client(), found, lines));
    }

    private static String limit(long deadlineMs) {
        if (deadlineMs == 0) {
            return "";
        }
        return ", at most " + (deadlineMs % 1000 == 0 ? deadlineMs / 1000 + " s" : deadlineMs + " ms");
    }

    /// @param touched gets each server that drains no more
    void undrain(LvsdEvent.Undrain wanted, Plan plan, Consumer<RealServer> touched) {
        Names.Found found = Names.find(plan, wanted.server(), wanted.service());
        if (found.servers().isEmpty()) {
            refuse(wanted.client(), found.problem());
            return;
        }
        var lines = new ArrayList<String>();
        for (RealServer server : found.servers()) {
            if (drains.get(server) != null) {
                drains.end(server, view.destination(server));
                lines.add(server + ": drain ended");
                journal.log(Level.INFO, lines.getLast());
                touched.accept(server);
            }
        }
        if (lines.isEmpty()) {
            lines.add(found.servers().getFirst() + ": wasn't draining");
        }
        waiting.add(new Waiting(wanted.client(), found, lines));
    }

    /// Answers those who waited for the holdings.
    void answer(boolean durably) {
        for (Waiting each : waiting) {
            var lines = new ArrayList<>(each.lines());
            if (!durably) {
                lines.add("this couldn't be saved: it won't outlive lvsd");
            }
            journal.add(new LvsdEffect.Reply(each.client(), new LvsdAnswer(true, each.places(), lines)));
        }
        waiting.clear();
    }

    void looks(long client) {
        lookers.add(client);
    }

    /// The table has just been read.
    void looked() {
        lookers.forEach(client -> journal.add(new LvsdEffect.Reply(client, LvsdAnswer.SEEN)));
        lookers.clear();
    }

    /// The table can't be looked at.
    void lookFailed(String reason) {
        lookers.forEach(client -> refuse(client, reason));
        lookers.clear();
    }

    void refuse(long client, String reason) {
        journal.add(new LvsdEffect.Reply(client, new LvsdAnswer(false, List.of(), List.of(reason))));
    }
}
