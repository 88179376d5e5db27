package io.muster.control;

import io.muster.core.MalformedMessage;
import io.muster.driver.DaemonLog;
import io.muster.net.SocketWords;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// Unix stream sockets on one of Netty's loops. Thread: as [ControlSocket] has it.
public final class NettySockets implements ControlSocket {

    private static final int BUSY_MS = 20;
    private static final int BUSY_TRIES = 100;

    private final EventLoop loop;

    public NettySockets(EventLoop loop) {
        this.loop = loop;
    }

    @Override
    public Server serve(Path socket, SessionHandler handler, Limits limits) throws IOException {
        return ControlServer.open(socket, loop, handler, limits);
    }

    @Override
    public void connect(Path socket, Peer peer) {
        connect(socket, peer, BUSY_TRIES);
    }

    /// So many are waiting to be let in that the kernel takes no more.
    private static boolean isBusy(Throwable cause) {
        return String.valueOf(cause.getMessage()).contains("temporarily unavailable");
    }

    private void connect(Path socket, Peer peer, int triesLeft) {
        var connecting = new Bootstrap()
                .group(loop)
                .channel(EpollDomainSocketChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.config().setAutoRead(false);
                        channel.pipeline().addLast(new FrameDecoder(Frame.MAX_PAYLOAD));
                    }
                })
                .connect(new DomainSocketAddress(socket.toFile()));
        connecting.addListener(done -> {
            if (!done.isSuccess() && isBusy(done.cause()) && triesLeft > 0) {
                loop.schedule(() -> connect(socket, peer, triesLeft - 1), BUSY_MS, TimeUnit.MILLISECONDS);
                return;
            }
            if (!done.isSuccess()) {
                peer.unreachable(new NotRunningException(socket, done.cause()));
                return;
            }
            Channel channel = connecting.channel();
            var connection = new ChannelConnection(channel, peer);
            channel.pipeline().addLast(connection);
            peer.connected(connection);
            channel.config().setAutoRead(true);
        });
    }

    private final class ChannelConnection extends ChannelInboundHandlerAdapter implements Connection {
        private final Channel channel;
        private final Peer peer;
        private boolean over;

        ChannelConnection(Channel channel, Peer peer) {
            this.channel = channel;
            this.peer = peer;
        }

        @Override
        public void send(Frame frame) {
            channel.writeAndFlush(Unpooled.wrappedBuffer(frame.encode()), channel.voidPromise());
        }

        @Override
        public long queued() {
            var buffer = channel.unsafe().outboundBuffer();
            return buffer == null ? 0 : buffer.totalPendingWriteBytes();
        }

        @Override
        public void close() {
            if (loop.inEventLoop()) {
                end("closed");
            } else if (!loop.isShuttingDown()) {
                loop.execute(() -> end("closed"));
            }
        }

        private void end(String why) {
            if (!over) {
                over = true;
                channel.close();
                peer.closed(why);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var frame = (Frame) message;
            if (over) {
                return;
            }
            if (frame.type() == Frame.PING) {
                send(new Frame(Frame.PONG, frame.payload()));
                return;
            }
            try {
                peer.received(frame);
            } catch (RuntimeException e) {
                DaemonLog.get().error("listener failed, connection ends", e);
                end("listener failed: " + e);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            end("closed by the other daemon");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            end(
                    cause instanceof MalformedMessage
                            ? "malformed frame: " + cause.getMessage()
                            : "connection lost: " + SocketWords.of(cause));
        }
    }
}
