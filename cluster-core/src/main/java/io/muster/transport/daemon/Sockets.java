package io.muster.transport.daemon;

import io.muster.net.SocketWords;
import io.muster.transport.Transport;
import io.muster.transport.TransportEvent.Failure;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens the UDP sockets of the driver and reads them.
///
/// Incoming runs of datagrams are taken from the kernel in one piece (UDP_GRO) and cut here. Buffers are large, because
/// a whole round of messages of several nodes may arrive while this process isn't running.
///
/// Thread: the loop's, except [#listen].
final class Sockets implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("cman");

    @FunctionalInterface
    interface Received {
        void datagram(int link, byte[] octets);
    }

    @FunctionalInterface
    interface Failed {
        void failed(int nodeid, int link, Failure failure);
    }

    private static final int BUFFER_BYTES = 8 << 20;
    private static final int READ_BYTES = 65_536;
    private static final int READS = 16;

    /// Beyond the administrator's limit (net.core.rmem_max), where we may.
    private static final IntegerUnixChannelOption RECEIVE_BUFFER_FORCE =
            new IntegerUnixChannelOption("SO_RCVBUFFORCE", 1, 33);

    private static final IntegerUnixChannelOption SEND_BUFFER_FORCE =
            new IntegerUnixChannelOption("SO_SNDBUFFORCE", 1, 32);

    private final EventLoop loop;
    private final Received received;
    private final Failed failed;
    private final List<EpollDatagramChannel> listeners = new ArrayList<>();

    Sockets(EventLoop loop, Received received, Failed failed) {
        this.loop = loop;
        this.received = received;
        this.failed = failed;
    }

    /// Hears on the link from whoever has no socket of its own. Waits, so not on the loop.
    void listen(int link, InetSocketAddress local) throws IOException {
        if (local.isUnresolved()) {
            throw new IOException(local.getHostString()
                    + ": this node's own name has no address: add it to /etc/hosts or use the address as the name");
        }
        // Without SO_REUSEPORT at first: a second cman on this address is refused here.
        ChannelFuture bound = bootstrap(0, link, false).bind(local).awaitUninterruptibly();
        if (bound.cause() != null) {
            throw new IOException(
                    local.getHostString() + " port " + local.getPort() + ": can't be used: "
                            + SocketWords.of(bound.cause())
                            + ": is cman running already, and is the address one of this machine's?",
                    bound.cause());
        }
        EpollDatagramChannel channel = (EpollDatagramChannel) bound.channel();
        channel.config().setReusePort(true);
        listeners.add(channel);
        tune(channel);
    }

    Outbox connect(int nodeid, int link, InetSocketAddress local, InetSocketAddress remote) {
        ChannelFuture connected = bootstrap(nodeid, link, true).connect(remote, local);
        EpollDatagramChannel channel = (EpollDatagramChannel) connected.channel();
        connected.addListener(done -> {
            if (done.isSuccess()) {
                tune(channel);
            } else {
                LOG.warn(
                        "link {} to node {}, from {} to {} port {}: {}",
                        link,
                        nodeid,
                        local.getHostString(),
                        remote.getHostString(),
                        remote.getPort(),
                        SocketWords.of(done.cause()));
            }
        });
        return new Outbox(channel, remote, Transport.INITIAL_MTU_BYTES + Transport.OVERHEAD_BYTES);
    }

    @Override
    public void close() {
        listeners.forEach(EpollDatagramChannel::close);
        listeners.clear();
    }

    private Bootstrap bootstrap(int nodeid, int link, boolean reusePort) {
        return new Bootstrap()
                .group(loop)
                .channel(EpollDatagramChannel.class)
                // The default allocator makes (and zeroes) buffers of this size anew each time.
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(EpollChannelOption.SO_REUSEPORT, reusePort)
                .option(ChannelOption.SO_RCVBUF, BUFFER_BYTES)
                .option(ChannelOption.SO_SNDBUF, BUFFER_BYTES)
                .option(EpollChannelOption.UDP_GRO, true)
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(READS))
                .handler(new Reader(nodeid, link));
    }

    private static void tune(EpollDatagramChannel channel) {
        try {
            channel.config().setOption(RECEIVE_BUFFER_FORCE, BUFFER_BYTES);
            channel.config().setOption(SEND_BUFFER_FORCE, BUFFER_BYTES);
        } catch (RuntimeException e) {
            LOG.debug("socket buffers stay within the administrator's limit: {}", e.getMessage());
        }
    }

    private final class Reader extends ChannelInboundHandlerAdapter {
        private final int nodeid;
        private final int link;

        private Reader(int nodeid, int link) {
            this.nodeid = nodeid;
            this.link = link;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof DatagramPacket packet) {
                ByteBuf content = packet.content();
                byte[] octets = new byte[content.readableBytes()];
                content.readBytes(octets);
                packet.release();
                received.datagram(link, octets);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (cause instanceof PortUnreachableException) {
                failed.failed(nodeid, link, Failure.REFUSED);
            } else if (cause instanceof NoRouteToHostException || isUnreachable(cause)) {
                failed.failed(nodeid, link, Failure.UNREACHABLE);
            } else {
                LOG.debug("link {} to node {}: {}", link, nodeid, SocketWords.of(cause));
            }
        }

        private boolean isUnreachable(Throwable cause) {
            String text = String.valueOf(cause.getMessage());
            return text.contains("unreachable") || text.contains("No route") || text.contains("is down");
        }
    }
}
