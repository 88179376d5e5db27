package io.muster.control;

import io.muster.core.CauseId;
import io.muster.core.MalformedMessage;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A daemon's end of another daemon's control socket, on its own event loop. Pings are answered from that loop, so
/// a daemon whose loop hangs is seen to hang. Connecting again is the caller's decision.
///
/// Thread: sends from any; the listener and all futures are called on the loop.
public final class AsyncControlClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AsyncControlClient.class);

    /// What the other daemon does.
    public interface Listener {
        /// A frame with sequence 0: one that answers no [#ask].
        void onFrame(Frame frame);

        /// The connection is over; comes once, also after [AsyncControlClient#close].
        void onClose(String why);
    }

    private final EventLoop loop;
    private final Listener listener;
    private final Map<Long, CompletableFuture<Frame>> asked = new LinkedHashMap<>();
    private final Channel channel;
    private long sequence;
    private boolean over;

    private AsyncControlClient(EventLoop loop, Listener listener, Channel channel) {
        this.loop = loop;
        this.listener = listener;
        this.channel = channel;
    }

    /// Connects; the future completes on the loop, exceptionally with an `IOException` when nobody listens. No
    /// frame reaches the listener before it.
    public static CompletableFuture<AsyncControlClient> connect(Path socket, EventLoop loop, Listener listener) {
        var result = new CompletableFuture<AsyncControlClient>();
        var connected = new Bootstrap()
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
        connected.addListener(done -> {
            if (!done.isSuccess()) {
                result.completeExceptionally(new NotRunningException(socket, done.cause()));
                return;
            }
            Channel channel = connected.channel();
            var client = new AsyncControlClient(loop, listener, channel);
            channel.pipeline().addLast(client.new Receiver());
            result.complete(client);
            channel.config().setAutoRead(true);
        });
        return result;
    }

    public void send(int type, byte[] payload) {
        send(type, CauseId.NONE, payload);
    }

    /// Sends, saying which event made us.
    public void send(int type, CauseId cause, byte[] payload) {
        write(new Frame(type, 0, cause, payload).encode());
    }

    /// Sends a request. The future completes with the answer, or exceptionally with a `TimeoutException`, or an
    /// `IOException` when the connection ends first.
    public CompletableFuture<Frame> ask(int type, CauseId cause, byte[] payload, long timeoutMs) {
        var result = new CompletableFuture<Frame>();
        onLoop(() -> {
            if (over) {
                result.completeExceptionally(new IOException("connection is closed"));
                return;
            }
            long mine = ++sequence;
            asked.put(mine, result);
            loop.schedule(() -> expire(mine, timeoutMs), timeoutMs, TimeUnit.MILLISECONDS);
            write(new Frame(type, mine, cause, payload).encode());
        });
        return result;
    }

    /// Octets not yet taken by the kernel; a caller that produces faster than its peer reads looks here.
    public long queued() {
        var buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    public EventLoop loop() {
        return loop;
    }

    @Override
    public void close() {
        onLoop(() -> end("closed"));
    }

    private void onLoop(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }

    private void write(byte[] octets) {
        channel.writeAndFlush(Unpooled.wrappedBuffer(octets), channel.voidPromise());
    }

    private void expire(long number, long timeoutMs) {
        CompletableFuture<Frame> future = asked.remove(number);
        if (future != null) {
            future.completeExceptionally(new TimeoutException("no answer within " + timeoutMs + " ms"));
        }
    }

    private void end(String why) {
        if (over) {
            return;
        }
        over = true;
        channel.close();
        var open = new ArrayList<>(asked.values());
        asked.clear();
        open.forEach(future -> future.completeExceptionally(new IOException("connection ended: " + why)));
        listener.onClose(why);
    }

    private final class Receiver extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var frame = (Frame) message;
            if (over) {
                return;
            }
            if (frame.type() == Frame.PING) {
                write(new Frame(Frame.PONG, frame.payload()).encode());
                return;
            }
            CompletableFuture<Frame> future = frame.sequence() == 0 ? null : asked.remove(frame.sequence());
            try {
                if (future != null) {
                    future.complete(frame);
                } else if (frame.sequence() == 0) {
                    listener.onFrame(frame);
                } // else an answer that comes after its asker gave up
            } catch (RuntimeException e) {
                LOG.error("listener failed, connection ends", e);
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
                            : "connection lost: " + cause.getMessage());
        }
    }
}
