package io.muster.pulse.daemon;

import io.muster.lvscf.LvsConfig.Partner;
import io.muster.net.IpAddress;
import io.muster.net.SocketWords;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The heartbeat port: a UDP socket on the public address, and one on the private address if that is another.
///
/// Thread: [#open] from outside the loop (it waits), all else on the loop. What can't be sent is loss.
final class HeartbeatSockets implements AutoCloseable {
    @FunctionalInterface
    interface Received {
        void datagram(int path, IpAddress from, byte[] octets);
    }

    private record Path(EpollDatagramChannel channel, InetSocketAddress partner) {}

    private static final Logger LOG = LoggerFactory.getLogger("pulse");

    /// Longer ones come cut, which is what is wrong with them anyway.
    private static final int READ_BYTES = 512;

    private static final int READS = 64;

    /// Low delay: queues on the way are short for it.
    private static final int TOS = 0x10;

    private final EventLoop loop;
    private final Received received;
    private final List<Path> paths = new ArrayList<>();
    private long sent;
    private long failed;

    private HeartbeatSockets(EventLoop loop, Received received) {
        this.loop = loop;
        this.received = received;
    }

    /// @throws IOException when an address or the port can't be had: which and why
    static HeartbeatSockets open(EventLoop loop, Partner own, Partner other, int port, Received received)
            throws IOException {
        var sockets = new HeartbeatSockets(loop, received);
        try {
            sockets.add(own.publicAddress(), other.publicAddress(), port);
            if (!own.privateAddress().equals(own.publicAddress())) {
                sockets.add(own.privateAddress(), other.privateAddress(), port);
            }
            return sockets;
        } catch (IOException e) {
            sockets.close();
            throw e;
        }
    }

    private void add(IpAddress own, IpAddress other, int port) throws IOException {
        int path = paths.size();
        ChannelFuture bound = new Bootstrap()
                .group(loop)
                .channel(EpollDatagramChannel.class)
                .option(ChannelOption.IP_TOS, TOS)
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(READS))
                .handler(new Reader(path))
                .bind(new InetSocketAddress(own.inet(), port))
                .awaitUninterruptibly();
        if (bound.cause() != null) {
            throw new IOException(
                    "heartbeat port " + own + " UDP " + port + ": can't be used: "
                            + SocketWords.of(bound.cause())
                            + ": does another pulse run here, and may this one use ports below 1024?",
                    bound.cause());
        }
        paths.add(new Path((EpollDatagramChannel) bound.channel(), new InetSocketAddress(other.inet(), port)));
    }

    void send(byte[] octets) {
        sent++;
        for (Path path : paths) {
            path.channel
                    .writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(octets), path.partner))
                    .addListener(done -> {
                        if (!done.isSuccess()) {
                            failed++;
                            LOG.debug("heartbeat to {}: {}", path.partner, SocketWords.of(done.cause()));
                        }
                    });
        }
    }

    long sent() {
        return sent;
    }

    @Override
    public void close() {
        paths.forEach(path -> path.channel.close());
        if (failed > 0) {
            LOG.debug("{} heartbeats couldn't be sent", failed);
        }
    }

    private final class Reader extends ChannelInboundHandlerAdapter {
        private final int path;

        Reader(int path) {
            this.path = path;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof DatagramPacket packet) {
                byte[] octets = new byte[packet.content().readableBytes()];
                packet.content().readBytes(octets);
                IpAddress from = IpAddress.of(packet.sender().getAddress());
                packet.release();
                received.datagram(path, from, octets);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            LOG.debug("heartbeat path {}: {}", path, SocketWords.of(cause));
        }
    }
}
