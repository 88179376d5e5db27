package io.muster.membership;

import io.muster.core.Node;
import io.muster.membership.CmanEffect.Result;
import io.muster.membership.CmanEffect.Severity;
import io.muster.totem.RingEvent;
import java.util.ArrayList;
import java.util.List;

/// What one step of [Cman] has decided so far, in the order to do it.
final class CmanOut {
    private static final int NOBODY = 0;

    private final Node self;
    private List<CmanEffect> effects = new ArrayList<>();

    CmanOut(Node self) {
        this.self = self;
    }

    /// The next step decides nothing yet; what the last one decided belongs to whoever was given it.
    void begin() {
        effects = new ArrayList<>();
    }

    List<CmanEffect> effects() {
        return effects;
    }

    void add(CmanEffect effect) {
        effects.add(effect);
    }

    void toRing(RingEvent event) {
        effects.add(new CmanEffect.ToRing(event));
    }

    void answer(int client, int request, Result result, String text) {
        if (client != NOBODY) {
            effects.add(new CmanEffect.Answer(client, request, result, text));
        }
    }

    void say(Severity severity, String text) {
        effects.add(new CmanEffect.Say(severity, "node=" + self.nodeid() + " " + text));
    }
}
