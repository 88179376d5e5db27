package io.muster.bed.guest;

import java.util.List;

/// The kernel's table on a real kernel: every operation and refusal, beside the original `ipvsadm`.
class KernelIpvsLabIT extends LabScenarios {
    @Override
    List<String> command() {
        return List.of(Lab.command("lab_guest"), "table");
    }

    @Override
    int limitMs() {
        return 300_000;
    }
}
