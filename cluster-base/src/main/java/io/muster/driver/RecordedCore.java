package io.muster.driver;

import io.muster.core.CauseId;
import io.muster.core.Core;
import java.util.List;

/// A core that is recorded although no [EventDriver] drives it: in a simulation or a test.
///
/// Thread: the core's.
public final class RecordedCore<E, F> implements Core<E, F>, AutoCloseable {
    private final Core<E, F> core;
    private final FlightRecorder<E, F> recorder;
    private final CauseIds ids;

    public RecordedCore(Core<E, F> core, FlightRecorder<E, F> recorder, CauseIds ids) {
        this.core = core;
        this.recorder = recorder;
        this.ids = ids;
    }

    @Override
    public List<F> on(E event, long nowMs) {
        recorder.before(nowMs);
        List<F> effects = core.on(event, nowMs);
        recorder.after(nowMs, ids.next(), CauseId.NONE, event, effects);
        return effects;
    }

    @Override
    public long nextDeadlineMs() {
        return core.nextDeadlineMs();
    }

    @Override
    public void close() {
        recorder.close();
    }
}
