package io.muster.lvs.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.lvs.Samples;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MetricsTextTest {
    private final String text = MetricsText.of(Samples.status(), Optional.empty());

    @Test
    void valuesStandBesideTheirNames() {
        assertTrue(
                text.contains("\nmuster_lvs_server_weight{virtual=\"web\",server=\"one\",address=\"10.2.0.1:80\"} 1\n"),
                text);
        assertTrue(text.contains("\nmuster_lvs_drift_total 1\n"), text);
        assertTrue(text.contains("\nmuster_lvs_reconcile_seconds_total 0.008\n"), text);
        assertTrue(text.contains("\nmuster_lvs_sorry_active{virtual=\"web\"} 0\n"), text);
    }

    /// What OpenMetrics asks for: a family's lines together, below its one TYPE; counters in `_total`; an end.
    @Test
    void itIsWellFormed() {
        Map<String, String> types = new HashMap<>();
        String family = "";
        List<String> lines = text.lines().toList();
        for (String line : lines.subList(0, lines.size() - 1)) {
            String[] words = line.split(" ");
            if (line.startsWith("# TYPE ")) {
                family = words[2];
                assertEquals(null, types.put(family, words[3]), line);
            } else if (line.startsWith("# HELP ")) {
                assertEquals(family, words[2]);
            } else {
                String name = line.replaceAll("[ {].*", "");
                assertEquals(family + ("counter".equals(types.get(family)) ? "_total" : ""), name, line);
                assertTrue(line.matches("[a-z_]+(\\{.*\\})? -?[0-9.]+"), line);
            }
        }
        assertEquals("# EOF", lines.getLast());
    }
}
