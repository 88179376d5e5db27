package io.muster.bed.guest;

import java.util.List;

/// What a guest has to offer, tried by a shell script in it.
class LabFactsIT extends LabScenarios {
    @Override
    List<String> command() {
        return script("facts.sh", System.getProperty("java.home"), System.getProperty("user.dir"));
    }

    @Override
    int limitMs() {
        return 120_000;
    }

    @Override
    Lab lab() {
        return super.lab().environment("LAB_FACT", "two  words").modules("ip_vs", "ip_vs_rr");
    }
}
