package io.muster.os;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Whole Ethernet frames in and out of one interface (packet(7)). Needs CAP_NET_RAW.
///
/// Thread: one at a time.
public final class PacketSocket implements AutoCloseable {
    /// Ether types that may be heard.
    public static final int ARP = 0x0806;
    public static final int IPV6 = 0x86dd;
    public static final int IPV4 = 0x0800;
    public static final int ALL = 3;

    private static final int FRAME_BYTES = 64 * 1024;
    private static final int ADDRESS_BYTES = 20;

    private final String device;
    private final int fd;
    private final ByteBuffer frame;
    private final Pointer frameAt;
    private boolean closed;

    private PacketSocket(String device, int fd, int frameBytes) {
        this.device = device;
        this.fd = fd;
        this.frame = NetC.buffer(frameBytes);
        this.frameAt = NetC.at(frame);
    }

    /// Opens one that hears frames of one ether type that come in after now, those sent by this machine included.
    public static PacketSocket open(String device, int etherType) throws NetException {
        return open(device, etherType, FRAME_BYTES);
    }

    private static PacketSocket open(String device, int etherType, int frameBytes) throws NetException {
        int index = RouteNetlink.index(device);
        // Protocol 0 hears nothing until bound to the one interface.
        int fd = NetC.open("frames on " + device, NetC.AF_PACKET, NetC.SOCK_RAW, 0);
        ByteBuffer address = NetC.buffer(ADDRESS_BYTES).putShort(0, (short) NetC.AF_PACKET);
        address.put(2, (byte) (etherType >> 8)).put(3, (byte) etherType).putInt(4, index);
        if (NetC.bind(fd, NetC.at(address), ADDRESS_BYTES) != 0) {
            NetException failed = NetC.failed("frames on " + device);
            NetC.close(fd);
            throw failed;
        }
        return new PacketSocket(device, fd, frameBytes);
    }

    /// Sends one frame and is done.
    ///
    /// @param frame from the destination's hardware address on, without checksum
    public static void send(String device, byte[] frame) throws NetException {
        try (var socket = open(device, 0, frame.length)) {
            socket.send(frame);
        }
    }

    /// Sends one frame. Never blocks: a full queue is [Errno#ENOBUFS] or [Errno#EAGAIN].
    public void send(byte[] octets) throws NetException {
        if (octets.length > frame.capacity()) {
            throw NetException.of(device, Errno.EMSGSIZE);
        }
        frame.put(0, octets);
        if (NetC.send(fd, frameAt, octets.length, NetC.MSG_DONTWAIT) < 0) {
            throw NetC.failed("a frame on " + device);
        }
    }

    /// The next frame, if one comes within the time.
    public Optional<byte[]> receive(long timeoutMs) throws NetException {
        long began = System.nanoTime();
        while (true) {
            long length = NetC.recv(fd, frameAt, frame.capacity(), NetC.MSG_DONTWAIT);
            if (length >= 0) {
                byte[] octets = new byte[(int) length];
                frame.get(0, octets);
                return Optional.of(octets);
            }
            int errno = Native.getLastError();
            if (errno != Errno.EAGAIN && errno != Errno.EINTR) {
                throw NetException.of("frames on " + device, errno);
            }
            long left = timeoutMs - (System.nanoTime() - began) / 1_000_000;
            if (left <= 0) {
                return Optional.empty();
            }
            NetC.readable(fd, (int) Math.min(left, Integer.MAX_VALUE));
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            NetC.close(fd);
        }
    }
}
