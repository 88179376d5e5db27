package io.muster.pulse;

import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// Why this director can't be active now, and the monitored links that are down. Thread: the core's.
final class Inhibitors {
    private final TreeSet<Inhibitor> set = new TreeSet<>();
    private final TreeSet<String> linksDown = new TreeSet<>();

    /// All of it.
    record Image(SortedSet<Inhibitor> set, SortedSet<String> linksDown) {}

    Image image() {
        return new Image(new TreeSet<>(set), new TreeSet<>(linksDown));
    }

    void resume(Image image) {
        set.clear();
        set.addAll(image.set());
        linksDown.clear();
        linksDown.addAll(image.linksDown());
    }

    boolean none() {
        return set.isEmpty();
    }

    Set<Inhibitor> all() {
        return Set.copyOf(set);
    }

    boolean childFailed() {
        return set.contains(Inhibitor.CHILDFAIL);
    }

    void childFails() {
        set.add(Inhibitor.CHILDFAIL);
    }

    /// @return whether it had failed
    boolean childRecovers() {
        return set.remove(Inhibitor.CHILDFAIL);
    }

    /// @return whether that is news
    boolean link(String device, boolean up) {
        boolean changed = up ? linksDown.remove(device) : linksDown.add(device);
        if (linksDown.isEmpty()) {
            set.remove(Inhibitor.LINKFAIL);
        } else {
            set.add(Inhibitor.LINKFAIL);
        }
        return changed;
    }

    boolean linksUp() {
        return linksDown.isEmpty();
    }

    /// The devices of the links that are down.
    String linksDown() {
        return linksDown.toString();
    }

    @Override
    public String toString() {
        return set.toString();
    }
}
