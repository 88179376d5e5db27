package io.muster.bed.guest;

import java.util.List;

/// What a director does with packets, by each forwarding method, with real ones: see [Forwarding].
class LvsForwardingIT extends LabScenarios {
    @Override
    List<String> command() {
        return List.of(Lab.command("lab_guest"), "nat", "direct", "tunnel");
    }

    @Override
    int limitMs() {
        return 400_000;
    }

    @Override
    Lab lab() {
        // A JVM looks for IPv6 when it starts; later would be too late.
        return super.lab().memory(1536).modules("ipv6");
    }
}
