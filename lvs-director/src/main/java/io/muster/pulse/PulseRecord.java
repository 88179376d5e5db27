package io.muster.pulse;

import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordCodec;
import io.muster.driver.Recordable;
import java.util.List;

/// What a flight record of pulse holds: every event and, at the head of each segment, the core.
/// Heartbeats are in it as they come; there is nothing secret in them, and the key that proves them is
/// outside of the core.
///
/// Two directors that hear each other all day are no news: their heartbeats are recorded on trial, and
/// written only with what is worth noting a minute or so around them.
///
/// Thread: the loop.
public final class PulseRecord implements Recordable<PulseEvent, PulseEffect> {
    public static final String NAME = "pulse";

    /// With keepalive 200 ms and two paths some 5 kB a second: half a minute a segment. A hand-over
    /// takes two or three segments of the 32.
    public static final FlightRecorder.Limits LIMITS = FlightRecorder.Limits.onTrial(32, 128 << 10);

    private final Pulse core;
    private final RecordCodec codec = newCodec();

    public PulseRecord(Pulse core) {
        this.core = core;
    }

    /// For a record, or a replay of one.
    public static RecordCodec newCodec() {
        return new RecordCodec(PulseEvent.class, PulseEffect.class, Pulse.Image.class);
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
    public boolean notable(PulseEvent event, List<PulseEffect> effects) {
        return switch (event) {
            case PulseEvent.Start _,
                    PulseEvent.Stop _,
                    PulseEvent.Link _,
                    PulseEvent.LvsdEnded _,
                    PulseEvent.LastWordSaid _,
                    PulseEvent.Reconfigured _ -> true;
            case PulseEvent.Tick _,
                    PulseEvent.Stalled _,
                    PulseEvent.Connections _,
                    PulseEvent.LvsdAnswered _,
                    PulseEvent.BulkDone _ -> effects.stream().anyMatch(effect -> news(effect, true));
            // Whoever sends rubbish mustn't fill the record with the lines about it.
            case PulseEvent.Received _ -> effects.stream().anyMatch(effect -> news(effect, false));
        };
    }

    private static boolean news(PulseEffect effect, boolean warnings) {
        return switch (effect) {
            case PulseEffect.Send _, PulseEffect.Announce _, PulseEffect.BulkSync _, PulseEffect.AskLvsd _ -> false;
            case PulseEffect.PutAddresses put -> put.takeOver();
            case PulseEffect.Say say -> warnings || !say.warning();
            case PulseEffect.DropAddresses _,
                    PulseEffect.Forward _,
                    PulseEffect.SwitchSync _,
                    PulseEffect.SayLastWord _,
                    PulseEffect.RunHook _,
                    PulseEffect.StartLvsd _,
                    PulseEffect.EndLvsd _,
                    PulseEffect.StateChanged _,
                    PulseEffect.Ended _ -> true;
        };
    }
}
