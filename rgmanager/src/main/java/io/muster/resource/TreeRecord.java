package io.muster.resource;

import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordCodec;
import io.muster.driver.Recordable;
import java.util.List;

/// What a flight record of the services' trees holds: every event and, at the head of each segment, the
/// core's image. Passwords among the attributes of resources are masked in it; the core only hands them
/// on, so it replays all the same.
///
/// Thread: the loop.
public final class TreeRecord implements Recordable<TreeEvent, TreeEffect> {
    public static final String NAME = "rgmanager-trees";

    /// A check is some 300 octets: days of them.
    public static final FlightRecorder.Limits LIMITS = FlightRecorder.Limits.whole(8, 2 << 20);

    private final TreeRun core;
    private final RecordCodec codec = newCodec();

    public TreeRecord(TreeRun core) {
        this.core = core;
    }

    /// For a record, or a replay of one.
    public static RecordCodec newCodec() {
        return new RecordCodec(TreeEvent.class, TreeEffect.class, TreeImage.class);
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
    public boolean notable(TreeEvent event, List<TreeEffect> effects) {
        return effects.stream().anyMatch(effect -> switch (effect) {
            case TreeEffect.Log(TreeEffect.Level level, String _) -> level.compareTo(TreeEffect.Level.WARN) >= 0;
            case TreeEffect.Done(long _, TreeResult result) -> !result.ok();
            case TreeEffect.StoppedEverything _ -> true;
            case TreeEffect.CallAgent call -> !call.action().equals("status");
            case TreeEffect.AskQuorum _, TreeEffect.WriteLedger _ -> false;
        });
    }
}
