package io.muster.transport.daemon;

import io.muster.os.BorrowedSettings;
import io.muster.os.KernelSettings;
import io.muster.os.Sysctl;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has the kernel repeat an unanswered question for a neighbour's hardware address after 100 ms instead of a second
/// (`retrans_time_ms`), on the interfaces of the ring and while cman runs; a shorter time of the administrator's
/// stays. Notes what was ([BorrowedSettings]), so that it is put back also by the next life of one that was killed.
///
/// Where that isn't allowed the ring works with worse odds. Thread: any, and may block.
final class QuickQuestions {
    private static final Logger LOG = LoggerFactory.getLogger("cman");
    private static final int REPEAT_MS = 100;
    private static final List<String> FAMILIES = List.of("ipv4", "ipv6");

    private final KernelSettings kernel;
    private final BorrowedSettings settings;
    private final SortedSet<String> done = new TreeSet<>();
    private boolean over;

    QuickQuestions(Path notes, KernelSettings kernel) {
        this.kernel = kernel;
        this.settings = new BorrowedSettings(notes, kernel);
    }

    /// Sees to these interfaces, too.
    synchronized void on(Set<String> devices) {
        if (over || !done.addAll(devices)) {
            return;
        }
        List<String> wanted = new ArrayList<>();
        for (String device : devices) {
            for (String family : FAMILIES) {
                String name = Sysctl.ofNeighbours(family, device, "retrans_time_ms");
                if (kernel.setting(name).flatMap(QuickQuestions::number).orElse(0) > REPEAT_MS) {
                    wanted.add(name);
                }
            }
        }
        try {
            for (String name : settings.borrow(wanted)) {
                settings.set(name, Integer.toString(REPEAT_MS));
            }
        } catch (IOException e) {
            LOG.info("unanswered questions for neighbours are repeated as the kernel likes: {}", e.getMessage());
        }
    }

    /// Sets what was.
    synchronized void putBack() {
        over = true;
        settings.putBack().forEach(LOG::warn);
    }

    private static Optional<Integer> number(String text) {
        try {
            return Optional.of(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
