package io.muster.transport.daemon;

import io.muster.os.Confirm;
import io.netty.buffer.ByteBuf;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/// The socket to one node over one link, and what is waiting to be sent on it.
///
/// Datagrams collect until the end of the loop's turn. Then runs of equal length go to the kernel as one buffer with a
/// segment size (UDP_SEGMENT), which saves most of the cost of sending; the rest goes by sendmmsg.
///
/// Thread: the loop's.
final class Outbox {
    private static final int MAX_SEGMENTS = 44;
    private static final int MAX_RUN_BYTES = 60_000;
    private static final int DONT_FRAGMENT = 3;
    private static final int FRAGMENT_IF_NEEDED = 1;
    private static final IntegerUnixChannelOption MTU_DISCOVER = new IntegerUnixChannelOption("IP_MTU_DISCOVER", 0, 10);
    private static final IntegerUnixChannelOption MTU_DISCOVER6 =
            new IntegerUnixChannelOption("IPV6_MTU_DISCOVER", 41, 23);

    private final EpollDatagramChannel channel;
    private final InetSocketAddress remote;
    private final IntegerUnixChannelOption mtuDiscover;
    private final List<byte[]> waiting = new ArrayList<>();
    private int wholeBytes;

    /// @param wholeBytes largest datagram that may be a segment
    Outbox(EpollDatagramChannel channel, InetSocketAddress remote, int wholeBytes) {
        this.channel = channel;
        this.remote = remote;
        this.wholeBytes = wholeBytes;
        this.mtuDiscover = remote.getAddress().getAddress().length == 16 ? MTU_DISCOVER6 : MTU_DISCOVER;
    }

    void mtu(int bytes) {
        wholeBytes = bytes;
    }

    /// @return whether it is the first one waiting
    boolean add(byte[] datagram) {
        waiting.add(datagram);
        return waiting.size() == 1;
    }

    void flush() {
        int from = 0;
        while (from < waiting.size()) {
            int length = waiting.get(from).length;
            int to = from + 1;
            if (length <= wholeBytes) {
                int limit = Math.min(waiting.size(), from + Math.min(MAX_SEGMENTS, MAX_RUN_BYTES / length));
                while (to < limit && waiting.get(to).length == length) {
                    to++;
                }
                // The last segment may be shorter than the others.
                if (to < limit && waiting.get(to).length < length) {
                    to++;
                }
            }
            write(from, to, length);
            from = to;
        }
        waiting.clear();
        channel.flush();
    }

    /// At once and alone, with fragmenting forbidden, since this asks for the size of the path.
    void sendWhole(byte[] datagram) {
        flush();
        channel.config().setOption(mtuDiscover, DONT_FRAGMENT);
        add(datagram);
        flush();
        channel.config().setOption(mtuDiscover, FRAGMENT_IF_NEEDED);
    }

    /// The other end has answered.
    void confirm() {
        if (channel.isActive()) {
            Confirm.peer(channel.fd().intValue());
        }
    }

    void close() {
        waiting.clear();
        channel.close();
    }

    private void write(int from, int to, int length) {
        int bytes = (to - from - 1) * length + waiting.get(to - 1).length;
        ByteBuf buffer = channel.alloc().directBuffer(bytes);
        for (int i = from; i < to; i++) {
            buffer.writeBytes(waiting.get(i));
        }
        DatagramPacket packet = to - from > 1
                ? new SegmentedDatagramPacket(buffer, length, remote)
                : new DatagramPacket(buffer, remote);
        channel.write(packet, channel.voidPromise());
    }
}
