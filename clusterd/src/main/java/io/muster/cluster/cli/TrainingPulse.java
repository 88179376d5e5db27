package io.muster.cluster.cli;

import io.muster.core.CauseId;
import io.muster.daemon.Layout;
import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordCodec;
import io.muster.driver.Recordable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// pulse with `--test-start`, which does nothing to the machine and so keeps no flight record, and a record beside it:
/// it is a fifth of what a real pulse loads.
public final class TrainingPulse {
    /// Something of each kind that the images of cores are made of.
    record Image(boolean on, int count, long atMs, String why, List<String> names, SortedMap<Integer, Long> times)
            implements Word {
        Image {
            names = List.copyOf(names);
            times = new TreeMap<>(times);
        }
    }

    /// An event, and an effect too.
    sealed interface Word permits Image {}

    private record Kept(RecordCodec codec) implements Recordable<Word, Word> {
        private static final Image IMAGE = new Image(true, 1, 2, "why", List.of("name"), new TreeMap<>(Map.of(1, 2L)));

        @Override
        public String name() {
            return "training";
        }

        @Override
        public Image image() {
            return IMAGE;
        }

        @Override
        public boolean notable(Word event, List<Word> effects) {
            return true;
        }
    }

    private TrainingPulse() {}

    public static void main(String[] args) throws ReflectiveOperationException, IOException {
        var layout = Layout.fromEnvironment();
        var record = new Kept(new RecordCodec(Word.class, Image.class));
        var recorder =
                FlightRecorder.open(layout.record("training"), record, FlightRecorder.Limits.onTrial(2, 64 << 10));
        for (int nowMs = 0; nowMs < 10; nowMs++) {
            recorder.before(nowMs);
            recorder.after(nowMs, CauseId.NONE, CauseId.NONE, Kept.IMAGE, List.of(Kept.IMAGE));
        }
        recorder.close();
        // Looks at all that pulse's own record consists of. By name: a node needs no director.
        Class.forName("io.muster.pulse.PulseRecord").getMethod("newCodec").invoke(null);
        Class.forName("io.muster.pulse.daemon.PulseDaemon")
                .getMethod("main", String[].class)
                .invoke(null, (Object) args);
    }
}
