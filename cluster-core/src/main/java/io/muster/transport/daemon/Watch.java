package io.muster.transport.daemon;

import io.muster.finding.Why;
import io.muster.transport.ClusterKey;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks now and then at what the loop mustn't wait for: whether the key file has changed, and whether
/// a name that had no address has one now.
///
/// Thread: the loop's timer starts each look on a virtual thread; what it finds goes to the consumers,
/// which hand it to the loop. A look that hangs with its disk is the only one until it ends.
final class Watch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("cman");
    private static final long PAUSE_MS = 2000;
    private static final int RESOLVE_EVERY = 5;

    private final Path keyFile;
    private final Consumer<ClusterKey> rekey;
    private final Runnable resolve;
    private final Future<?> timer;
    private final AtomicBoolean looking = new AtomicBoolean();
    private @Nullable FileTime seen;
    private long looks;

    /// @param resolve called every 10 s
    Watch(EventLoop loop, Path keyFile, Consumer<ClusterKey> rekey, Runnable resolve) {
        this.keyFile = keyFile;
        this.rekey = rekey;
        this.resolve = resolve;
        this.seen = changed();
        this.timer = loop.scheduleWithFixedDelay(this::due, PAUSE_MS, PAUSE_MS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        timer.cancel(false);
    }

    private void due() {
        if (looking.compareAndSet(false, true)) {
            Thread.ofVirtual().name("transport-watch").start(() -> {
                try {
                    look();
                } finally {
                    looking.set(false);
                }
            });
        }
    }

    private void look() {
        lookAtKey();
        if (++looks % RESOLVE_EVERY == 0) {
            resolve.run();
        }
    }

    private void lookAtKey() {
        FileTime now = changed();
        if (now == null || now.equals(seen)) {
            return;
        }
        seen = now;
        try {
            rekey.accept(KeyFile.read(keyFile));
        } catch (IOException e) {
            LOG.warn("the changed key isn't used: {}", Why.of(e));
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
