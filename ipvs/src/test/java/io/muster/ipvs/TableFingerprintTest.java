package io.muster.ipvs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TableFingerprintTest {
    private static final String TABLE = """
            IP Virtual Server version 1.2.1 (size=4096)
            Prot LocalAddress:Port Scheduler Flags
              -> RemoteAddress:Port Forward Weight ActiveConn InActConn
            UDP  0A010101:0035 rr ops \s
            TCP  0A010101:0050 wrr  persistent 30000 FFFFFF00
              -> 0A090001:1F90      Masq    4      0          0        \s
              -> [2001:0db8:0000:0000:0000:0000:0000:0002]:0050      Tunnel  0      0          0        \s
            """;

    @Test
    void connectionsDoNotCount() {
        assertEquals(of(TABLE, 4096), of(TABLE.replace("4      0          0 ", "4      17         290000 "), 4096));
        assertEquals(
                of(TABLE, 4096), of(TABLE.replace("Tunnel  0      0          0 ", "Tunnel  0      9          1 "), 64));
    }

    @Test
    void everythingElseCounts() {
        for (String[] edit : new String[][] {
            {"Masq    4", "Masq    5"},
            {"Masq ", "Route"},
            {"0A090001:1F90", "0A090001:1F91"},
            {"30000", "30001"},
            {"FFFFFF00", "FFFFFFFF"},
            {" wrr ", " wlc "},
            {"rr ops", "rr"},
            {"UDP  0A010101:0035 rr ops  \n", ""},
            {"Tunnel  0", "Tunnel  1"},
        }) {
            String changed = TABLE.replace(edit[0], edit[1]);
            assertNotEquals(TABLE, changed);
            assertNotEquals(of(TABLE, 4096), of(changed, 4096), edit[0] + " became " + edit[1]);
        }
    }

    @Test
    void piecesOfAnySizeGiveTheSame() {
        long whole = of(TABLE, 4096);
        for (int size = 1; size < 100; size++) {
            assertEquals(whole, of(TABLE, size), "pieces of " + size);
        }
    }

    private static long of(String text, int pieces) {
        byte[] octets = text.getBytes(StandardCharsets.US_ASCII);
        var fingerprint = new TableFingerprint();
        for (int i = 0; i < octets.length; i += pieces) {
            fingerprint.update(ByteBuffer.wrap(octets, i, Math.min(pieces, octets.length - i)));
        }
        return fingerprint.value();
    }
}
