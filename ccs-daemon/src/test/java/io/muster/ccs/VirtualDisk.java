package io.muster.ccs;

import io.muster.ccs.daemon.ConfigStore;
import io.muster.config.ConfigReader;
import io.muster.daemon.Layout;
import io.muster.machine.Files;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What survives a crash of a node, with the store that ships upon it. It keeps the promise of [Files]:
/// whatever happens, of each file the old or the new content is there, whole. It may be full, or not
/// say what is on it, and the power may fail between any two changes.
final class VirtualDisk implements Files {
    /// The power has failed; nothing after it was done.
    static final class PowerLoss extends RuntimeException {
        private static final long serialVersionUID = 1;

        PowerLoss() {
            super("the power is gone");
        }
    }

    private static final Layout LAYOUT = Layout.under(Path.of("/node"));

    final ConfigStore store = new ConfigStore(LAYOUT, this);
    boolean full;
    boolean unreadable;
    private final Random dice;
    private final SortedMap<Path, byte[]> files = new TreeMap<>();
    private int changesLeft = Integer.MAX_VALUE;

    VirtualDisk(Random dice) {
        this.dice = dice;
    }

    /// As with an editor: nothing else knows of it.
    void put(@Nullable Document document) {
        if (document == null) {
            files.remove(LAYOUT.clusterConf());
        } else {
            files.put(LAYOUT.clusterConf(), document.octets());
        }
    }

    /// The node's cluster.conf.
    @Nullable
    Document file() {
        return document(LAYOUT.clusterConf());
    }

    /// What it came with and the cluster hasn't taken.
    List<Document> aside() {
        return files.keySet().stream()
                .filter(path -> path.toString().contains(".refused-"))
                .map(this::document)
                .toList();
    }

    /// What it holds, staged or not, whether it says so or not.
    List<Document> documents() {
        boolean was = unreadable;
        unreadable = false;
        try {
            return store.found(1).documents();
        } catch (IOException e) {
            throw new AssertionError(e);
        } finally {
            unreadable = was;
        }
    }

    private @Nullable Document document(Path path) {
        return Optional.ofNullable(files.get(path)).flatMap(Document::of).orElse(null);
    }

    /// Does some work during which the power fails, at any place or just behind it.
    void interrupted(Work work) throws IOException {
        changesLeft = dice.nextInt(5);
        try {
            work.run();
        } catch (PowerLoss e) {
            // What was done is done.
        } finally {
            changesLeft = Integer.MAX_VALUE;
        }
    }

    @FunctionalInterface
    interface Work {
        CcsEvent run() throws IOException;
    }

    private void change(Runnable change, boolean needsSpace) throws IOException {
        if (full && needsSpace) {
            throw new IOException("No space left on device");
        }
        if (changesLeft-- == 0) {
            if (dice.nextBoolean()) {
                change.run();
            }
            throw new PowerLoss();
        }
        change.run();
    }

    @Override
    public Optional<byte[]> read(Path file, int mostBytes) throws IOException {
        if (unreadable) {
            throw new IOException("Input/output error");
        }
        byte[] octets = files.get(file);
        if (octets != null && octets.length > Math.min(mostBytes, ConfigReader.MAX_BYTES)) {
            throw new AssertionError(file + " is too long");
        }
        return Optional.ofNullable(octets).map(byte[]::clone);
    }

    @Override
    public void write(Path file, byte[] octets) throws IOException {
        byte[] own = octets.clone();
        change(() -> files.put(file, own), true);
    }

    @Override
    public void writeSecret(Path file, byte[] octets) throws IOException {
        write(file, octets);
    }

    @Override
    public void delete(Path file) throws IOException {
        change(() -> files.remove(file), false);
    }

    @Override
    public boolean exists(Path file) {
        return files.containsKey(file);
    }

    @Override
    public boolean executable(Path file) {
        return false;
    }

    @Override
    public Optional<Path> real(Path file) {
        return exists(file) ? Optional.of(file) : Optional.empty();
    }

    @Override
    public List<Path> list(Path directory) {
        return files.keySet().stream()
                .filter(file -> directory.equals(file.getParent()))
                .toList();
    }
}
