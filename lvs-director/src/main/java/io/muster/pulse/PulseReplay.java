package io.muster.pulse;

import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import io.muster.driver.RecordCodec;
import io.muster.driver.ReplayFactory;
import io.muster.driver.Teller;
import java.util.Map;
import java.util.function.Supplier;

/// Replays records of pulse, and tells from them why the role moved.
public final class PulseReplay implements ReplayFactory {
    /// What to ask for: `replay -w role`.
    public static final String ROLE = "role";

    private final RecordCodec codec = PulseRecord.newCodec();

    @Override
    public String name() {
        return PulseRecord.NAME;
    }

    @Override
    public Core<?, ?> restore(Record image) throws MalformedMessage {
        if (image instanceof Pulse.Image whole) {
            return Pulse.restored(whole);
        }
        throw new MalformedMessage("not an image of pulse");
    }

    @Override
    public RecordCodec codec() {
        return codec;
    }

    @Override
    public Map<String, Supplier<Teller>> questions() {
        return Map.of(ROLE, RoleStory::new);
    }
}
