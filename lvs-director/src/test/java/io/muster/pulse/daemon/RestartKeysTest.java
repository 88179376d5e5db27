package io.muster.pulse.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.lvscf.LvsConfig;
import io.muster.lvscf.daemon.LvsFile;
import io.muster.pulse.HeartbeatKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestartKeysTest {
    private static final String FILE = """
            primary = 10.0.0.1
            backup = 10.0.0.2
            backup_active = 1
            keepalive = 1
            deadtime = 3
            virtual web {
                active = 1
                address = 10.0.0.80 eth0:1
                port = 80
                server one {
                    address = 10.0.0.100
                    active = 1
                }
            }
            """;

    @TempDir
    Path directory;

    private LvsConfig config(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("lvs.cf"), text);
        return LvsFile.read(file).config().orElseThrow();
    }

    private List<String> changed(String from, String to) throws IOException {
        return RestartKeys.changed(config(FILE), config(FILE.replace(from, to)));
    }

    @Test
    void keysThatNeedARestartAreNamed() throws IOException {
        assertEquals(
                List.of("keepalive", "deadtime"),
                changed("keepalive = 1\ndeadtime = 3", "keepalive = 2\ndeadtime = 6"));
        assertEquals(List.of("primary"), changed("10.0.0.1\n", "10.0.0.3\n"));
        assertEquals(
                List.of("primary_private", "backup_private"),
                changed("keepalive", "primary_private = 10.1.0.1\nbackup_private = 10.1.0.2\nkeepalive"));
        assertEquals(
                List.of("backup_active", "heartbeat_port", "heartbeat_format", "monitor_links"),
                changed(
                        "backup_active = 1",
                        "backup_active = 0\nheartbeat_port = 540\nheartbeat_format = original\nmonitor_links = 1"));
        assertEquals(
                List.of("syncdaemon", "syncd_iface", "syncd_id"),
                changed("keepalive", "syncdaemon = 1\nsyncd_iface = eth1\nsyncd_id = 7\nkeepalive"));
    }

    @Test
    void whatIsTakenOverIsNotAmongThem() throws IOException {
        assertEquals(
                List.of(), changed("keepalive", "preempt = 1\npreempt_wait = 5\nactive_cmd = /bin/true\nkeepalive"));
        assertEquals(List.of(), changed("10.0.0.80", "10.0.0.81"));
    }

    @Test
    void keysOfOneSecretAreTheSame() {
        byte[] other = new byte[HeartbeatKey.KEY_BYTES];
        other[31] = 1;
        var key = new HeartbeatKey(new byte[HeartbeatKey.KEY_BYTES]);
        assertTrue(key.same(new HeartbeatKey(new byte[HeartbeatKey.KEY_BYTES])));
        assertFalse(key.same(new HeartbeatKey(other)));
    }
}
