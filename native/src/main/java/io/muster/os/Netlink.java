package io.muster.os;

import java.nio.ByteBuffer;

/// A conversation with the kernel in netlink messages (RFC 3549): the socket, or a test's script in its place.
///
/// Thread: one at a time.
public interface Netlink extends AutoCloseable {
    /// Sends what is between position and limit as one datagram, which may hold many messages. The kernel works
    /// through it before this returns.
    ///
    /// @param messages a direct buffer
    /// @throws NetException with the error number when the kernel didn't take it
    void send(ByteBuffer messages) throws NetException;

    /// Waits for at least one datagram and takes as many as are there and fit. What the last call gave is gone.
    ///
    /// @return how many, 0 when none came within the time
    /// @throws NetException with [Errno#ENOBUFS] when answers were lost because too many waited
    int receive(long timeoutMs) throws NetException;

    /// One of those the last [#receive] gave, in the machine's byte order, valid until the next.
    ByteBuffer datagram(int index);

    /// How much unread answers may take, in the kernel's reckoning: each costs its own size and about 1 KiB more.
    int receiveBytes();

    @Override
    void close();
}
