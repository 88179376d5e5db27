package io.muster.nanny;

import io.muster.nanny.CareEffect.Level;
import java.util.List;
import java.util.OptionalInt;

/// The server's place in the table: what it should be, and how far that has come. What the table refuses
/// is told once and tried again.
///
/// Thread: the core's.
final class Placing {
    /// How far it is.
    sealed interface Step {
        /// Nothing is to be done.
        record Done() implements Step {}

        /// The table has been asked and hasn't answered.
        record Asked(OptionalInt weight) implements Step {}

        /// It has refused.
        ///
        /// @param againMs when it is asked again, in monotonic milliseconds
        record Refused(long againMs) implements Step {}
    }

    private final long againAfterMs;
    private OptionalInt wanted = OptionalInt.empty();
    private Step step = new Step.Done();

    /// The refusal that was told last, "" after a success.
    private String told = "";

    /// @param againAfterMs from a refusal to the next try
    Placing(long againAfterMs) {
        this.againAfterMs = againAfterMs;
    }

    /// All of it, but for what is configured.
    record Image(OptionalInt wanted, Step step, String told) {}

    Image image() {
        return new Image(wanted, step, told);
    }

    void resume(Image image) {
        wanted = image.wanted();
        step = image.step();
        told = image.told();
    }

    /// It has it already.
    void found(OptionalInt weight) {
        wanted = weight;
    }

    void want(OptionalInt weight, List<CareEffect> out) {
        wanted = weight;
        if (!(step instanceof Step.Asked)) {
            ask(out);
        }
    }

    private void ask(List<CareEffect> out) {
        step = new Step.Asked(wanted);
        out.add(new CareEffect.Place(wanted));
    }

    /// @return whether the table has what is wanted
    boolean placed(List<CareEffect> out) {
        if (!(step instanceof Step.Asked(OptionalInt asked))) {
            return false;
        }
        told = "";
        step = new Step.Done();
        if (!asked.equals(wanted)) {
            ask(out);
        }
        return step instanceof Step.Done;
    }

    /// @return whether what is wanted was refused, and not something that was wanted before
    boolean refused(String reason, long nowMs, List<CareEffect> out) {
        if (!(step instanceof Step.Asked(OptionalInt asked))) {
            return false;
        }
        if (!reason.equals(told)) {
            told = reason;
            out.add(new CareEffect.Log(Level.ERROR, reason + ": tried again every " + againAfterMs + " ms"));
        }
        if (!asked.equals(wanted)) {
            ask(out);
            return false;
        }
        step = new Step.Refused(nowMs + againAfterMs);
        return true;
    }

    void tick(long nowMs, List<CareEffect> out) {
        if (nowMs >= nextMs()) {
            ask(out);
        }
    }

    long nextMs() {
        return step instanceof Step.Refused(long againMs) ? againMs : Long.MAX_VALUE;
    }
}
