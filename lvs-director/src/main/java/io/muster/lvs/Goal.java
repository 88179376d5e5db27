package io.muster.lvs;

import io.muster.ipvs.Timeouts;
import io.muster.lvscf.LvsConfig;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// What is wanted of the table, as it follows from lvs.cf.
///
/// @param timeouts zeros for those that are left as they are
record Goal(Plan plan, Timeouts timeouts) {
    static final Timeouts LEFT = new Timeouts(0, 0, 0);
    static final Goal NOTHING = new Goal(new Plan(new TreeMap<>(), List.of()), LEFT);

    static Goal of(Optional<LvsConfig> config) {
        return config.map(wanted -> new Goal(
                        Plan.of(wanted),
                        new Timeouts(wanted.tcpTimeoutS(), wanted.tcpFinTimeoutS(), wanted.udpTimeoutS())))
                .orElse(NOTHING);
    }
}
