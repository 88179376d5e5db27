package io.muster.os;

import io.muster.finding.Why;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Kernel settings that a daemon changes while it runs and puts back when it ends.
///
/// What they were stands in a file before they are touched, until they are put back: whoever is killed at any point
/// between, and is started again, still knows. Notes of another boot are void, since the kernel has forgotten too:
///
/// ```
/// boot 7c7c36ee-1dfc-4a8e-9d39-9f2b0bdbd9fe
/// net.ipv4.vs.conn_reuse_mode 2
/// ```
///
/// Thread: one that may block, [#set] from any.
public final class BorrowedSettings {
    private static final String BOOT = "kernel.random.boot_id";

    private final Path file;
    private final KernelSettings kernel;
    private final TreeMap<String, String> former = new TreeMap<>();

    /// @param file of these settings and no others
    public BorrowedSettings(Path file, KernelSettings kernel) {
        this.file = file;
        this.kernel = kernel;
    }

    /// Notes what is now, unless an earlier life has noted what was.
    ///
    /// @return those that this kernel has
    /// @throws IOException when the notes can't be written: they are put back then only by this very object
    public SortedSet<String> borrow(Collection<String> names) throws IOException {
        var present = new TreeSet<String>();
        try {
            SortedMap<String, String> noted = noted();
            former.putAll(noted);
            look(names, present);
            if (!former.equals(noted)) {
                note();
            }
        } catch (IOException e) {
            look(names, present);
            throw e;
        }
        return Collections.unmodifiableSortedSet(present);
    }

    private void look(Collection<String> names, Collection<String> present) {
        for (String name : names) {
            kernel.setting(name).ifPresent(value -> {
                present.add(name);
                former.putIfAbsent(name, value);
            });
        }
    }

    /// Sets one of those borrowed.
    public void set(String name, String value) throws IOException {
        if (!kernel.setting(name).equals(Optional.of(value))) {
            kernel.set(name, value);
        }
    }

    /// Sets all to what they were, and forgets that.
    ///
    /// @return what went wrong, a line each. A setting that can't be put back stays noted
    public List<String> putBack() {
        var problems = new ArrayList<String>();
        try {
            noted().forEach(former::putIfAbsent);
        } catch (IOException e) {
            problems.add("can't read " + file + ": " + Why.reason(e));
        }
        for (Map.Entry<String, String> each : List.copyOf(former.entrySet())) {
            try {
                set(each.getKey(), each.getValue());
                former.remove(each.getKey());
            } catch (IOException e) {
                problems.add("can't set " + each.getKey() + " back to " + each.getValue() + ": " + e.getMessage());
            }
        }
        try {
            note();
        } catch (IOException e) {
            problems.add("can't write " + file + ": " + Why.reason(e));
        }
        return problems;
    }

    private void note() throws IOException {
        if (former.isEmpty()) {
            AtomicFile.delete(file);
            return;
        }
        var text = new StringBuilder("boot ").append(boot()).append('\n');
        former.forEach(
                (name, value) -> text.append(name).append(' ').append(value).append('\n'));
        AtomicFile.publish(file, text.toString());
    }

    private SortedMap<String, String> noted() throws IOException {
        var found = new TreeMap<String, String>();
        List<String> lines = OwnText.lines(file).orElse(List.of());
        if (!lines.isEmpty() && lines.getFirst().equals("boot " + boot())) {
            for (String line : lines.subList(1, lines.size())) {
                int blank = line.indexOf(' ');
                if (blank > 0) {
                    found.put(line.substring(0, blank), line.substring(blank + 1));
                }
            }
        }
        return found;
    }

    private String boot() {
        return kernel.setting(BOOT).orElse("unknown");
    }
}
