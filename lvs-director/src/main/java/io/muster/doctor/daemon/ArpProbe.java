package io.muster.doctor.daemon;

import io.muster.driver.Clocks;
import io.muster.net.IpAddress;
import io.muster.os.NetException;
import io.muster.os.PacketSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SortedSet;
import java.util.TreeSet;

/// Asks a LAN who has an IPv4 address and hears all who answer, not only the first, without entering a sender's address
/// in anybody's table: an ARP probe as in RFC 5227. Needs CAP_NET_RAW. Thread: one that may block.
public final class ArpProbe {
    private static final int FRAME = 60;
    private static final int REPLY = 2;
    private static final int PROBES = 3;

    private ArpProbe() {}

    /// Asks three times. Hardware addresses of all who answered within the time, as `02:00:00:00:00:01`.
    ///
    /// @param own this machine's hardware address on the device
    public static SortedSet<String> whoHas(String device, byte[] own, IpAddress address, Duration patience)
            throws NetException {
        var found = new TreeSet<String>();
        try (var socket = PacketSocket.open(device, PacketSocket.ARP)) {
            long began = Clocks.system().monotonicNs();
            for (int asked = 0; asked < PROBES; asked++) {
                socket.send(request(own, address));
                long until = began + patience.toNanos() * (asked + 1) / PROBES;
                for (long left = left(until); left > 0; left = left(until)) {
                    socket.receive(left)
                            .filter(frame -> answers(frame, address))
                            .ifPresent(frame ->
                                    found.add(HexFormat.ofDelimiter(":").formatHex(Arrays.copyOfRange(frame, 22, 28))));
                }
            }
        }
        return found;
    }

    private static long left(long until) {
        return (until - Clocks.system().monotonicNs()) / 1_000_000;
    }

    static byte[] request(byte[] own, IpAddress address) {
        return ByteBuffer.allocate(FRAME)
                .put(new byte[] {-1, -1, -1, -1, -1, -1})
                .put(own)
                .putShort((short) 0x0806)
                .putShort((short) 1)
                .putShort((short) 0x0800)
                .put((byte) 6)
                .put((byte) 4)
                .putShort((short) 1)
                .put(own)
                .putInt(0)
                .put(new byte[6])
                .put(address.octets())
                .array();
    }

    /// Replies, and what others announce of the address by themselves, say the same.
    static boolean answers(byte[] frame, IpAddress address) {
        if (frame.length < 42) {
            return false;
        }
        ByteBuffer arp = ByteBuffer.wrap(frame);
        return arp.getShort(12) == 0x0806
                && arp.getShort(14) == 1
                && arp.getShort(16) == 0x0800
                && arp.getShort(20) == REPLY
                && Arrays.equals(Arrays.copyOfRange(frame, 28, 32), address.octets());
    }
}
