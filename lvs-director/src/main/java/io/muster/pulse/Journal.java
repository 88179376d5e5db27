package io.muster.pulse;

import io.muster.pulse.PulseEffect.Say;
import java.util.ArrayList;
import java.util.List;

/// The effects of one event as they gather. Thread: the core's.
final class Journal {
    private List<PulseEffect> effects = new ArrayList<>();

    void begin() {
        effects = new ArrayList<>();
    }

    List<PulseEffect> effects() {
        return effects;
    }

    void add(PulseEffect effect) {
        effects.add(effect);
    }

    void say(String text) {
        effects.add(new Say(false, text));
    }

    void warn(String text) {
        effects.add(new Say(true, text));
    }
}
