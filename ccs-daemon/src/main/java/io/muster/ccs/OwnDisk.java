package io.muster.ccs;

import io.muster.ccs.Choice.InForce;
import io.muster.config.ConfigVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What this node has on its disk and what it is doing there: one thing at a time, of what differs most
/// from the replicated state.
///
/// @param disk as last seen or written; empty until it was looked at
/// @param atHand documents that may be asked of this node, newest last
record OwnDisk(Optional<OnDisk> disk, List<Document> atHand, Doing doing) {
    /// Nobody has looked yet.
    static final OwnDisk UNKNOWN = new OwnDisk(Optional.empty(), List.of(), new Doing.Nothing());

    private static final int AT_HAND_MAX = 3;

    OwnDisk {
        atHand = List.copyOf(atHand);
    }

    /// What the disk is at.
    ///
    /// | from | to | when |
    /// |---|---|---|
    /// | Nothing | Writing | something differs |
    /// | Writing | Nothing | it is done |
    /// | Writing | Resting | the disk has refused |
    /// | Resting | Nothing | the time is over |
    sealed interface Doing {
        record Nothing() implements Doing {}

        /// An effect is under way that says how it ended.
        ///
        /// @param document being written; empty when something is removed
        record Writing(Optional<Document> document) implements Doing {}

        /// Not before then.
        ///
        /// @param why the disk has refused
        record Resting(long untilMs, String why) implements Doing {}
    }

    OwnDisk found(OnDisk found, List<Document> documents) {
        return new OwnDisk(Optional.of(found), documents, doing);
    }

    OwnDisk staged(ConfigVersion version, long attempt) {
        return done(
                disk.map(d -> new OnDisk(d.file(), d.fileAttempt(), version, attempt, d.votes(), d.expectedVotes())));
    }

    /// @param inForce what has its votes from the same document, if that is the one
    OwnDisk installed(ConfigVersion version, long attempt, Optional<Document> inForce, int nodeid) {
        OnDisk known = disk.orElse(OnDisk.NOTHING);
        Optional<Document> now = inForce.filter(document -> document.version().equals(version));
        int votes = now.flatMap(document -> document.config().node(nodeid))
                .map(node -> node.votes())
                .orElse(known.votes());
        int expected =
                now.map(document -> document.config().cman().expectedVotes()).orElse(known.expectedVotes());
        return done(Optional.of(new OnDisk(version, attempt, ConfigVersion.NONE, 0, votes, expected)));
    }

    OwnDisk discarded() {
        return done(disk.map(
                d -> new OnDisk(d.file(), d.fileAttempt(), ConfigVersion.NONE, 0, d.votes(), d.expectedVotes())));
    }

    /// Keeps the document at hand, in case this node has to send it as the elected one.
    private OwnDisk done(Optional<OnDisk> now) {
        List<Document> documents = new ArrayList<>(atHand);
        if (doing instanceof Doing.Writing(Optional<Document> document)) {
            document.ifPresent(documents::add);
        }
        int from = Math.max(0, documents.size() - AT_HAND_MAX);
        return new OwnDisk(now, documents.subList(from, documents.size()), new Doing.Nothing());
    }

    OwnDisk refused(long untilMs, String why) {
        return new OwnDisk(disk, atHand, new Doing.Resting(untilMs, why));
    }

    /// As time passes.
    OwnDisk at(long nowMs) {
        return doing instanceof Doing.Resting(long untilMs, String _) && nowMs >= untilMs
                ? new OwnDisk(disk, atHand, new Doing.Nothing())
                : this;
    }

    /// Why the disk has refused, until it is tried again; empty for nothing of the kind.
    String trouble() {
        return doing instanceof Doing.Resting(long _, String why) ? why : "";
    }

    /// When to look again without an event; [Long#MAX_VALUE] for never.
    long nextMs() {
        return doing instanceof Doing.Resting(long untilMs, String _) ? untilMs : Long.MAX_VALUE;
    }

    OwnDisk begun(CcsEffect write) {
        return switch (write) {
            case CcsEffect.Stage(Document document, long _) -> writing(Optional.of(document));
            case CcsEffect.Install(Document document, long _, boolean _) -> writing(Optional.of(document));
            case CcsEffect.Discard() -> writing(Optional.empty());
            case CcsEffect.Send _, CcsEffect.Look _, CcsEffect.Announce _, CcsEffect.Answer _, CcsEffect.Log _ ->
                throw new IllegalStateException("no work for a disk: " + write);
        };
    }

    /// Whether the node came with a file from before this one, which it wasn't there to hear of.
    boolean isBehind(Document inForce) {
        return disk.filter(have -> have.file().number() >= 0
                        && have.file().number() < inForce.version().number()
                        && !have.has(inForce.version()))
                .isPresent();
    }

    private OwnDisk writing(Optional<Document> document) {
        return new OwnDisk(disk, atHand, new Doing.Writing(document));
    }

    /// What to do next: a proposal is to be staged, the document in force to be installed, litter to be
    /// removed.
    Optional<CcsEffect> due(Choice choice) {
        if (disk.isEmpty() || !(doing instanceof Doing.Nothing)) {
            return Optional.empty();
        }
        OnDisk have = disk.get();
        Optional<Pending> pending = choice.pending();
        if (pending.isPresent() && !have.has(pending.get().document().version())) {
            return Optional.of(
                    new CcsEffect.Stage(pending.get().document(), pending.get().attempt()));
        }
        if (!(choice instanceof InForce now)) {
            return Optional.empty();
        }
        if (!have.file().equals(now.document().version())) {
            boolean foreign = have.file().number() >= now.document().version().number();
            return Optional.of(new CcsEffect.Install(now.document(), now.attempt(), foreign));
        }
        return pending.isEmpty() && !have.staged().equals(ConfigVersion.NONE)
                ? Optional.of(new CcsEffect.Discard())
                : Optional.empty();
    }
}
