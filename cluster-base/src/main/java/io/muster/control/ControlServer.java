package io.muster.control;

import io.muster.driver.DaemonLog;
import io.muster.finding.Why;
import io.muster.net.SocketWords;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/// A daemon's control socket: a Unix stream socket for everybody (mode 0666), on the daemon's loop. What a client may
/// ask, its credentials decide ([Session#mayChange]).
///
/// A client can't hurt the daemon: frames are bounded and checked, a reader too slow or too silent is
/// disconnected and counted, an exception in the handler ends that session only. Those who may only look have
/// so many connections and questions ([Guests]), small frames, and one answer at a time waiting for them.
///
/// Thread: open and close from any; handler and sessions live on the loop.
public final class ControlServer implements ControlSocket.Server {

    private static final int BACKLOG = 1024;

    /// So many refusals, then a breath: who connects again and again mustn't have the loop.
    private static final int REFUSALS = 32;

    private static final int BREATH_MS = 5;

    /// So long a refused client stays connected, unless it goes itself: one that comes again at once costs more than
    /// one that waits.
    private static final int HELD_MS = 1000;

    private static final int MAX_HELD = 2048;

    final EventLoop loop;
    final SessionHandler handler;
    final Limits limits;
    final LongAdder framesIn = new LongAdder();
    final LongAdder framesOut = new LongAdder();
    final LongAdder slow = new LongAdder();
    final LongAdder silent = new LongAdder();
    final LongAdder malformed = new LongAdder();
    private final LongAdder refused = new LongAdder();
    final Guests guests = new Guests();
    private final Map<Long, ChannelSession> sessions = new TreeMap<>();
    private final Path socket;
    private volatile int count;
    private final AtomicLong opened = new AtomicLong();
    private volatile OptionalInt operators = OptionalInt.empty();
    private int refusedLately;

    /// Refused, told so, and not closed yet.
    private int held;

    private Channel channel;

    private ControlServer(Path socket, EventLoop loop, SessionHandler handler, Limits limits) throws IOException {
        this.socket = socket;
        this.loop = loop;
        this.handler = handler;
        this.limits = limits;
        Path temporary = SocketFile.prepare(socket);
        var bound = new ServerBootstrap()
                .group(loop, loop)
                .channel(EpollServerDomainSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childHandler(new ChannelInitializer<EpollDomainSocketChannel>() {
                    @Override
                    protected void initChannel(EpollDomainSocketChannel client) {
                        accept(client);
                    }
                })
                .bind(new DomainSocketAddress(temporary.toFile()))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(socket + ": can't bind: " + SocketWords.of(bound.cause()), bound.cause());
        }
        channel = bound.channel();
        try {
            operators = SocketFile.publish(temporary, socket, limits.group());
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /// Serves a socket with the usual limits. Not to be called on the loop itself.
    ///
    /// @throws IOException when another daemon already does, or it can't be made
    public static ControlServer open(Path socket, EventLoop loop, SessionHandler handler) throws IOException {
        return open(socket, loop, handler, Limits.DEFAULT);
    }

    public static ControlServer open(Path socket, EventLoop loop, SessionHandler handler, Limits limits)
            throws IOException {
        return new ControlServer(socket, loop, handler, limits);
    }

    /// Present sessions, oldest first. On the loop only.
    @Override
    public List<Session> sessions() {
        return List.copyOf(sessions.values());
    }

    @Override
    public Counters counters() {
        return new Counters(
                count,
                opened.get(),
                framesIn.sum(),
                framesOut.sum(),
                slow.sum(),
                silent.sum(),
                malformed.sum(),
                refused.sum());
    }

    /// Ends all sessions and removes the socket.
    @Override
    public void close() {
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            DaemonLog.get().warn("{}: can't remove: {}", socket, Why.reason(e));
        }
        if (loop.inEventLoop()) {
            closeAll();
        } else if (!loop.isShuttingDown()) {
            loop.submit(this::closeAll).awaitUninterruptibly(2_000);
        }
    }

    void closed(ChannelSession session) {
        if (!session.mayChange()) {
            guests.left(session.uid());
        }
        sessions.remove(session.id());
        count = sessions.size();
    }

    private void closeAll() {
        channel.close();
        for (Session session : sessions()) {
            ((ChannelSession) session).end("daemon stops");
        }
    }

    /// The number of group `cluster`, whose members may do what root may.
    OptionalInt operators() {
        return operators;
    }

    static byte[] refusal(String why) {
        return new Frame(Frame.REFUSAL, why.getBytes(StandardCharsets.UTF_8)).encode();
    }

    static long nowMs() {
        return System.nanoTime() / 1_000_000;
    }

    private void accept(EpollDomainSocketChannel client) {
        try {
            var session = new ChannelSession(this, client, opened.get() + 1);
            String why = full(session);
            if (!why.isEmpty()) {
                refuse(client, why);
                return;
            }
            opened.incrementAndGet();
            sessions.put(session.id(), session);
            count = sessions.size();
            int maxPayload = session.mayChange() ? limits.maxPayload() : Limits.GUEST_PAYLOAD;
            client.pipeline().addLast(new FrameDecoder(maxPayload), session);
        } catch (IOException e) {
            refuse(client, "it isn't known who you are: " + SocketWords.of(e));
        }
    }

    /// Guests have places of their own, so that they take no operator's.
    private String full(ChannelSession session) {
        if (!session.mayChange()) {
            return guests.admit(session.uid(), nowMs());
        }
        return sessions.size() - guests.sessions() >= limits.maxSessions()
                ? limits.maxSessions() + " connections are open already: try again later"
                : "";
    }

    private void refuse(EpollDomainSocketChannel client, String why) {
        refused.increment();
        DaemonLog.get().debug("{}: client refused: {}", socket, why);
        byte[] octets = refusal(why);
        boolean keep = held < MAX_HELD;
        client.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelActive(ChannelHandlerContext context) {
                var told = context.writeAndFlush(Unpooled.wrappedBuffer(octets));
                if (keep) {
                    loop.schedule(() -> context.close(), HELD_MS, TimeUnit.MILLISECONDS);
                } else {
                    told.addListener(ChannelFutureListener.CLOSE);
                }
            }

            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                ReferenceCountUtil.release(message);
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                // It has gone without listening.
                context.close();
            }
        });
        if (keep) {
            held++;
            client.closeFuture().addListener(done -> held--);
        }
        if (++refusedLately == REFUSALS) {
            channel.config().setAutoRead(false);
            loop.schedule(this::acceptAgain, BREATH_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void acceptAgain() {
        refusedLately = 0;
        channel.config().setAutoRead(true);
    }
}
