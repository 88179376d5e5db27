package io.muster.bed.guest;

import java.util.List;

/// Daemons are killed and directors die: see [Takeover] and
/// [Families].
class LvsTakeoverIT extends LabScenarios {
    @Override
    List<String> command() {
        return List.of(Lab.command("lab_guest"), "daemons", "hosts", "families", "nat6");
    }

    @Override
    int limitMs() {
        return 600_000;
    }

    @Override
    Lab lab() {
        // A JVM looks for IPv6 when it starts; later would be too late.
        return super.lab().memory(1536).modules("ipv6");
    }
}
