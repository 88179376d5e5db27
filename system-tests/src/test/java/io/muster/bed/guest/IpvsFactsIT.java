package io.muster.bed.guest;

import java.util.List;

/// What the director relies on the kernel to do, on this kernel, with nothing of ours in it.
class IpvsFactsIT extends LabScenarios {
    @Override
    List<String> command() {
        return script("ipvs.sh");
    }

    @Override
    int limitMs() {
        return 300_000;
    }
}
