package io.muster.lvs.daemon;

import io.muster.daemon.Layout;
import io.muster.driver.FlightRecorder;
import io.muster.driver.Recorder;
import io.muster.lvs.LvsdEffect;
import io.muster.lvs.LvsdEvent;
import io.muster.lvs.LvsdRecord;
import io.muster.lvs.LvsdRecorder;
import io.muster.lvs.LvsdStep;
import io.muster.lvs.Reconciler;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// lvsd's flight record on disk, as long as lvsd runs. Thread: any.
final class FlightRecord implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("lvsd");
    private static final long FLUSH_MS = 1_000;

    private final EventLoop loop;
    private final FlightRecorder<LvsdStep, Object> file;
    private final LvsdRecorder recorder;
    private final AtomicBoolean closed = new AtomicBoolean();

    private FlightRecord(EventLoop loop, FlightRecorder<LvsdStep, Object> file, LvsdRecorder recorder) {
        this.loop = loop;
        this.file = file;
        this.recorder = recorder;
    }

    /// @return null when the disk says no: lvsd works without
    static @Nullable FlightRecord open(Layout layout, Reconciler core, EventLoop loop) {
        var record = new LvsdRecord(core);
        try {
            var file = FlightRecorder.open(layout.record(LvsdRecord.NAME), record, LvsdRecord.LIMITS);
            var recorder = record.recorder(file, e -> LOG.error("no flight record from here on", e));
            return new FlightRecord(loop, file, recorder);
        } catch (IOException e) {
            LOG.warn("no flight record: {}", e.toString());
            return null;
        }
    }

    Recorder<LvsdEvent, LvsdEffect> recorder() {
        return recorder;
    }

    /// Writes what is left. After the driver has taken its last step.
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (loop.inEventLoop()) {
            recorder.flush();
        } else {
            loop.submit(recorder::flush).awaitUninterruptibly(FLUSH_MS, TimeUnit.MILLISECONDS);
        }
        file.close();
    }
}
