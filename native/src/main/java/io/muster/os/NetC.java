package io.muster.os;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// The socket calls of the C library, bound directly. Structures are laid out by hand in direct buffers: their fields
/// are the kernel's interface and don't change.
///
/// Each returns as its manual page says; `errno` is [Native#getLastError].
final class NetC {
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int AF_NETLINK = 16;
    static final int AF_PACKET = 17;

    static final int SOCK_DGRAM = 2;
    static final int SOCK_RAW = 3;
    static final int SOCK_NONBLOCK = 0x800;
    static final int SOCK_CLOEXEC = 0x80000;

    static final int SOL_SOCKET = 1;
    static final int SO_SNDBUF = 7;
    static final int SO_RCVBUF = 8;
    static final int SO_RCVBUFFORCE = 33;
    static final int SOL_NETLINK = 270;
    static final int NETLINK_CAP_ACK = 10;
    static final int NETLINK_EXT_ACK = 11;

    static final int MSG_PROBE = 0x10;
    static final int MSG_TRUNC = 0x20;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_CONFIRM = 0x800;

    static final short POLLIN = 1;
    static final int EFD_FLAGS = SOCK_NONBLOCK | SOCK_CLOEXEC;
    static final int CLONE_NEWNET = 0x40000000;
    static final int O_RDONLY_CLOEXEC = 0x80000;

    static {
        Native.register(NetC.class, CLibrary.open());
    }

    private NetC() {}

    static native int socket(int domain, int type, int protocol);

    static native int bind(int fd, Pointer address, int length);

    static native int connect(int fd, Pointer address, int length);

    static native int setsockopt(int fd, int level, int name, Pointer value, int length);

    static native int getsockopt(int fd, int level, int name, Pointer value, Pointer length);

    static native long send(int fd, Pointer data, long length, int flags);

    static native long sendto(int fd, Pointer data, long length, int flags, Pointer address, int addressLength);

    static native long recv(int fd, Pointer data, long length, int flags);

    static native long recvfrom(int fd, Pointer data, long length, int flags, Pointer address, Pointer addressLength);

    static native int recvmmsg(int fd, Pointer messages, int count, int flags, @Nullable Pointer timeout);

    static native int poll(Pointer fds, long count, int timeoutMs);

    static native int eventfd(int initial, int flags);

    static native long read(int fd, Pointer data, long length);

    static native long write(int fd, Pointer data, long length);

    static native int close(int fd);

    static native int if_nametoindex(String name);

    static native int unshare(int flags);

    static native int setns(int fd, int kind);

    static native int open(String path, int flags);

    static native int fcntl(int fd, int command, long argument);

    static native int ioctl(int fd, long request, Pointer argument);

    /// For calls that the oldest C library we run on has no function for.
    static native long syscall(long number, long first, long second, long third);

    static native String strerror(int errno);

    /// A direct buffer in the machine's byte order: what goes into structures.
    static ByteBuffer buffer(int octets) {
        return ByteBuffer.allocateDirect(octets).order(ByteOrder.nativeOrder());
    }

    static Pointer at(ByteBuffer direct) {
        return Native.getDirectBufferPointer(direct);
    }

    /// Opens a socket that no child inherits.
    static int open(String subject, int domain, int type, int protocol) throws NetException {
        int fd = socket(domain, type | SOCK_CLOEXEC, protocol);
        if (fd < 0) {
            throw failed(subject);
        }
        return fd;
    }

    /// What the call just made was refused for.
    static NetException failed(String subject) {
        return NetException.of(subject, Native.getLastError());
    }

    static int option(int fd, int level, int name) {
        ByteBuffer value = buffer(8).putInt(4, 4);
        Pointer at = at(value);
        return getsockopt(fd, level, name, at, at.share(4)) == 0 ? value.getInt(0) : -1;
    }

    static boolean setOption(int fd, int level, int name, int value) {
        return setsockopt(fd, level, name, at(buffer(4).putInt(0, value)), 4) == 0;
    }

    /// Waits until `fd` can be read.
    ///
    /// @param timeoutMs negative for ever
    static boolean readable(int fd, int timeoutMs) {
        ByteBuffer fds = buffer(8).putInt(0, fd).putShort(4, POLLIN);
        return poll(at(fds), 1, timeoutMs) > 0;
    }
}
