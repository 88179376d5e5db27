package io.muster.pulse;

import io.muster.driver.ImageFactory;
import io.muster.driver.Teller;
import java.util.Map;
import java.util.Optional;

/// Replays records of pulse, and tells from them why the role moved.
public final class PulseReplay extends ImageFactory {
    /// What to ask for: `replay -w role`.
    public static final String ROLE = "role";

    public PulseReplay() {
        super(PulseRecord.NAME, PulseRecord.newCodec(), Map.of());
    }

    @Override
    public Optional<Teller> teller(String word) {
        return word.equals(ROLE) ? Optional.of(new RoleStory()) : Optional.empty();
    }
}
