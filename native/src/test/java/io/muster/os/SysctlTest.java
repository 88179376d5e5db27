package io.muster.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SysctlTest {
    @Test
    void settingsAreReadAndWritten() throws Exception {
        Network.inNamespace(() -> {
            Sysctl.set("net.ipv4.ip_forward", "1");
            assertEquals(Optional.of("1"), Sysctl.get("net.ipv4.ip_forward"));
            Sysctl.set(Sysctl.ofInterface("ipv4", "a0", "rp_filter"), "2");
            assertEquals(Optional.of("2"), Sysctl.get("net.ipv4.conf.a0.rp_filter"));
            var refused = assertThrows(NetException.class, () -> Sysctl.set("net.ipv4.ip_forward", "many"));
            assertEquals("net.ipv4.ip_forward = many: Invalid argument", refused.getMessage());
        });
    }

    @Test
    void settingsAreReadWhole() throws Exception {
        Network.inNamespace(() -> {
            String retrans = Sysctl.ofNeighbours("ipv4", "a0", "retrans_time_ms");
            assertEquals(Optional.of("1000"), Sysctl.get(retrans));
            Sysctl.set(retrans, "400");
            assertEquals(Optional.of("400"), Sysctl.get(retrans));
            Sysctl.set("net.ipv4.ip_local_port_range", "40000 50000");
            assertEquals(Optional.of("40000\t50000"), Sysctl.get("net.ipv4.ip_local_port_range"));
        });
    }

    @Test
    void aSettingThisKernelHasNotIsSaid() {
        assertTrue(Sysctl.get("net.ipv4.vs.nothing_like_it").isEmpty());
        var missing = assertThrows(NetException.class, () -> Sysctl.set("net.ipv4.nothing_like_it", "1"));
        assertEquals("net.ipv4.nothing_like_it: this kernel has no such setting", missing.getMessage());
        assertEquals(Errno.ENOENT, missing.errno());
    }

    @Test
    void dotsOfAnInterfaceAreKept() {
        Path expected = Path.of("/proc/sys/net/ipv4/conf/eth0.5/rp_filter");
        assertEquals(expected, Sysctl.path("net.ipv4.conf.eth0/5.rp_filter"));
        assertEquals(expected, Sysctl.path("net/ipv4/conf/eth0.5/rp_filter"));
        assertEquals(expected, Sysctl.path(Sysctl.ofInterface("ipv4", "eth0.5", "rp_filter")));
        assertThrows(IllegalArgumentException.class, () -> Sysctl.path("net/../../../etc/passwd"));
    }
}
