package io.muster.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.net.IpAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadSourceTest {
    private static final LoadSource WEB1 =
            LoadSource.of("ruptime", IpAddress.parse("10.0.1.1").orElseThrow(), "web1");

    @Test
    void theProgramIsAskedForTheAddress() {
        assertEquals(List.of("ruptime", "10.0.1.1"), WEB1.command());
    }

    @Test
    void theLoadIsTheFirstNumberBehindTheWord() {
        assertEquals(0.42, WEB1.load("    10.0.1.1    up  3 days,  2:11,    load average: 0.42 0.10 0.05\n"));
        assertEquals(0.42, WEB1.load("web1          up  3+02:11,     5 users,  load 0.42, 0.10, 0.05\n"));
        assertEquals(1.5, WEB1.load("web1 up 1:02, load average: 1,50, 1,40, 1,30\n"));
        assertEquals(0.3, WEB1.load("www.example.com up 1:02, load average: 0.30, 0.20, 0.10\n"), "an only line");
    }

    @Test
    void ofSeveralLinesTheServersOwnCounts() {
        String hosts = "db    up 3+02:11, 5 users, load 9.00, 9.00, 9.00\n"
                + "web1  up 3+02:11, 5 users, load 0.42, 0.10, 0.05\n"
                + "web2  down 1+00:00\n";
        assertEquals(0.42, WEB1.load(hosts));
        assertEquals(Double.NaN, WEB1.load(hosts.replace("web1", "web3")));
        assertEquals(Double.NaN, WEB1.load("web1  down 1+00:00\n"));
        assertEquals(Double.NaN, WEB1.load("rup: 10.0.1.1: RPC: Program not registered\n"));
        assertEquals(Double.NaN, WEB1.load(""));
    }
}
