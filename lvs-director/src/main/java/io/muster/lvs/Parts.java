package io.muster.lvs;

import io.muster.checks.Health;
import io.muster.checks.HealthEffect;
import io.muster.checks.Target;
import io.muster.ipvs.ServiceId;
import io.muster.lvs.LvsdEffect.Level;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// What lvsd goes by, part by part, beside the state it is in: what it has seen, what it remembers, what
/// it waits for.
///
/// Thread: the core's.
final class Parts implements Desired.Verdicts {
    final Health health;
    final Journal journal = new Journal();
    final Tally tally = new Tally();
    final Underway underway = new Underway();
    final TableView view = new TableView();
    final Drains drains = new Drains();
    final Clients clients = new Clients(journal, drains, view);
    final Looks looks = new Looks(view, drains, underway, journal, tally);
    final Changes changes = new Changes(view, drains, underway, journal, tally);
    final Notes notes = new Notes(underway, journal);
    final Quorums quorums = new Quorums(this);

    /// Services that are ours.
    final TreeSet<ServiceId> owned = new TreeSet<>();

    /// Those that may not be as wanted.
    final TreeSet<ServiceId> dirty = new TreeSet<>();

    Parts(Health health) {
        this.health = health;
    }

    /// All of them.
    record Image(
            Health.Image health,
            TableView.Image view,
            Drains.Image drains,
            SortedSet<ServiceId> owned,
            SortedSet<ServiceId> dirty,
            Set<String> said,
            Clients.Image clients,
            Underway.Image underway,
            Counters tally,
            Looks.Image looks,
            Changes.Image changes,
            Notes.Image notes,
            SortedSet<ServiceId> quorate) {}

    Image image() {
        return new Image(
                health.image(),
                view.image(),
                drains.image(),
                new TreeSet<>(owned),
                new TreeSet<>(dirty),
                journal.image(),
                clients.image(),
                underway.image(),
                tally.counters(),
                looks.image(),
                changes.image(),
                notes.image(),
                quorums.image());
    }

    /// @param plan that was wanted then
    Parts(Image image, Plan plan) {
        this(Health.restored(image.health(), plan.rules()));
        view.resume(image.view());
        drains.resume(image.drains());
        owned.addAll(image.owned());
        dirty.addAll(image.dirty());
        journal.resume(image.said());
        clients.resume(image.clients());
        underway.resume(image.underway());
        tally.resume(image.tally());
        looks.resume(image.looks());
        changes.resume(image.changes());
        notes.resume(image.notes());
        quorums.resume(image.quorate());
    }

    @Override
    public boolean up(Target target) {
        return health.up(target);
    }

    @Override
    public int weight(Target target) {
        return health.weight(target);
    }

    /// Does what the checks' core asks for.
    void heed(List<HealthEffect> told, Plan plan) {
        for (HealthEffect effect : told) {
            switch (effect) {
                case HealthEffect.StartCheck(Target target, long ticket, var check, long timeoutMs) ->
                    journal.add(new LvsdEffect.StartCheck(target, ticket, check, timeoutMs));
                case HealthEffect.Changed changed -> {
                    journal.log(
                            changed.up() ? Level.INFO : Level.WARN,
                            plan.name(changed.target()) + ": " + changed.line());
                    plan.service(changed.target()).ifPresent(dirty::add);
                    quorums.changed(changed, plan);
                }
                case HealthEffect.Weighed(Target target, int weight, String reason) -> {
                    journal.log(Level.DEBUG, plan.name(target) + ": weight " + weight + ": " + reason);
                    plan.service(target).ifPresent(dirty::add);
                    quorums.judge(target, reason, plan);
                }
            }
        }
    }
}
