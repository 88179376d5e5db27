package io.muster.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NetlinkMessagesTest {
    @Test
    void whatIsWrittenIsReadBack() throws NetException {
        var out = new NetlinkWriter(512);
        out.message(28, NetlinkWriter.REQUEST, 7).raw8(1).raw8(2).raw16(3);
        int nest = out.nest(1);
        out.u8(1, 200)
                .u16(2, 60_000)
                .be16(3, 8080)
                .u32(4, -5)
                .string(5, "eth0")
                .be32(6, 0xffff_ff00)
                .be128(7, 1, 2)
                .flags(8, 4, -1)
                .endNest(nest);
        out.message(29, 0, 8);
        ByteBuffer written = out.written();
        var messages = new NetlinkMessages(written);
        assertTrue(messages.next());
        assertEquals(28, messages.type());
        assertEquals(7, messages.sequence());
        var top = new NetlinkAttributes(1);
        var inner = new NetlinkAttributes(9);
        top.read(written, messages.begin() + 4, messages.end());
        top.nested(1, inner);
        assertEquals(200, inner.u8(1));
        assertEquals(60_000, inner.u16(2));
        assertEquals(8080, inner.be16(3));
        assertEquals(-5, inner.u32(4));
        assertEquals("eth0", inner.string(5));
        assertEquals(0xffff_ff00L, inner.big(6, 0, 4));
        assertEquals(2, inner.big(7, 8, 8));
        assertEquals(-1, inner.u32(8, 4));
        assertFalse(inner.has(9));
        assertThrows(NetException.class, () -> inner.u32(9), "it is missing");
        assertThrows(NetException.class, () -> inner.u64(4), "it is too short");
        assertTrue(messages.next());
        assertEquals(29, messages.type());
        assertFalse(messages.next());
    }

    @Test
    void damageIsOnlyEverSaidInWords() throws Exception {
        long seed = Long.getLong("seed", 11L);
        var random = new SplittableRandom(seed);
        var out = new NetlinkWriter(1024);
        LinkMessages.writeUp(out, 1, 2, true);
        out.string(3, "eth0").octets(1, new byte[6]).u32(4, 1500).u32(10, 3);
        RouteMessages.writeAddress(
                out,
                RouteMessages.NEW_ADDRESS,
                0,
                2,
                3,
                InterfaceAddress.of("a", InetAddress.ofLiteral("10.1.1.1"), 24));
        RouteMessages.writeLookup(out, 3, InetAddress.ofLiteral("2001:db8::1"));
        out.octets(9, new byte[] {16, 0, 0, 0, 1, 0, 0, 0, 8, 0, 5, 0, 1, 2, 3, 4});
        out.message(NetlinkMessages.ERROR, 0x200, 4)
                .raw32(-22)
                .raw32(16)
                .raw32(0)
                .raw32(4)
                .raw32(0);
        out.string(1, "no");
        ByteBuffer whole = out.written();
        for (int i = 0; i < 20_000; i++) {
            ByteBuffer damaged = ByteBuffer.allocate(whole.remaining()).order(whole.order());
            damaged.put(whole.duplicate()).flip();
            for (int n = random.nextInt(4); n >= 0; n--) {
                damaged.put(random.nextInt(damaged.limit()), (byte) random.nextInt());
            }
            damaged.limit(random.nextInt(3) == 0 ? random.nextInt(damaged.limit() + 1) : damaged.limit());
            try {
                read(damaged);
            } catch (NetException e) {
                assertEquals(0, e.errno(), e.getMessage());
            } catch (RuntimeException e) {
                fail("-Dseed=" + seed + ", damage " + i, e);
            }
        }
    }

    private static void read(ByteBuffer datagram) throws NetException {
        var links = new LinkMessages();
        var routes = new RouteMessages();
        var messages = new NetlinkMessages(datagram);
        while (messages.next()) {
            switch (messages.type()) {
                case LinkMessages.NEW -> {
                    LinkMessages.ofLink(datagram, messages);
                    links.read(datagram, messages);
                }
                case RouteMessages.NEW_ADDRESS -> routes.readAddress(datagram, messages, Map.of());
                case RouteMessages.NEW_ROUTE, RouteMessages.GET_ROUTE -> {
                    RouteMessages.cached(datagram, messages);
                    routes.readRoutes(datagram, messages, Map.of());
                }
                case NetlinkMessages.ERROR -> assertTrue(messages.errno() >= 0 && messages.reason() != null);
                default -> {}
            }
        }
    }
}
