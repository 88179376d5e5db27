package io.muster.lvs;

import io.muster.checks.PatternOctets;
import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordCodec;
import io.muster.driver.Recordable;
import io.muster.lvscf.LvsConfig;
import java.util.List;

/// What a flight record of lvsd holds: every step of the [Reconciler] and, at the head of each segment,
/// all of it.
///
/// Checks that go well and looks at a table that is as it should be are no news: they are recorded on
/// trial, and written only with what is worth noting around them.
///
/// What checks send and which programs they run isn't written, since passwords may stand there; where
/// there is any, the reading of a file can't be decided again, and the record goes on with a new image.
/// Thread: the loop.
public final class LvsdRecord implements Recordable<LvsdEvent, LvsdEffect> {
    public static final String NAME = "lvsd";

    /// A dozen real servers, checked every five seconds: 1 kB a second, half an hour a segment. With a
    /// thousand it is half a minute. A server that goes takes one segment of the 16, or two.
    public static final FlightRecorder.Limits LIMITS = FlightRecorder.Limits.onTrial(16, 2 << 20);

    private final Reconciler core;
    private final RecordCodec codec = newCodec();
    private boolean secrets;

    public LvsdRecord(Reconciler core) {
        this.core = core;
    }

    /// For a record, or a replay of one.
    public static RecordCodec newCodec() {
        return PatternOctets.in(new RecordCodec(LvsdEvent.class, LvsdEffect.class, Reconciler.Image.class));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Record image() {
        return core.image();
    }

    @Override
    public RecordCodec codec() {
        return codec;
    }

    @Override
    public boolean decidable(LvsdEvent event, List<LvsdEffect> effects) {
        return switch (event) {
            case LvsdEvent.Started started -> open(started.config());
            case LvsdEvent.Reloaded reloaded -> open(reloaded.config());
            default -> true;
        };
    }

    /// Whether neither this file nor one before it holds what isn't written.
    private boolean open(LvsConfig config) {
        for (LvsConfig.Virtual virtual : config.virtuals()) {
            String send = virtual.check().send();
            secrets |= !send.isEmpty() && !send.equals(LvsConfig.CheckRule.GET)
                    || !virtual.check().program().isEmpty()
                    || !virtual.quorum().equals(LvsConfig.Notify.NONE)
                    || virtual.servers().stream()
                            .anyMatch(server -> !server.onChange().equals(LvsConfig.Notify.NONE));
        }
        return !secrets;
    }

    @Override
    public boolean notable(LvsdEvent event, List<LvsdEffect> effects) {
        return effects.stream().anyMatch(LvsdRecord::news);
    }

    private static boolean news(LvsdEffect effect) {
        return switch (effect) {
            case LvsdEffect.ReadTable _, LvsdEffect.CheapRead _, LvsdEffect.StartCheck _ -> false;
            // To somebody who wanted to see how things stand; whoever wanted something done finds it in
            // the log.
            case LvsdEffect.Reply _ -> false;
            case LvsdEffect.Apply _,
                    LvsdEffect.WriteHoldings _,
                    LvsdEffect.Notify _,
                    LvsdEffect.SetSysctls _,
                    LvsdEffect.RestoreSysctls _,
                    LvsdEffect.StateChanged _,
                    LvsdEffect.Log _,
                    LvsdEffect.Ready _,
                    LvsdEffect.Stopped _ -> true;
        };
    }
}
