package io.muster.resource;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What the ledger of this node is to say, what it says, and the write that is under way: one at a time, always of the
/// whole.
///
/// A service is in it from before its first agent is started until its last stop has succeeded, together with how it
/// was built. One that can't be read any more has no tree, and nobody knows how to stop it.
///
/// Thread: the core's.
final class Listing {
    private static final long AGAIN_MS = 1_000;
    private static final long NEVER = Long.MAX_VALUE;

    private final SortedMap<String, Optional<ResourceNode>> wanted = new TreeMap<>();
    private final SortedMap<String, Optional<ResourceNode>> written = new TreeMap<>();

    /// Nobody knows what runs here: the ledger says so by what it is, and stays that until everything was stopped.
    private boolean all;

    /// Whether the file is another than [#written] says.
    private boolean stale;

    /// Whether the last write failed: another follows, whatever it is to say. Who waits for what was taken back in
    /// the meantime would wait for ever otherwise.
    private boolean failed;

    private long writes;
    private Optional<Write> underway = Optional.empty();
    private long againMs;

    /// A write that hasn't ended.
    record Write(long number, SortedMap<String, Optional<ResourceNode>> services) {
        Write {
            services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
        }
    }

    /// The whole of it.
    record Image(
            SortedMap<String, Optional<ResourceNode>> wanted,
            SortedMap<String, Optional<ResourceNode>> written,
            boolean all,
            boolean stale,
            boolean failed,
            long writes,
            Optional<Write> underway,
            long againMs) {
        Image {
            wanted = Collections.unmodifiableSortedMap(new TreeMap<>(wanted));
            written = Collections.unmodifiableSortedMap(new TreeMap<>(written));
        }
    }

    Image image() {
        return new Image(wanted, written, all, stale, failed, writes, underway, againMs);
    }

    void restore(Image image) {
        wanted.clear();
        wanted.putAll(image.wanted());
        written.clear();
        written.putAll(image.written());
        all = image.all();
        stale = image.stale();
        failed = image.failed();
        writes = image.writes();
        underway = image.underway();
        againMs = image.againMs();
    }

    /// This is what an earlier run has left.
    void found(boolean everything, SortedMap<String, Optional<ResourceNode>> services) {
        all = everything;
        stale = everything;
        wanted.putAll(services);
        written.putAll(services);
    }

    /// Whether anything may run here.
    boolean all() {
        return all;
    }

    /// All that could be stopped is: what is left is known by name from here on. That is written down also when it is
    /// nothing and was nothing before: where there is no ledger, nobody could tell when this daemon is killed.
    void known() {
        all = false;
        stale |= writes == 0;
    }

    /// Whether something of the service may run.
    boolean lists(String service) {
        return wanted.containsKey(service);
    }

    /// What is to be in the ledger.
    SortedSet<String> listed() {
        return new TreeSet<>(wanted.keySet());
    }

    /// Whether it is in the ledger, and how it is built is not.
    boolean unreadable(String service) {
        return Optional.empty().equals(wanted.get(service));
    }

    /// Something of it may run, and nobody knows how to stop it.
    void keep(String service) {
        wanted.putIfAbsent(service, Optional.empty());
    }

    /// Whether it is written down durably that this may run, and stays so: a write under way, or one that failed, may
    /// have taken it out. While all may run, that is written down.
    boolean holds(String service, ResourceNode root) {
        Optional<ResourceNode> said = Optional.of(root);
        return all
                || !stale
                        && !failed
                        && said.equals(written.get(service))
                        && underway.map(write -> said.equals(write.services().get(service)))
                                .orElse(true);
    }

    /// Something of it may run from now on.
    ///
    /// @return whether that has to be written first
    boolean list(String service, ResourceNode root) {
        wanted.put(service, Optional.of(root));
        return hurried(!holds(service, root));
    }

    /// Nothing of it runs any more.
    ///
    /// @return whether there is something to write
    boolean drop(String service) {
        return hurried(wanted.remove(service) != null && !all);
    }

    private boolean hurried(boolean awaited) {
        if (awaited) {
            againMs = 0;
        }
        return awaited;
    }

    /// Nothing was started after all.
    void withdraw(String service) {
        Optional<ResourceNode> before = written.get(service);
        if (before == null) {
            wanted.remove(service);
        } else {
            wanted.put(service, before);
        }
    }

    /// What is to be written now; null for nothing.
    @Nullable
    Write due(long nowMs) {
        if (!owes() || underway.isPresent() || nowMs < againMs) {
            return null;
        }
        var write = new Write(++writes, wanted);
        underway = Optional.of(write);
        return write;
    }

    private boolean owes() {
        return !all && (stale || failed || !wanted.equals(written));
    }

    long nextDeadlineMs() {
        return owes() && underway.isEmpty() ? againMs : NEVER;
    }

    /// A write has ended.
    ///
    /// @return what it was to write; null for one that isn't waited for
    @Nullable
    Write ended(long number, boolean success, long nowMs) {
        if (underway.isEmpty() || underway.get().number() != number) {
            return null;
        }
        Write write = underway.get();
        underway = Optional.empty();
        failed = !success;
        if (success) {
            written.clear();
            written.putAll(write.services());
            stale = false;
            againMs = nowMs;
        } else {
            againMs = nowMs + AGAIN_MS;
        }
        return write;
    }

    /// Somebody waits: a failed write is no reason to wait for longer.
    void hurry(long nowMs) {
        againMs = nowMs;
    }

    /// Whether a write says of the service what is to be said now.
    boolean current(Write write, String service) {
        Optional<ResourceNode> said = write.services().get(service);
        Optional<ResourceNode> due = wanted.get(service);
        return said == null ? due == null : said.equals(due);
    }
}
