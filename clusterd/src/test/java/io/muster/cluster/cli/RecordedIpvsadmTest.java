package io.muster.cluster.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.cli.Said;
import org.junit.jupiter.api.Test;

class RecordedIpvsadmTest {
    @Test
    void trainingListsARecordedTable() {
        Said said = Said.together(new RecordedIpvsadm(), "-Ln");
        assertEquals(0, said.status());
        assertEquals("""
                IP Virtual Server version 1.2.1 (size=4096)
                Prot LocalAddress:Port Scheduler Flags
                  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
                TCP  10.1.1.1:80 wlc
                  -> 10.9.0.1:80                  Route   1      0          0        \s
                  -> 10.9.0.2:80                  Route   1      0          0        \s
                """, said.out());
    }

    @Test
    void trainingAddsAService() {
        assertEquals(new Said(0, "", ""), Said.by(new RecordedIpvsadm(), "-A", "-t", "10.1.1.9:80", "-s", "wlc"));
    }
}
