package io.muster.ipvs.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.MalformedMessage;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.SyncCodec;
import io.muster.ipvs.SyncEntry;
import io.muster.net.IpAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SyncMessagesTest {
    private static SyncEntry entry(int number) {
        boolean v6 = number % 3 == 0;
        var client = new IpAddress(v6, v6 ? 0x2001_0db8_0000_0000L : 0, 0x0a03_0000L + number);
        var other = new IpAddress(v6, 0, 0x0a01_0101L);
        return new SyncEntry(ServiceId.TCP, 0, 1, client, 40_000, other, 80, other, 80, 0, 900);
    }

    @Test
    void whatTheFirstPassMissedTheSecondAdds() throws MalformedMessage {
        int all = 20_000;
        var messages = new SyncMessages(7, all);
        int missed = 0;
        for (int i = 0; i < all; i++) {
            if (i % 200 == 0) {
                missed++;
            } else {
                messages.add(entry(i), i % 10 == 0);
            }
        }
        for (int i = 0; i < all; i++) {
            messages.addUnlessSeen(entry(i), i % 10 == 0);
        }
        Set<SyncEntry> sent = new HashSet<>();
        for (byte[] message : messages.messages()) {
            assertTrue(message.length <= SyncCodec.MAX_BYTES, message.length + " octets");
            var decoded = SyncCodec.decode(message);
            assertEquals(decoded.entries().size(), message[SyncMessages.COUNT_AT] & 0xff);
            sent.addAll(decoded.entries());
        }
        assertEquals(all - missed, messages.firstPass());
        // Fixed input, fixed hash: at most a few of a hundred are taken for known ones.
        assertTrue(sent.size() >= all - missed / 20, sent.size() + " of " + all);
        assertEquals(sent.size(), messages.entries());
    }

    @Test
    void theUrgentGoFirst() throws MalformedMessage {
        var messages = new SyncMessages(7, 1_000);
        for (int i = 0; i < 1_000; i++) {
            messages.add(entry(i), i >= 950);
        }
        List<SyncEntry> sent = new ArrayList<>();
        for (byte[] message : messages.messages()) {
            sent.addAll(SyncCodec.decode(message).entries());
        }
        assertEquals(1_000, sent.size());
        for (int i = 0; i < 50; i++) {
            assertEquals(entry(950 + i), sent.get(i));
        }
    }

    @Test
    void noConnectionsAreNoMessages() {
        assertEquals(0, new SyncMessages(0, 0).messages().size());
    }
}
