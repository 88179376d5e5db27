package io.muster.lvs;

import io.muster.lvs.LvsdEffect.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The effects of one event as they gather, and which lines were said already.
final class Journal {
    private static final int MOST_SAID = 10_000;

    private final Set<String> said = new HashSet<>();
    private List<LvsdEffect> effects = new ArrayList<>();

    /// All of it: what was said.
    Set<String> image() {
        return Set.copyOf(said);
    }

    void resume(Set<String> image) {
        said.clear();
        said.addAll(image);
    }

    void begin() {
        effects = new ArrayList<>();
    }

    List<LvsdEffect> effects() {
        return effects;
    }

    void add(LvsdEffect effect) {
        effects.add(effect);
    }

    void log(Level level, String line) {
        effects.add(new LvsdEffect.Log(level, line));
    }

    /// Says a line the first time that there is reason to.
    void once(String key, Level level, String line) {
        if (said.size() < MOST_SAID && said.add(key)) {
            log(level, line);
        }
    }

    /// Says that the reason is gone, if it was said that there was one.
    void over(String key, String line) {
        if (said.remove(key)) {
            log(Level.INFO, line);
        }
    }

    void forget(String key) {
        said.remove(key);
    }

    /// Everything may be said again.
    void forgetAll() {
        said.clear();
    }
}
