package io.muster.bed.guest;

import java.util.List;

/// Real servers die, return and are restarted; somebody meddles with the table; the file changes: see [Failure] and
/// [Draining].
class LvsFailureIT extends LabScenarios {
    @Override
    List<String> command() {
        return List.of(Lab.command("lab_guest"), "servers", "drain");
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
