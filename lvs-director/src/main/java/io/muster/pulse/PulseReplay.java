package io.muster.pulse;

import io.muster.driver.ImageFactory;
import io.muster.driver.Teller;
import java.util.Map;
import java.util.function.Supplier;

/// Replays records of pulse, and tells from them why the role moved.
public final class PulseReplay extends ImageFactory {
    /// What to ask for: `replay -w role`.
    public static final String ROLE = "role";

    public PulseReplay() {
        super(PulseRecord.NAME, PulseRecord.newCodec(), Map.of());
    }

    @Override
    public Map<String, Supplier<Teller>> questions() {
        return Map.of(ROLE, RoleStory::new);
    }
}
