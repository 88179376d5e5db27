package io.muster.os;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/// A netlink socket connected to the kernel, so that no other process' datagrams reach it; several datagrams are
/// taken by one system call (recvmmsg(2)), because a large exchange is mostly system calls.
public final class NetlinkSocket implements Netlink {
    /// `NETLINK_ROUTE`
    public static final int ROUTE = 0;
    /// `NETLINK_GENERIC`
    public static final int GENERIC = 16;

    /// The kernel fills dumps up to 32 KiB if whoever reads has shown that much room.
    private static final int SLOT_BYTES = 32 * 1024;

    private static final int SLOTS = 8;
    private static final int HEADER_BYTES = 64;
    private static final int RECEIVE_BYTES = 4 << 20;

    private final String subject;
    private final int fd;
    private final ByteBuffer slots = NetC.buffer(SLOTS * SLOT_BYTES);
    /// Made when first needed.
    private final byte[][] copies = new byte[SLOTS][0];
    private final ByteBuffer headers = NetC.buffer(SLOTS * HEADER_BYTES);
    private final ByteBuffer vectors = NetC.buffer(SLOTS * 16);
    private final Pointer headersAt = NetC.at(headers);
    private int taken;
    private boolean closed;

    private NetlinkSocket(String subject, int fd) {
        this.subject = subject;
        this.fd = fd;
        long slotsAt = Pointer.nativeValue(NetC.at(slots));
        long vectorsAt = Pointer.nativeValue(NetC.at(vectors));
        for (int i = 0; i < SLOTS; i++) {
            vectors.putLong(i * 16, slotsAt + (long) i * SLOT_BYTES).putLong(i * 16 + 8, SLOT_BYTES);
            // struct mmsghdr: name, name length, vectors, how many, control, its length, flags; then the length.
            headers.putLong(i * HEADER_BYTES + 16, vectorsAt + i * 16L).putLong(i * HEADER_BYTES + 24, 1);
        }
    }

    /// @param protocol [#ROUTE], [#GENERIC], ...
    /// @param groups bits of the multicast groups to hear, 0 for none
    public static NetlinkSocket open(int protocol, int groups) throws NetException {
        String subject = "netlink socket";
        int fd = NetC.open(subject, NetC.AF_NETLINK, NetC.SOCK_RAW, protocol);
        // struct sockaddr_nl: family, padding, port id (0: the kernel gives one, or is meant), groups
        ByteBuffer address = NetC.buffer(12).putShort(0, (short) NetC.AF_NETLINK);
        address.putInt(8, groups);
        boolean bound = NetC.bind(fd, NetC.at(address), 12) == 0;
        address.putInt(8, 0);
        if (!bound || NetC.connect(fd, NetC.at(address), 12) != 0) {
            NetException failed = NetC.failed(subject);
            NetC.close(fd);
            throw failed;
        }
        // Refusals needn't carry the request back; the reason as text is welcome. Old kernels have neither.
        NetC.setOption(fd, NetC.SOL_NETLINK, NetC.NETLINK_CAP_ACK, 1);
        NetC.setOption(fd, NetC.SOL_NETLINK, NetC.NETLINK_EXT_ACK, 1);
        // Refused without privilege: then it stays at the system's default and fewer answers may wait.
        NetC.setOption(fd, NetC.SOL_SOCKET, NetC.SO_RCVBUFFORCE, RECEIVE_BYTES);
        return new NetlinkSocket(subject, fd);
    }

    @Override
    public void send(ByteBuffer messages) throws NetException {
        int length = messages.remaining();
        Pointer at = NetC.at(messages).share(messages.position());
        long sent = NetC.send(fd, at, length, 0);
        if (sent != length) {
            throw sent < 0 ? NetC.failed(subject) : new NetException(0, subject + ": " + sent + " of " + length);
        }
    }

    /// Looks at the clock only when nothing is there: where a look is a system call (a guest), it costs as much as
    /// the answer.
    @Override
    public int receive(long timeoutMs) throws NetException {
        if (take() || timeoutMs <= 0) {
            return taken;
        }
        long began = System.nanoTime();
        while (true) {
            long left = timeoutMs - (System.nanoTime() - began) / 1_000_000;
            if (left <= 0) {
                return 0;
            }
            NetC.readable(fd, (int) Math.min(left, Integer.MAX_VALUE));
            if (take()) {
                return taken;
            }
        }
    }

    private boolean take() throws NetException {
        taken = NetC.recvmmsg(fd, headersAt, SLOTS, NetC.MSG_DONTWAIT, null);
        if (taken > 0) {
            return true;
        }
        int errno = Native.getLastError();
        taken = 0;
        if (errno != Errno.EAGAIN && errno != Errno.EINTR) {
            throw NetException.of(subject, errno);
        }
        return false;
    }

    @Override
    public ByteBuffer datagram(int index) {
        if (index < 0 || index >= taken) {
            throw new IndexOutOfBoundsException(index);
        }
        int length = Math.min(headers.getInt(index * HEADER_BYTES + 56), SLOT_BYTES);
        // Into an array: see NativeOctets.
        byte[] copy = copies[index];
        if (copy.length == 0) {
            copy = new byte[SLOT_BYTES];
            copies[index] = copy;
        }
        slots.get(index * SLOT_BYTES, copy, 0, length);
        return ByteBuffer.wrap(copy, 0, length).order(slots.order());
    }

    @Override
    public int receiveBytes() {
        return NetC.option(fd, NetC.SOL_SOCKET, NetC.SO_RCVBUF);
    }

    /// For poll(2) beside other descriptors.
    int descriptor() {
        return fd;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            NetC.close(fd);
        }
    }
}
