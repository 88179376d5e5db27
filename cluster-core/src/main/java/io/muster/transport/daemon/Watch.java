package io.muster.transport.daemon;

import io.muster.transport.ClusterKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks now and then at what the loop mustn't wait for: whether the key file has changed, and whether a name that had
/// no
/// address has one now.
///
/// Thread: a virtual one of its own; what it finds goes to the consumers, which hand it to the loop.
final class Watch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
    private static final long PAUSE_MS = 2000;
    private static final int RESOLVE_EVERY = 5;

    private final Path keyFile;
    private final Consumer<ClusterKey> rekey;
    private final Runnable resolve;
    private final Thread thread;
    private @Nullable FileTime seen;

    /// @param resolve called every 10 s
    Watch(Path keyFile, Consumer<ClusterKey> rekey, Runnable resolve) {
        this.keyFile = keyFile;
        this.rekey = rekey;
        this.resolve = resolve;
        this.seen = changed();
        this.thread = Thread.ofVirtual().name("transport-watch").start(this::run);
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        try {
            for (int i = 1; !Thread.currentThread().isInterrupted(); i++) {
                Thread.sleep(PAUSE_MS);
                look();
                if (i % RESOLVE_EVERY == 0) {
                    resolve.run();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        FileTime now = changed();
        if (now == null || now.equals(seen)) {
            return;
        }
        seen = now;
        try {
            rekey.accept(KeyFile.read(keyFile));
        } catch (IOException e) {
            LOG.warn("the changed key isn't used: {}", e.getMessage());
        }
    }

    private @Nullable FileTime changed() {
        try {
            return Files.getLastModifiedTime(keyFile);
        } catch (IOException e) {
            // Gone, or the disk doesn't answer: the key in memory goes on.
            return null;
        }
    }
}
