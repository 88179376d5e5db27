package io.muster.ipvs.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.ipvs.Destination;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.Stats;
import io.muster.ipvs.SyncDaemon;
import io.muster.ipvs.TableInfo;
import io.muster.ipvs.Timeouts;
import io.muster.ipvs.Tunnel;
import io.muster.ipvs.VirtualService;
import io.muster.net.IpAddress;
import io.muster.os.NetException;
import io.muster.os.NetlinkMessages;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IpvsRepliesTest {
    private static final int DAMAGES = 3_000;

    private final IpvsReplies replies = new IpvsReplies();

    @BeforeEach
    void ofThisOrder() {
        assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN, "recorded on a little-endian machine");
    }

    private interface Reader<T> {
        T read(ByteBuffer datagram, NetlinkMessages message) throws NetException;
    }

    private static <T> List<T> all(String name, Reader<T> reader) throws NetException {
        var found = new ArrayList<T>();
        for (byte[] octets : Conversation.datagrams(name, "<")) {
            ByteBuffer datagram = Conversation.buffer(octets);
            var messages = new NetlinkMessages(datagram);
            while (messages.next()) {
                if (messages.type() > NetlinkMessages.DONE) {
                    found.add(reader.read(datagram, messages));
                }
            }
        }
        return found;
    }

    @Test
    void aRecordedTableIsRead() throws NetException {
        assertEquals(List.of(28), all("resolve", replies::family));
        assertEquals(List.of(new TableInfo(0x010201, 4096)), all("info", replies::info));
        assertEquals(List.of(new Timeouts(900, 120, 300)), all("config", replies::timeouts));
        assertEquals(
                List.of(
                        new SyncDaemon(true, "sync0", 7, 1472, SyncDaemon.DEFAULT_GROUP, 8848, 1),
                        new SyncDaemon(false, "sync0", 9, 1472, ip("224.0.0.99"), 9000, 1)),
                all("daemons", replies::daemon));
        ServiceId web = ServiceId.tcp(ip("10.1.1.1"), 80);
        var persistent = new VirtualService(web, "wrr", 1, 300, 0xffff_ff00, "");
        assertEquals(
                List.of(
                        new VirtualService(ServiceId.tcp(ip("2001:db8::1"), 80), "sh", 1 | 8 | 16, 100, 64, ""),
                        new VirtualService(ServiceId.udp(ip("10.1.1.1"), 5060), "rr", 1, 60, -1, "sip"),
                        persistent,
                        new VirtualService(ServiceId.mark(100, true), "mh", 16, 0, 128, "")),
                all("services", replies::service).stream()
                        .map(ServiceEntry::service)
                        .toList());
        assertEquals(persistent, all("one", replies::service).getFirst().service());
        assertEquals(
                List.of(
                        Destination.of(ip("10.9.0.2"), 80, Forwarding.ROUTE, 1),
                        new Destination(ip("10.9.0.1"), 8080, Forwarding.MASQ, 4, 10, 5, Tunnel.NONE)),
                all("dest", (d, m) -> replies.destination(d, m, false).destination()));
        assertEquals(
                List.of(new Destination(
                        ip("2001:db8::2"), 80, Forwarding.TUNNEL, 0, 0, 0, new Tunnel(Tunnel.GUE, 6080, 1))),
                all("dest6", (d, m) -> replies.destination(d, m, true).destination()));
    }

    @Test
    void refusalsHaveTheirNumbers() throws NetException {
        var errors = new ArrayList<Integer>();
        for (byte[] octets : Conversation.datagrams("op", "<")) {
            var message = new NetlinkMessages(Conversation.buffer(octets));
            assertTrue(message.next());
            errors.add(message.errno());
            assertEquals("", message.reason());
        }
        assertEquals(List.of(17, 0, 0, 0, 0, 22, 0, 0, 2, 0, 0, 0, 3, 0, 0, 19, 0, 3, 0), errors);
    }

    /// Of 64 bits where there are any: the recorded ones are all zero, so they are written here.
    @Test
    void wideCountersArePreferredAndNarrowOnesWillDo() throws NetException {
        byte[] octets = Conversation.datagrams("one", "<").getFirst();
        int wide = indexOf(octets, new byte[] {(byte) 0xa0, 0, 0x0c, 0});
        int narrow = indexOf(octets, new byte[] {0x60, 0, 0x0a, 0});
        octets[narrow + 8] = 7;
        octets[wide + 8] = 1;
        octets[wide + 13] = 2;
        assertEquals(0x200_0000_0001L, stats(octets).connections(), "of STATS64");
        octets[wide + 2] = 0x1f;
        assertEquals(7, stats(octets).connections(), "of STATS");
        octets[narrow + 2] = 0x1f;
        assertEquals(Stats.ZERO, stats(octets), "a kernel that counts nothing");
    }

    private Stats stats(byte[] octets) throws NetException {
        ByteBuffer datagram = Conversation.buffer(octets);
        var message = new NetlinkMessages(datagram);
        assertTrue(message.next());
        return replies.service(datagram, message).stats();
    }

    @Test
    void whatCannotBeIsRefused() {
        byte[] service = Conversation.datagrams("one", "<").getFirst();
        service[28] = 3;
        assertThrows(NetException.class, () -> stats(service), "address family 3");
        byte[] server = Conversation.datagrams("dest", "<").getFirst();
        int method = indexOf(server, new byte[] {8, 0, 3, 0, 3, 0});
        server[method + 4] = 9;
        var senseless = assertThrows(NetException.class, () -> {
            ByteBuffer datagram = Conversation.buffer(server);
            var message = new NetlinkMessages(datagram);
            assertTrue(message.next());
            replies.destination(datagram, message, false);
        });
        assertEquals("the kernel's answer makes no sense: forwarding method 9", senseless.getMessage());
    }

    @Test
    void damageIsOnlyEverSaidInWords() {
        long seed = Long.getLong("seed", 7L);
        var random = new SplittableRandom(seed);
        for (String name : List.of("resolve", "info", "config", "daemons", "services", "dest", "dest6", "none")) {
            byte[] octets = Conversation.datagrams(name, "<").getFirst();
            for (int i = 0; i < DAMAGES; i++) {
                byte[] damaged = damage(octets, random);
                try {
                    readAnyhow(damaged);
                } catch (NetException e) {
                    assertEquals(0, e.errno());
                } catch (RuntimeException e) {
                    fail("-Dseed=" + seed + ", damage " + i + " of " + name, e);
                }
            }
        }
    }

    private static byte[] damage(byte[] octets, SplittableRandom random) {
        byte[] damaged = octets.clone();
        for (int n = random.nextInt(4); n >= 0; n--) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
        }
        return random.nextInt(3) == 0 ? Arrays.copyOf(damaged, random.nextInt(damaged.length + 1)) : damaged;
    }

    private void readAnyhow(byte[] octets) throws NetException {
        ByteBuffer datagram = Conversation.buffer(octets);
        var messages = new NetlinkMessages(datagram);
        while (messages.next()) {
            for (Reader<Object> reader : List.<Reader<Object>>of(
                    replies::family,
                    replies::info,
                    replies::timeouts,
                    replies::daemon,
                    replies::service,
                    (d, m) -> replies.destination(d, m, true),
                    (d, m) -> m.errno() + m.reason())) {
                try {
                    reader.read(datagram, messages);
                } catch (NetException e) {
                    assertEquals(0, e.errno());
                }
            }
        }
    }

    private static int indexOf(byte[] octets, byte[] what) {
        for (int i = 0; i + what.length <= octets.length; i++) {
            if (Arrays.equals(octets, i, i + what.length, what, 0, what.length)) {
                return i;
            }
        }
        return fail("not in there: " + Arrays.toString(what));
    }

    private static IpAddress ip(String text) {
        return IpAddress.parse(text).orElseThrow();
    }
}
