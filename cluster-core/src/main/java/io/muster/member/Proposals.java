package io.muster.member;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What this member has said to its group and waits to come out of the log: part of the local half of a
/// core.
///
/// cman hands a message on exactly once, in the order said. Even so a proposal can come to nothing: in a
/// transitional configuration it may count for nothing, and what was sent from a state that has since
/// been replaced is dropped with it. So a core asks on each pass for everything it wants, and what is
/// wanted but not under way is said:
///
/// | | |
/// |---|---|
/// | wanted, not under way | said |
/// | wanted, under way | said again when the time is over |
/// | it has come out of the log ([#landed]) and is still wanted | said again at once |
/// | it isn't wanted any more, or the state was replaced ([#forget]) | forgotten |
///
/// What is proposed must bear being delivered twice. A pass ends with [#settle]. Thread: the core's.
///
/// @param <K> what makes a proposal this one and no other: the message itself, or what of it counts. A
///     record that is equal to its like
public final class Proposals<K> {
    private final long againMs;
    private final Map<K, Long> underWay = new LinkedHashMap<>();
    private final Set<K> wanted = new HashSet<>();

    /// @param againMs after how long without a sign of it a proposal counts as lost
    public Proposals(long againMs) {
        this.againMs = againMs;
    }

    /// A proposal under way, for the image of the core that owns it.
    ///
    /// @param dueMs when it is to be said again
    public record Said<K>(K what, long dueMs) {}

    /// Asks for a proposal. True when it is to be sent now.
    public boolean say(K what, long nowMs) {
        wanted.add(what);
        Long dueMs = underWay.get(what);
        if (dueMs != null && nowMs < dueMs) {
            return false;
        }
        underWay.put(what, nowMs + againMs);
        return true;
    }

    /// It has come out of the log, and whatever it was to do has happened or never will.
    public void landed(K what) {
        underWay.remove(what);
    }

    /// The state was replaced: nothing that was said before can be relied on.
    public void forget() {
        underWay.clear();
    }

    /// Ends a pass: what nobody has asked for since the last one is forgotten.
    ///
    /// @return when a proposal is next to be said again; [Long#MAX_VALUE] for never
    public long settle() {
        underWay.keySet().retainAll(wanted);
        wanted.clear();
        long nextMs = Long.MAX_VALUE;
        for (long dueMs : underWay.values()) {
            nextMs = Math.min(nextMs, dueMs);
        }
        return nextMs;
    }

    /// What is under way, in the order first said; meaningful between passes.
    public List<Said<K>> underWay() {
        List<Said<K>> said = new ArrayList<>();
        underWay.forEach((what, dueMs) -> said.add(new Said<>(what, dueMs)));
        return said;
    }

    /// Goes on from what [#underWay] returned.
    public void resume(List<Said<K>> said) {
        underWay.clear();
        wanted.clear();
        said.forEach(one -> underWay.put(one.what(), one.dueMs()));
    }
}
