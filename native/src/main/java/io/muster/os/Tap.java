package io.muster.os;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.util.Optional;

/// The near end of a tap interface (Linux' tuntap): what the kernel sends over the interface is
/// received here, and what is sent here the kernel takes for received by the interface. Whole Ethernet
/// frames without checksum.
///
/// The interface goes with the last descriptor of it, so with this process at the latest.
///
/// Thread: one receives and sends; any may [#carrier] and [#close].
public final class Tap implements AutoCloseable {
    private static final int FRAME_BYTES = 64 * 1024;
    private static final long PIDFD_OPEN = 434;
    private static final long PIDFD_GETFD = 438;
    private static final long TUNSETCARRIER = 0x400454e2L;
    private static final int F_SETFL = 4;
    private static final int O_RDWR_NONBLOCK = 2 | NetC.SOCK_NONBLOCK;

    private final String device;
    final int fd;
    private final ByteBuffer frame = NetC.buffer(FRAME_BYTES);
    private final Pointer frameAt = NetC.at(frame);
    private boolean closed;

    private Tap(String device, int fd) {
        this.device = device;
        this.fd = fd;
    }

    /// Takes a copy of another process' descriptor of a tap: how one gets at an interface in a
    /// namespace that only a program started there can enter. That process may end afterwards. Needs
    /// what ptrace(2) needs.
    ///
    /// @param theirs the descriptor's number in the process `pid`
    public static Tap of(String device, long pid, int theirs) throws NetException {
        String subject = "the tap " + device + " of process " + pid;
        int process = (int) NetC.syscall(PIDFD_OPEN, pid, 0, 0);
        if (process < 0) {
            throw NetC.failed(subject);
        }
        int fd = (int) NetC.syscall(PIDFD_GETFD, process, theirs, 0);
        int errno = Native.getLastError();
        NetC.close(process);
        if (fd < 0) {
            throw NetException.of(subject, errno);
        }
        if (NetC.fcntl(fd, F_SETFL, O_RDWR_NONBLOCK) != 0) {
            NetException failed = NetC.failed(subject);
            NetC.close(fd);
            throw failed;
        }
        return new Tap(device, fd);
    }

    /// The next frame that the interface sent; nothing when none waits, or the interface is down.
    Optional<byte[]> receive() throws NetException {
        long length = NetC.read(fd, frameAt, frame.capacity());
        if (length < 0) {
            int errno = Native.getLastError();
            if (errno == Errno.EAGAIN || errno == Errno.EINTR) {
                return Optional.empty();
            }
            throw NetException.of("frames of " + device, errno);
        }
        byte[] octets = new byte[(int) length];
        frame.get(0, octets);
        return Optional.of(octets);
    }

    /// Lets the interface receive a frame.
    ///
    /// @return whether it did: an interface that is down takes none, nor is one taken that is too short
    boolean send(byte[] octets) {
        frame.put(0, octets);
        return NetC.write(fd, frameAt, octets.length) == octets.length;
    }

    /// Puts the plug in or pulls it out: the interface has or loses its carrier.
    ///
    /// @throws NetException when the interface is gone
    public synchronized void carrier(boolean on) throws NetException {
        if (closed) {
            throw NetException.of("the carrier of " + device, Errno.ENODEV);
        }
        if (NetC.ioctl(fd, TUNSETCARRIER, NetC.at(NetC.buffer(4).putInt(0, on ? 1 : 0))) != 0) {
            throw NetC.failed("the carrier of " + device);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            NetC.close(fd);
        }
    }
}
