package io.muster.lvs.daemon;

import io.muster.os.Sysctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The kernel's switches that make draining work, set while lvsd runs. What they were stands in a file from before
/// they are touched, so that an lvsd killed and started again still knows; a file of another boot is void.
///
/// | below `net.ipv4.vs` | value | why |
/// |---|---|---|
/// | `expire_quiescent_template` | 1 | a drained server keeps no client by persistence |
/// | `expire_nodest_conn` | 1 | connections of a deleted destination end instead of being swallowed |
/// | `conn_reuse_mode` | 1 | a client that reuses its port is scheduled anew, not sent to a drained server |
final class DrainSysctls {
    private static final Logger LOG = LoggerFactory.getLogger(DrainSysctls.class);
    private static final String PREFIX = "net.ipv4.vs.";
    private static final String BOOT = "kernel.random.boot_id";
    private static final SequencedMap<String, String> WANTED = wanted();

    /// Where settings live.
    interface Settings {
        Optional<String> get(String name);

        void set(String name, String value) throws IOException;
    }

    /// This machine's.
    static final Settings MACHINE = new Settings() {
        @Override
        public Optional<String> get(String name) {
            return Sysctl.get(name);
        }

        @Override
        public void set(String name, String value) throws IOException {
            Sysctl.set(name, value);
        }
    };

    private final Path file;
    private final Settings settings;

    DrainSysctls(Path file, Settings settings) {
        this.file = file;
        this.settings = settings;
    }

    private static SequencedMap<String, String> wanted() {
        var wanted = new LinkedHashMap<String, String>();
        wanted.put("expire_quiescent_template", "1");
        wanted.put("expire_nodest_conn", "1");
        wanted.put("conn_reuse_mode", "1");
        return wanted;
    }

    /// Notes what is, then sets what is wanted. What this kernel hasn't is passed over.
    void set() {
        Map<String, String> before = saved();
        try {
            var changes = new TreeMap<String, String>();
            WANTED.forEach((name, value) -> settings.get(PREFIX + name).ifPresent(present -> {
                before.putIfAbsent(name, present);
                if (!present.equals(value)) {
                    changes.put(name, value);
                }
            }));
            if (before.isEmpty()) {
                return;
            }
            save(before);
            for (Map.Entry<String, String> change : changes.entrySet()) {
                settings.set(PREFIX + change.getKey(), change.getValue());
            }
        } catch (IOException e) {
            LOG.warn("can't set {}*: {}: draining may take longer", PREFIX, e.getMessage());
        }
    }

    /// Sets what was, and forgets it.
    void restore() {
        for (Map.Entry<String, String> each : saved().entrySet()) {
            try {
                if (!settings.get(PREFIX + each.getKey()).equals(Optional.of(each.getValue()))) {
                    settings.set(PREFIX + each.getKey(), each.getValue());
                }
            } catch (IOException e) {
                LOG.warn("can't set {}{} back to {}: {}", PREFIX, each.getKey(), each.getValue(), e.getMessage());
            }
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("can't remove {}: {}", file, e.getMessage());
        }
    }

    private void save(Map<String, String> values) throws IOException {
        var text = new StringBuilder("boot ").append(boot()).append('\n');
        values.forEach(
                (name, value) -> text.append(name).append(' ').append(value).append('\n'));
        HoldingsFile.replace(file, text.toString());
    }

    private Map<String, String> saved() {
        var found = new TreeMap<String, String>();
        try {
            Function<String, String[]> words = line -> line.strip().split(" ", 2);
            var lines = Files.readAllLines(file).stream().map(words).toList();
            if (!lines.isEmpty() && lines.getFirst().length == 2 && lines.getFirst()[1].equals(boot())) {
                lines.stream()
                        .skip(1)
                        .filter(line -> line.length == 2 && WANTED.containsKey(line[0]))
                        .forEach(line -> found.put(line[0], line[1]));
            }
        } catch (NoSuchFileException e) {
            return found;
        } catch (IOException e) {
            LOG.warn("can't read {}: {}", file, e.getMessage());
        }
        return found;
    }

    private String boot() {
        return settings.get(BOOT).orElse("unknown");
    }
}
