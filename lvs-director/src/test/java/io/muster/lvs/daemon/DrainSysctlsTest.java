package io.muster.lvs.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.os.KernelSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrainSysctlsTest {
    @TempDir
    Path state;

    private final TreeMap<String, String> kernel = new TreeMap<>();
    private final KernelSettings settings = new KernelSettings() {
        @Override
        public Optional<String> setting(String name) {
            return Optional.ofNullable(kernel.get(name));
        }

        @Override
        public void set(String name, String value) throws IOException {
            if (kernel.replace(name, value) == null) {
                throw new IOException("no such setting");
            }
        }
    };

    @BeforeEach
    void fresh() {
        kernel.put("kernel.random.boot_id", "one");
        kernel.put("net.ipv4.vs.expire_nodest_conn", "0");
        kernel.put("net.ipv4.vs.expire_quiescent_template", "0");
        kernel.put("net.ipv4.vs.conn_reuse_mode", "2");
    }

    private DrainSysctls lvsd() {
        return new DrainSysctls(state.resolve("lvs/sysctl"), settings);
    }

    @Test
    void whatWasIsSetBackAfterAnyNumberOfDeaths() {
        Map<String, String> before = Map.copyOf(kernel);
        lvsd().set();
        assertEquals("1", kernel.get("net.ipv4.vs.conn_reuse_mode"));
        assertEquals("1", kernel.get("net.ipv4.vs.expire_nodest_conn"));
        lvsd().set();
        lvsd().set();
        lvsd().restore();
        assertEquals(before, kernel);
        assertFalse(Files.exists(state.resolve("lvs/sysctl")));
    }

    @Test
    void whatThisKernelHasNotIsPassedOver() {
        kernel.keySet().removeIf(name -> name.startsWith("net.ipv4.vs."));
        Map<String, String> before = Map.copyOf(kernel);
        lvsd().set();
        lvsd().restore();
        assertEquals(before, kernel);
    }
}
