package io.muster.lvsctl.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.lvs.LvsdStatus;
import io.muster.lvs.Samples;
import io.muster.pulse.Activity;
import io.muster.pulse.Heartbeat.Wish;
import io.muster.pulse.PulseStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Programs read it: the octets stay what they are.
class StatusJsonTest {
    @Test
    void theWholeStatusIsWrittenAsInTheGolden() throws IOException {
        assertEquals(golden("status.json"), StatusJson.of(awkward(Samples.status()), Optional.of(pulse())));
    }

    /// With a problem that nobody would word like this.
    private static LvsdStatus awkward(LvsdStatus status) {
        return new LvsdStatus(
                status.nowMs(),
                status.startedMs(),
                status.ready(),
                "\"no\" \\ table\n\ttab \u0001 \u007f \u00e9 \ud83d\ude00 </script>",
                status.foreign(),
                status.counters(),
                status.refusals(),
                status.virtuals());
    }

    private static PulseStatus pulse() {
        return new PulseStatus(
                true,
                Activity.ACTIVE,
                12,
                "partner dead: activating lvs",
                3,
                Set.of(),
                true,
                new PulseStatus.PartnerStatus(true, 40, false, Wish.UNABLE, "01234567", 7, 8),
                9,
                1000,
                -1,
                10,
                new TreeMap<>(),
                List.of(),
                0,
                0);
    }

    private static String golden(String name) throws IOException {
        try (var in = StatusJsonTest.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
