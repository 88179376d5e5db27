package io.muster.bed.guest;

import java.util.List;

/// Our ipvsadm beside the original, and a bulk sync to a backup that comes late, on a real kernel.
class IpvsadmLabIT extends LabScenarios {
    @Override
    List<String> command() {
        return List.of(Lab.command("lab_guest"), "ipvsadm", "sync");
    }

    @Override
    int limitMs() {
        return 400_000;
    }
}
