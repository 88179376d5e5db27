package io.muster.fence;

import io.muster.core.Node;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/// Looks for signs of life of runs that were members when agents had success against them. Local to whoever
/// speaks for the proof.
///
/// cman is asked as before an agent: its answer comes when a token of the present ring has gone round since.
/// That round began after the agent's success. A run that is a member when the answer comes took part in
/// it, so it outlived its fencing, and the proof is void.
///
/// | phase | then |
/// |---|---|
/// | `Asking` | yes: `Alive`; no: `Pausing` |
/// | `Pausing` | time over: `Asking` |
/// | `Alive` | ends when the log says so |
final class SignsOfLife {
    sealed interface Phase {
        /// cman was asked.
        record Asking(long check) implements Phase {}

        /// Until quorum may be back.
        record Pausing(long untilMs) implements Phase {}

        /// It was seen.
        record Alive() implements Phase {}
    }

    /// One run, the proof that its life would make void, and how far the look for it has come.
    record Look(Node run, Proof proof, Phase phase) {}

    private final SortedMap<Node, Look> looks = new TreeMap<>();

    /// All of it.
    List<Look> image() {
        return List.copyOf(looks.values());
    }

    void resume(List<Look> image) {
        looks.clear();
        image.forEach(look -> looks.put(look.run(), look));
    }

    void forget() {
        looks.clear();
    }

    /// Drops what isn't asked any more: other proof has come, or the run fell silent before it was seen.
    void keep(Predicate<Look> wanted) {
        looks.values().removeIf(look -> !wanted.test(look));
    }

    /// Whether cman is to be asked now, under that number.
    ///
    /// @return the time to come again; 0 when it is to be asked, [Long#MAX_VALUE] for an answer to wait for
    long due(Node run, Proof proof, long nowMs) {
        Look look = looks.get(run);
        if (look == null || !look.proof().equals(proof)) {
            return 0;
        }
        return switch (look.phase()) {
            case Phase.Asking _, Phase.Alive _ -> Long.MAX_VALUE;
            case Phase.Pausing(long untilMs) -> nowMs >= untilMs ? 0 : untilMs;
        };
    }

    void asks(Node run, Proof proof, long check) {
        looks.put(run, new Look(run, proof, new Phase.Asking(check)));
    }

    /// cman has answered; a run that is no member any more wasn't seen.
    void answered(long check, boolean yes, Predicate<Node> member, long againAtMs) {
        for (Map.Entry<Node, Look> entry : looks.entrySet()) {
            Look look = entry.getValue();
            if (look.phase() instanceof Phase.Asking(long asked) && asked == check) {
                boolean seen = yes && member.test(look.run());
                Phase next = seen ? new Phase.Alive() : new Phase.Pausing(againAtMs);
                entry.setValue(new Look(look.run(), look.proof(), next));
            }
        }
    }

    /// What is to be said: runs that were seen, and what their life makes void.
    List<Look> seen() {
        return looks.values().stream()
                .filter(look -> look.phase() instanceof Phase.Alive)
                .toList();
    }

    boolean seen(Node run, Proof proof) {
        Look look = looks.get(run);
        return look != null && look.proof().equals(proof) && look.phase() instanceof Phase.Alive;
    }
}
