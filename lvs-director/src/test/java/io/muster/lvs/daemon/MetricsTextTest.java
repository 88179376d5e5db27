package io.muster.lvs.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.lvs.LvsdStatus;
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
                text.contains(
                        "\nmuster_lvs_server_weight{virtual=\"web\",service=\"TCP 10.1.1.1:80\",server=\"one\",address=\"10.2.0.1:80\"} 1\n"),
                text);
        assertTrue(text.contains("\nmuster_lvs_drift_total 1\n"), text);
        assertTrue(text.contains("\nmuster_lvs_reconcile_seconds_total 0.008\n"), text);
        assertTrue(text.contains("\nmuster_lvs_sorry_active{virtual=\"web\",service=\"TCP 10.1.1.1:80\"} 0\n"), text);
    }

    @Test
    void whatTheKernelRefusesIsThere() {
        assertTrue(text.contains("\nmuster_lvs_entries_refused 1\n"), text);
        assertTrue(
                text.contains("\nmuster_lvs_entry_refused_since_timestamp_seconds{entry=\"add UDP 10.1.1.1:53 twos\","
                        + "reason=\"this kernel has no scheduler twos\"} 1699999880\n"),
                text);
    }

    /// A scraper refuses all when one series is there twice.
    @Test
    void twoVirtualsOfOneNameMakeNoSeriesTwice() {
        LvsdStatus sample = Samples.status();
        LvsdStatus.Virtual web = sample.virtuals().getFirst();
        var other = new LvsdStatus.Virtual(
                "web", "TCP 10.1.1.1:443", "wlc", "", 0, true, web.sorry(), false, web.servers());
        var both = new LvsdStatus(
                sample.nowMs(),
                sample.startedMs(),
                true,
                "",
                0,
                sample.counters(),
                sample.refusals(),
                List.of(web, other));
        List<String> series = MetricsText.of(both, Optional.empty())
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                .toList();
        assertEquals(series.size(), series.stream().distinct().count());
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
