package io.muster.lvscf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.finding.Reading;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Thousands of blocks take no time to speak of: nothing in reading grows with their square.
class LargeFileTest {
    private static final int VIRTUALS = 4000;

    @Test
    void fourThousandVirtualsWithTenServersEachAreReadAtOnce() {
        var text = new StringBuilder("network = nat\n");
        for (int i = 0; i < VIRTUALS; i++) {
            text.append("virtual v")
                    .append(i)
                    .append(" {\nactive = 1\naddress = 10.")
                    .append(i / 250)
                    .append('.');
            text.append(i % 250).append(".1 eth0:1\n");
            for (int j = 0; j < 10; j++) {
                text.append("server s")
                        .append(j)
                        .append(" {\naddress = 10.200.")
                        .append(j)
                        .append('.');
                text.append(1 + i % 250).append("\nactive = 1\n}\n");
            }
            text.append("}\n");
        }
        long began = System.nanoTime();
        Reading<LvsConfig> reading = Sample.read(text.toString());
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        assertEquals(VIRTUALS, Sample.good(reading).virtuals().size());
        // Far above what it takes, far below what a square would: a busy machine isn't to fail this.
        assertTrue(took.toSeconds() < 20, "took " + took);
    }
}
