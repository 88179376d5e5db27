package io.muster.cluster.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RecordedIpvsadmTest {
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private int run(String... args) {
        var to = new PrintStream(said, true, StandardCharsets.UTF_8);
        return new RecordedIpvsadm().run(args, to, to);
    }

    @Test
    void trainingListsARecordedTable() {
        assertEquals(0, run("-Ln"));
        assertEquals("""
                IP Virtual Server version 1.2.1 (size=4096)
                Prot LocalAddress:Port Scheduler Flags
                  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
                TCP  10.1.1.1:80 wlc
                  -> 10.9.0.1:80                  Route   1      0          0        \s
                  -> 10.9.0.2:80                  Route   1      0          0        \s
                """, said.toString(StandardCharsets.UTF_8));
    }

    @Test
    void trainingAddsAService() {
        assertEquals(0, run("-A", "-t", "10.1.1.9:80", "-s", "wlc"), () -> said.toString(StandardCharsets.UTF_8));
    }
}
