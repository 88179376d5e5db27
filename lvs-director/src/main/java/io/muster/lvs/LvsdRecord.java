package io.muster.lvs;

import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordCodec;
import io.muster.driver.Recordable;
import io.muster.driver.Recorder;
import io.muster.driver.StateImage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// What a flight record of lvsd holds: every step of the [Reconciler], those that change nothing in a few octets.
///
/// What checks send and which programs they run isn't written, since passwords may stand there; where there is any, the
/// reading of a file can't be decided again, and the record goes on with a new image. Thread: the loop.
public final class LvsdRecord implements Recordable<LvsdStep, Object> {
    public static final String NAME = "lvsd";

    /// 1 kB a second with 1,000 real servers under checks every five seconds: hours. Months with a few.
    public static final FlightRecorder.Limits LIMITS = FlightRecorder.Limits.whole(8, 4 << 20);

    private final Reconciler core;
    private final QuietSteps quiet = new QuietSteps();
    private final RecordCodec codec = newCodec();
    private boolean secrets;

    public LvsdRecord(Reconciler core) {
        this.core = core;
    }

    /// For a record, or a replay of one.
    public static RecordCodec newCodec() {
        return new RecordCodec(LvsdStep.class, LvsdStep.Routine.class, LvsdEffect.class)
                .with(
                        Pattern.class,
                        pattern -> (pattern.flags() + " " + pattern.pattern()).getBytes(StandardCharsets.UTF_8),
                        LvsdRecord::pattern);
    }

    private static Optional<Pattern> pattern(byte[] octets) {
        String text = new String(octets, StandardCharsets.UTF_8);
        int blank = text.indexOf(' ');
        try {
            return Optional.of(Pattern.compile(
                    text.substring(blank + 1), Integer.parseInt(text.substring(0, Math.max(0, blank)))));
        } catch (PatternSyntaxException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /// What goes between the reconciler's driver and the flight recorder of this record.
    ///
    /// @param failed hears why there is no record from here on
    public LvsdRecorder recorder(Recorder<LvsdStep, Object> to, Consumer<RuntimeException> failed) {
        return new LvsdRecorder(core, quiet, to, failed);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<byte[]> snapshot() {
        quiet.clear();
        return Optional.of(StateImage.write(core));
    }

    @Override
    public RecordCodec codec() {
        return codec;
    }

    @Override
    public boolean decidable(LvsdStep step, List<Object> effects) {
        if (step instanceof LvsdStep.Event(LvsdEvent event)) {
            return switch (event) {
                case LvsdEvent.Started started -> open(started.config());
                case LvsdEvent.Reloaded reloaded -> open(reloaded.config());
                default -> true;
            };
        }
        return true;
    }

    /// Whether neither this file nor one before it holds what isn't written.
    private boolean open(LvsConfig config) {
        for (LvsConfig.Virtual virtual : config.virtuals()) {
            String send = virtual.check().send();
            secrets |= !send.isEmpty() && !send.equals(LvsConfig.CheckRule.GET)
                    || !virtual.check().program().isEmpty();
        }
        return !secrets;
    }
}
