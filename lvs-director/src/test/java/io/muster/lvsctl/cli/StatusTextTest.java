package io.muster.lvsctl.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.lvs.Samples;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StatusTextTest {
    @Test
    void everyVirtualAndRealServerHasItsLine() {
        assertEquals("""
                pulse: not running: addresses don't move from here
                lvsd: up for 16m40s, TABLE NOT AS WANTED: the kernel refuses 1 entry, drift 1, refused 4, 2 foreign services
                  refused for 2m00s: add UDP 10.1.1.1:53 twos: this kernel has no scheduler twos

                web: TCP 10.1.1.1:80 wlc persistent 300, sorry server 10.2.0.99 stands by
                  server       address                  state          weight  active   inact   templ
                  one          10.2.0.1:80              up 10s            1/4      10      20       3  full: takes 30 connections at most
                  two          10.2.0.2:80              up 16m40s           0       7       1       0  drains for 5s, 8 left, cut in 30s; takes 50 connections at most
                  three        10.2.0.3:80              down 1d03h          -       0       0       0  connection refused; checked at 10.3.0.3:8080

                dns: UDP 10.1.1.1:53 twos ops, not in the table
                  server       address                  state          weight  active   inact   templ
                """, StatusText.of(Samples.status(), Optional.empty()));
    }

    @Test
    void jsonHasTheSame() {
        String json = StatusJson.of(Samples.status(), Optional.empty());
        assertTrue(
                json.startsWith("{\"now_ms\":1700000000000,\"lvsd\":{\"started_ms\":1699999000000,\"ready\":true,"),
                json);
        assertTrue(
                json.contains("\"drain\":{\"by\":\"lvsctl\",\"since_ms\":1699999995000,\"deadline_ms\":1700000030000,"
                        + "\"remaining\":8,\"cut\":-1}"),
                json);
        assertTrue(json.endsWith("\"servers\":[]}]}\n"), json);
    }

    @Test
    void spansAreShort() {
        assertEquals("0s", StatusText.span(-5));
        assertEquals("59s", StatusText.span(59_999));
        assertEquals("1m00s", StatusText.span(60_000));
        assertEquals("2h05m", StatusText.span(7_500_000));
        assertEquals("4d03h", StatusText.span(4 * 86_400_000L + 3 * 3_600_000L));
    }
}
