package io.muster.ccs;

import io.muster.config.ConfigVersion;
import java.util.Optional;

/// Which cluster.conf is the cluster's, as far as it has come to that.
///
/// | from | to | when |
/// |---|---|---|
/// | Unelected | Elected | the highest number on the disks of those that have a say |
/// | Elected | Unelected | whoever had it has gone |
/// | Elected | Spreading | its document has come; everybody writes it |
/// | Spreading | Elected | given up |
/// | Spreading | InForce | a quorum has it on disk |
/// | InForce | InForce, same document | an update begins or ends in nothing; probation ends |
/// | InForce | InForce, the update's document | a quorum has it on disk |
///
/// A document on its way may also gain a node that has it on disk. A number in force only grows, and
/// from there nothing leads back to nothing in force. What cman has in force is followed from anywhere
/// ([#mayFollow]).
sealed interface Choice {
    /// Nothing in force, and no say yet.
    record Unelected() implements Choice {
        @Override
        public String toString() {
            return "unelected";
        }
    }

    /// Nothing in force; this version will be, once one of those that have it has sent it.
    record Elected(ConfigVersion version) implements Choice {
        @Override
        public String toString() {
            return "elected " + version;
        }
    }

    /// Nothing in force; the elected document is being written by everybody.
    record Spreading(Pending first) implements Choice {
        @Override
        public String toString() {
            return "spreading " + first.document().version();
        }
    }

    /// What to go back to, and after how long without a word.
    record Probation(Document before, int sec) {}

    /// A document is in force.
    ///
    /// @param attempt that made it so
    /// @param update under way
    /// @param probation of `document`
    record InForce(Document document, long attempt, Optional<Update> update, Optional<Probation> probation)
            implements Choice {
        /// @throws IllegalArgumentException when the update doesn't go up
        public InForce {
            if (update.isPresent()) {
                Pending next = update.get().pending();
                if (next.document().version().number() <= document.version().number() || next.attempt() <= attempt) {
                    throw new IllegalArgumentException("attempt " + next.attempt() + " at " + next.document() + " over "
                            + attempt + " at " + document);
                }
            }
        }

        /// The first one.
        InForce(Pending first) {
            this(first.document(), first.attempt(), Optional.empty(), Optional.empty());
        }

        InForce with(Optional<Update> other) {
            return new InForce(document, attempt, other, probation);
        }

        InForce confirmed() {
            return new InForce(document, attempt, update, Optional.empty());
        }

        /// The update is in force.
        InForce after(Update done) {
            Optional<Probation> trial = done.probationSec() > 0
                    ? Optional.of(new Probation(document, done.probationSec()))
                    : Optional.empty();
            return new InForce(done.pending().document(), done.pending().attempt(), Optional.empty(), trial);
        }

        private boolean mayBecome(InForce next) {
            if (next.document.equals(document)) {
                boolean sameUpdate =
                        update.isEmpty() || next.update.isEmpty() || grown(update.get(), next.update.get());
                return next.attempt == attempt
                        && sameUpdate
                        && (next.probation.isEmpty() || next.probation.equals(probation));
            }
            return update.filter(done -> after(done).equals(next)).isPresent();
        }

        private static boolean grown(Update was, Update is) {
            return is.asked().equals(was.asked())
                    && is.probationSec() == was.probationSec()
                    && Choice.grown(was.pending(), is.pending());
        }

        @Override
        public String toString() {
            return "in force " + document.version()
                    + probation.map(trial -> " on probation").orElse("")
                    + update.map(next ->
                                    ", update to " + next.pending().document().version())
                            .orElse("");
        }
    }

    /// What is in force, if anything is.
    default Optional<Document> inForce() {
        return this instanceof InForce now ? Optional.of(now.document) : Optional.empty();
    }

    /// The document that everybody writes, if there is one.
    default Optional<Pending> pending() {
        return switch (this) {
            case Unelected _, Elected _ -> Optional.empty();
            case Spreading(Pending first) -> Optional.of(first);
            case InForce now -> now.update.map(Update::pending);
        };
    }

    /// Whether this can give way to what cman has in force.
    default boolean mayFollow(InForce next) {
        return next.equals(next.confirmed().with(Optional.empty()))
                && inForce()
                        .filter(now -> now.version().number()
                                > next.document().version().number())
                        .isEmpty();
    }

    /// Whether the table above has this step.
    default boolean mayBecome(Choice next) {
        return switch (this) {
            case Unelected _ -> next instanceof Elected;
            case Elected(ConfigVersion version) ->
                next instanceof Unelected
                        || (next instanceof Spreading(Pending first)
                                && first.document().version().equals(version));
            case Spreading(Pending first) ->
                switch (next) {
                    case Unelected _ -> false;
                    case Elected(ConfigVersion version) ->
                        version.equals(first.document().version());
                    case Spreading(Pending more) -> grown(first, more);
                    case InForce now -> now.equals(new InForce(first));
                };
            case InForce now -> next instanceof InForce then && now.mayBecome(then);
        };
    }

    private static boolean grown(Pending was, Pending is) {
        return is.attempt() == was.attempt()
                && is.document().equals(was.document())
                && is.onDisk().containsAll(was.onDisk());
    }
}
